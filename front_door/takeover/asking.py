"""A resident asks for a person in this chat: offered as one more choice on the way to a person, where somebody watches the live chats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.model import Conversation
from front_door.takeover.keeping import CALL_BACK, NOTICE
from front_door.takeover.model import ASKED, NOBODY, Takeover, open_takeover

if TYPE_CHECKING:
    from front_door.claiming import Turn
    from front_door.words import Words

NOW = "live=now"  # the value of the choice; the bot knows nothing of it


def with_offer(
    replies: list[Reply], conversation: Conversation, turn: Turn, words: Words, now: datetime
) -> list[Reply]:
    """The bot's replies, with the choice to wait for a person under its question, where that may be offered: the question is
    one of `offer_at`, or the resident pressed "Talk to a person".
    """
    rules = words.live
    if conversation.person != NOBODY or CALL_BACK in turn.kinds or not rules.offers(now):
        return replies
    at = max((n for n, reply in enumerate(replies) if not reply.is_crisis), default=None)
    if at is None:
        return replies
    asked = {choice["value"].partition("=")[0] for choice in replies[at].choices}
    if not (asked & rules.offer_at or turn.text == words.talk_to_a_person):
        return replies
    offer = {"label": rules.words["offer"], "value": NOW}
    return [*replies[:at], replace(replies[at], choices=(*replies[at].choices, offer)), *replies[at + 1 :]]


def ask(session: Session, conversation: Conversation, words: Words, now: datetime) -> Sequence[Reply]:
    """Note that the resident waits for a person, and say so; or say the truth when nobody is there. Held for writing."""
    rules = words.live
    conversation.pending_choices = [
        choice for choice in conversation.pending_choices or [] if choice["value"] != NOW
    ] or None
    if open_takeover(session, conversation.id) is not None:
        return [_notice(rules.words["asked_again"])]
    if not rules.offers(now):
        return [_notice(rules.words["not_open"])]
    session.add(Takeover(id=rows.new_id(), conversation_id=conversation.id, asked_at=now))
    conversation.person = ASKED
    return [_notice(rules.words["asked"])]


def placeholder() -> list[Reply]:
    """Stands for the reply until the transaction in which it is known what it is."""
    return [_notice("")]


def _notice(text: str) -> Reply:
    return Reply(text, data={"kind": NOTICE})
