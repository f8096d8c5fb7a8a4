"""Small steps that every transaction of the front door is made of."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from front_door.model import ACTIVE, NOTED, Conversation, Message, SafetyEvent


def new_id() -> str:
    """32 random characters that say nothing about anybody."""
    return secrets.token_hex(16)


def locked(session: Session, conversation_id: str) -> Conversation | None:
    """The conversation, held against other writers until the transaction ends."""
    return session.get(Conversation, conversation_id, with_for_update=True)


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


def record_flags(
    session: Session,
    flags: Sequence[str],
    *,
    channel: str,
    now: datetime,
    conversation_id: str | None = None,
    message_id: str | None = None,
    reply_shown: str | None = None,
) -> None:
    """One safety event for each flag."""
    for flag in flags:
        session.add(
            SafetyEvent(
                id=new_id(),
                at=now,
                flag=flag[:40],
                channel=channel,
                conversation_id=conversation_id,
                message_id=message_id,
                reply_shown=reply_shown,
            )
        )


def record_reply_shown(session: Session, message_ids: Sequence[str], text: str) -> int:
    """Write down what was shown for the flags of these messages, unless that is known; returns how many events it was."""
    events = session.scalars(
        select(SafetyEvent).where(SafetyEvent.message_id.in_(message_ids), SafetyEvent.reply_shown.is_(None))
    ).all()
    for event in events:
        event.reply_shown = text
    return len(events)


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
