"""The conversation of a phone number, for texts that come in and texts that go out by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from front_door import rows
from front_door.model import ACTIVE, ENDED, Conversation
from front_door.moving.model import LeftDoor

CHANNEL = "sms"


def newest_of(session: Session, digest: str) -> Conversation | None:
    """The newest conversation of the number with this keyed digest, held for writing: the open one, else the one it wrote in last
    (one that moved here from the web page may be older than one that ended)."""
    return session.scalars(
        select(Conversation)
        .where(Conversation.address_digest == digest)
        .order_by(
            (Conversation.state == ACTIVE).desc(), Conversation.last_seen_at.desc(), Conversation.created_at.desc()
        )
        .limit(1)
        .with_for_update()
    ).first()


def told_of_abuse(session: Session, digest: str, newest: Conversation | None) -> bool:
    """Whether abuse was told of in the number's newest conversation, or in the one that went on on the web page: then texts
    go only as replies."""
    left = session.get(LeftDoor, digest)
    before = session.get(Conversation, left.conversation_id) if left else None
    return bool((newest and newest.careful) or (before and before.careful))


def forget_who_asked(conversation: Conversation) -> None:
    """After hours: what was said of texting, and what was kept back, may have been another person's with the same phone."""
    conversation.texting_safe = conversation.held = conversation.more_text = None


def open_or_new(
    session: Session, newest: Conversation | None, number: str, digest: str, now: datetime, fresh_start: timedelta
) -> Conversation:
    """`newest` while it is open and was not silent for longer than `fresh_start`, else a new one in its place; that texts
    are stopped, and that abuse was told of, holds for the number, not the conversation."""
    if newest and newest.state == ACTIVE:
        if not rows.older_than(newest.last_seen_at, now, fresh_start):
            return newest
        newest.state = ENDED
        session.flush()
    return rows.open_conversation(
        session,
        CHANNEL,
        now,
        address=number,
        address_digest=digest,
        texts_stopped=newest.texts_stopped if newest else False,
        careful=newest.careful if newest else False,
    )


def set_stopped(session: Session, conversation: Conversation, stopped: bool) -> None:
    """Note for every conversation of this number whether it has stopped our texts, so that staff see the same at each."""
    conversation.texts_stopped = stopped
    if conversation.address_digest:
        session.execute(
            update(Conversation)
            .where(Conversation.address_digest == conversation.address_digest)
            .values(texts_stopped=stopped)
        )
