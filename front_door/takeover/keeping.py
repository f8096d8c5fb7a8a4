"""What the assistant keeps to itself while a person speaks, and says when the person leaves: its open question, and answers that came too late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door.bot_client import Reply
from front_door.model import Conversation, Message
from front_door.resident import aside
from front_door.takeover.model import JOINED, Takeover, open_takeover

NOTICE, PERSON, CALL_BACK = "notice", "person", "call_back"  # kinds of messages
# Lines of ours that hold no question of the bot's.
_NOT_THE_BOT = (PERSON, "referral", "crisis", "apology", "limit_notice", "stop_confirmation", "asks_web", "wrong_code")

_LOOK_BACK = 30  # lines


def remember(session: Session, conversation: Conversation) -> dict[str, Any]:
    """What is open as a person joins: the choices, and the question they answer. The conversation offers them no more."""
    aside.put_back(conversation)
    choices, held = conversation.pending_choices, conversation.held
    asked = open_question(session, conversation)
    conversation.pending_choices = None
    return {"choices": choices, "question": asked, "held": held, "withheld": []}


def open_question(session: Session, conversation: Conversation) -> str:
    """The words of the question that the assistant asked last, without its numbered choices; "" when it asked nothing."""
    newest = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.direction == "out")
        .order_by(Message.seq.desc())
        .limit(_LOOK_BACK)
    )
    last = next((line for line in newest if _is_the_bots(line)), None)
    return _question(last, conversation.pending_choices or []) if last else ""


def withhold(
    session: Session, conversation: Conversation, replies: Sequence[Reply], choices: Sequence[dict[str, str]] | None
) -> list[Reply]:
    """Keep the replies to a turn that was under way when a person joined; returns what is said all the same: the answer to
    danger. `choices`: those that are open after the turn; None when it changed nothing there.
    """
    takeover = open_takeover(session, conversation.id)
    aloud = [reply for reply in replies if reply.is_crisis]
    if takeover is not None:
        kept = dict(takeover.kept or {})
        late = [_as_json(reply) for reply in replies if not reply.is_crisis]
        kept["withheld"] = [*kept.get("withheld", []), *late]
        if choices is not None:
            kept["choices"] = list(choices) or None
        takeover.kept = kept
    return aloud


def take_out(takeover: Takeover, conversation: Conversation, again: bool) -> list[Reply]:
    """What is to be said now that the person has left: answers that were kept, else (with `again`) the open question. The choices
    are open again. Nothing is kept any more.
    """
    kept = takeover.kept or {}
    takeover.kept = None
    choices = kept.get("choices") or None
    if takeover.joined_at is not None:
        conversation.pending_choices, conversation.held = choices, kept.get("held")
    if kept.get("withheld"):
        return [_reply(one) for one in kept["withheld"]]
    if again and kept.get("question"):
        return [Reply(str(kept["question"]), tuple(choices or ()))]
    return []


def is_joined(conversation: Conversation) -> bool:
    """Whether a person speaks in this conversation, and so the assistant does not."""
    return conversation.person == JOINED


def _is_the_bots(line: Message) -> bool:
    if line.kind == NOTICE:  # by text, what the bot had to say stands under the notice
        return line.channel == "sms" and "\n" in line.text
    return line.kind not in _NOT_THE_BOT


def _question(line: Message, choices: Sequence[dict[str, str]]) -> str:
    """The words of the question in a line, without its numbered choices; "" when it asks nothing."""
    if line.channel != "sms":
        return line.text if choices or "?" in line.text else ""
    numbered = {f"{number} {choice['label']}" for number, choice in enumerate(choices, start=1)}
    told = [part for part in line.text.splitlines() if part.strip() and part not in numbered]
    asked = told[-1] if told else ""
    return asked if choices or "?" in asked else ""


def _as_json(reply: Reply) -> dict[str, Any]:
    return {"text": reply.text, "choices": list(reply.choices), "data": reply.data}


def _reply(kept: dict[str, Any]) -> Reply:
    return Reply(str(kept["text"]), tuple(kept["choices"]), dict(kept["data"]))
