"""What is kept of moves goes: with its conversation, or once it is of no more use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from front_door.moving.codes import DAY, forget
from front_door.moving.model import LeftDoor, MoveCode, MoveTry

_BATCH = 100


def forget_moves(session: Session, conversations: Sequence[str], doors: bool) -> None:
    """Delete the codes of these conversations, and with `doors` that sessions and numbers once led to them."""
    session.execute(delete(MoveCode).where(MoveCode.conversation_id.in_(conversations)))
    if doors:
        session.execute(delete(LeftDoor).where(LeftDoor.conversation_id.in_(conversations)))


def forget_old(session: Session, now: datetime, code: timedelta, closed_page: timedelta) -> int:
    """Delete codes older than `code`, wrong tries older than a day and doors left longer ago than `closed_page`, a batch
    at a time; returns how many rows went.
    """
    old = session.scalars(select(MoveCode).where(MoveCode.made_at < now - code).limit(_BATCH)).all()
    for row in old:
        forget(session, row)
    tries = session.execute(delete(MoveTry).where(MoveTry.at < now - DAY))
    left = session.execute(delete(LeftDoor).where(LeftDoor.at < now - closed_page))
    return len(old) + sum(cast("CursorResult[Any]", gone).rowcount for gone in (tries, left))
