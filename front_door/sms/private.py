"""Services that show what somebody needs are named by text only after the resident said that it is safe: others may read the phone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from assessment import answers
from front_door import choices
from front_door.bot_client import Reply
from front_door.model import Conversation
from front_door.sms.text_rules import Private

_SLOT = "texting"
SAFE, NOT_SAFE = f"{_SLOT}=safe", f"{_SLOT}=not_safe"
HELD = "held"  # the kind of a reply that was held back, and is said now
SERVICES = "services"  # the kind of a text that names services
REPLIES_WITHIN = timedelta(minutes=15)  # of the resident's own text


def guarded(conversation: Conversation, replies: Sequence[Reply], rules: Private) -> list[Reply]:
    """What may be said by text of `replies`: all of it, unless it names such a service and nobody said yet that this is safe. Then it
    is kept in `conversation.held` and the question stands in its place; after a no, `rules.refused` does. A crisis reply is
    said whatever it names.
    """
    if not _is_open(conversation):
        conversation.held = None
    if replies and replies[-1].data.get("kind") == HELD:
        conversation.pending_choices, conversation.held = list(replies[-1].choices) or None, None
        conversation.texting_safe = bool(replies[-1].data["safe"])
        return list(replies)
    shown = [reply for reply in replies if not reply.is_crisis]
    private = [names_one(reply, rules) for reply in shown]
    if not any(private):
        return list(replies)
    conversation.careful = True
    if conversation.texting_safe:
        return list(replies)
    without = [_refused(reply, rules) if hide else reply for reply, hide in zip(shown, private, strict=True)]
    crisis = [reply for reply in replies if reply.is_crisis]
    if conversation.texting_safe is False:
        return [*crisis, *without]
    options = ({"label": rules.safe, "value": SAFE}, {"label": rules.not_safe, "value": NOT_SAFE})
    question = Reply(rules.ask, options, {"kind": "ask_safe"})
    conversation.held = {
        SAFE: [reply.text for reply in shown],
        NOT_SAFE: [reply.text for reply in without],
        "choices": next((list(reply.choices) for reply in reversed(shown) if reply.choices), []),
    }
    conversation.pending_choices = list(question.choices)
    return [*crisis, question]


def answer(conversation: Conversation, text: str) -> str | None:
    """SAFE or NOT_SAFE when the question is open and `text` answers it, by number, label or in words; else None."""
    if not conversation.held or not _is_open(conversation):
        return None
    chosen = choices.resolve(text, conversation.pending_choices or [])
    if chosen or choices.number_in(text) is not None:
        return chosen
    said = answers.safe_mail(text)
    return None if said is None else SAFE if said else NOT_SAFE


def let_go(held: dict[str, Any], chosen: str) -> list[Reply]:
    """The replies that were held back, as the answer allows them, with the bot's own question under them again."""
    texts = [str(text) for text in held[chosen]]
    last = Reply(texts[-1], tuple(held["choices"]), {"kind": HELD, "safe": chosen == SAFE})
    return [*(Reply(text) for text in texts[:-1]), last]


def too_late(conversation: Conversation, kind: str, now: datetime) -> bool:
    """Whether a text of this kind would come when somebody else may hold the phone: it names services, or abuse was told of, and
    the resident's own last text was too long ago.
    """
    return (conversation.careful or kind == SERVICES) and now - conversation.last_seen_at > REPLIES_WITHIN


def is_ours(choice: str | None) -> bool:
    """Whether a choice answers the question that is put here, which the bot knows nothing of."""
    return choice in (SAFE, NOT_SAFE)


def _is_open(conversation: Conversation) -> bool:
    return any(is_ours(choice["value"]) for choice in conversation.pending_choices or [])


def _refused(reply: Reply, rules: Private) -> Reply:
    return Reply(rules.refused, reply.choices)


def names_one(reply: Reply, rules: Private) -> bool:
    """Whether a reply names a service that is named by text only when that is safe; "private" says so of words cut off from
    their services."""
    if reply.data.get("private"):
        return True
    services = reply.data.get("services")
    listed = [service for service in services if isinstance(service, dict)] if isinstance(services, list) else []
    if any(rules.needs & set(service.get("needs") or ()) for service in listed):
        return True
    said = _plain("\n".join([reply.text, *(choice["label"] for choice in reply.choices)]))
    return any(f" {_plain(word).strip()} " in said for word in rules.words)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("'", "").casefold()
    return f" {' '.join(re.split(r'[^a-z0-9]+', folded)).strip()} "
