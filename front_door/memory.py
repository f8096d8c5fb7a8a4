"""The bot's own table, as far as it is exported and erased. It is not on our Base, and is missing where neither migrations nor the bot ran."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.purging import rowcount
from front_door.model import Conversation

_TRACKER = sa.table(
    "tracker_turn",
    sa.column("id"),
    sa.column("conversation"),
    sa.column("events", sa.LargeBinary),
    sa.column("saved_at", sa.Float),
)


def of_conversation(session: Session, conversation_id: str) -> list[bytes]:
    """What the bot remembers of a conversation, turn by turn, still encrypted."""
    if not _there(session):
        return []
    mine = sa.select(_TRACKER.c.events).where(_TRACKER.c.conversation == conversation_id).order_by(_TRACKER.c.id)
    return [bytes(blob) for blob in session.scalars(mine)]


def forget(session: Session, conversations: Sequence[str]) -> int:
    """Delete what it remembers of these; returns how many turns."""
    if not _there(session):
        return 0
    return rowcount(session.execute(sa.delete(_TRACKER).where(_TRACKER.c.conversation.in_(conversations))))


def forget_lost(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` turns saved before a moment (aware) whose conversation is gone; returns how many."""
    if not _there(session):
        return 0
    living = sa.exists().where(Conversation.id == _TRACKER.c.conversation, Conversation.last_seq > 0)
    lost = sa.select(_TRACKER.c.id).where(_TRACKER.c.saved_at < before.timestamp(), ~living).limit(limit)
    return rowcount(session.execute(sa.delete(_TRACKER).where(_TRACKER.c.id.in_(lost))))


def _there(session: Session) -> bool:
    return sa.inspect(session.connection()).has_table(_TRACKER.name)
