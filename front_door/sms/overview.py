"""The conversations by text, newest first, without a word or a number: for the list that staff choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session

from front_door.model import Conversation, Message, OutboxText, SafetyEvent
from front_door.sms.numbers import CHANNEL

SHOWN = 100


@dataclass(frozen=True)
class Talk:
    """One conversation that texts went in or out of. segments: what all we sent cost."""

    conversation: str
    last_at: datetime
    received: int
    written: int
    segments: int
    stopped: bool
    danger: bool


def talks(session: Session, limit: int = SHOWN, of: Select[Any] | None = None) -> list[Talk]:
    """The conversations with the newest texts; `of` selects the ids to choose among."""
    newest = (
        select(
            Message.conversation_id,
            func.max(Message.created_at).label("last_at"),
            func.sum(case((Message.direction == "in", 1), else_=0)).label("received"),
        )
        .where(Message.channel == CHANNEL, *([] if of is None else [Message.conversation_id.in_(of)]))
        .group_by(Message.conversation_id)
        .order_by(func.max(Message.created_at).desc())
        .limit(limit)
        .subquery()
    )
    written = select(func.count()).where(OutboxText.conversation_id == newest.c.conversation_id).scalar_subquery()
    segments = (
        select(func.coalesce(func.sum(OutboxText.segments), 0))
        .where(OutboxText.conversation_id == newest.c.conversation_id, OutboxText.state == "sent")
        .scalar_subquery()
    )
    danger = exists().where(SafetyEvent.conversation_id == newest.c.conversation_id)
    rows = session.execute(
        select(newest, written, segments, Conversation.texts_stopped, danger)
        .join(Conversation, Conversation.id == newest.c.conversation_id)
        .order_by(newest.c.last_at.desc())
    )
    return [Talk(*row) for row in rows]
