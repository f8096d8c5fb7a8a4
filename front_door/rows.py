"""Small steps that every transaction of the front door is made of."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from front_door.model import ACTIVE, NOTED, Conversation, Message, SafetyEvent

_LOCKED = (
    select(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def new_id() -> str:
    """32 random characters that say nothing about anybody."""
    return secrets.token_hex(16)


def locked(session: Session, conversation_id: str) -> Conversation | None:
    """The conversation, held against other writers until the transaction ends."""
    return session.scalars(_LOCKED, {"conversation": conversation_id}).first()


def open_conversation(session: Session, channel: str, now: datetime, **columns: Any) -> Conversation:
    """A new conversation with a random id."""
    conversation = Conversation(
        id=new_id(),
        channel=channel,
        state=ACTIVE,
        created_at=now,
        last_seen_at=now,
        last_seq=0,
        apologised=False,
        welcomed=False,
        **columns,
    )
    session.add(conversation)
    session.flush()
    return conversation


def add_message(
    session: Session, conversation: Conversation, direction: str, text: str, now: datetime, **columns: Any
) -> Message:
    """The next line of the transcript. `state` defaults to "noted" (nothing to do), `kind` to "text"."""
    conversation.last_seq += 1
    columns.setdefault("state", NOTED)
    columns.setdefault("kind", "text")
    message = Message(
        id=new_id(),
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        direction=direction,
        channel=conversation.channel,
        text=text,
        attempts=0,
        crisis_sent=False,
        created_at=now,
        **columns,
    )
    session.add(message)
    return message


def told_of_abuse_since(session: Session, conversation: str, moment: datetime) -> bool:
    """Whether the resident spoke of abuse in this conversation after a moment (aware): on the web page too."""
    told = select(SafetyEvent.id).where(
        SafetyEvent.conversation_id == conversation, SafetyEvent.flag == "abuse_now", SafetyEvent.at > moment
    )
    return session.scalar(told.limit(1)) is not None


def renew_leases(session: Session, conversation_ids: Sequence[str], owner: str, until: datetime) -> None:
    """Keep the leases of turns that still run."""
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversation_ids), Conversation.lease_owner == owner)
        .values(lease_until=until)
    )


def release_leases(session: Session, owner: str) -> None:
    """A worker stops: what it held is free for the next one at once."""
    session.execute(
        update(Conversation).where(Conversation.lease_owner == owner).values(lease_owner=None, lease_until=None)
    )


def release_all_leases(session: Session) -> None:
    """At the start of the only front door there is: whoever held a lease is dead."""
    session.execute(
        update(Conversation)
        .where(Conversation.lease_owner.is_not(None))
        .values(lease_owner=None, lease_until=None, next_turn_at=None)
    )


def end_back_off(session: Session, conversation_ids: Sequence[str]) -> None:
    """Let these conversations be tried again at once."""
    session.execute(update(Conversation).where(Conversation.id.in_(conversation_ids)).values(next_turn_at=None))


def older_than(at: datetime, now: datetime, age: timedelta) -> bool:
    return now - at > age
