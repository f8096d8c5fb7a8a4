"""The clean-up: every room says what of its tables is past its time, and one job deletes it in small transactions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.database import Base, Database
from common.retention_limits import Retention

logger = logging.getLogger(__name__)
BATCH = 100  # rows in one transaction
PAUSE = 0.05  # seconds between two transactions, in which turns go first
# Deletes (or empties) what is past its time, at most about BATCH rows; returns how many it was. Called again until it is 0.
Step = Callable[[Session, Retention, datetime], int]


async def purge(
    db: Database, steps: Mapping[str, Step], limits: Retention, now: datetime, pause: float = PAUSE
) -> dict[str, int]:
    """Take every step until nothing is left for it; returns how much went, by the step's name. A step that fails is logged by
    its kind, the others go on, and the next run tries it again.
    """
    gone: dict[str, int] = {}
    for name, step in steps.items():
        try:
            while count := await db.run(step, limits, now):
                gone[name] = gone.get(name, 0) + count
                await asyncio.sleep(pause)
        except Exception as error:
            logger.error("clean-up: %s: %s", name, type(error).__name__)
    return gone


def delete_some(session: Session, table: type[Base], *where: sa.ColumnElement[bool]) -> int:
    """Delete up to BATCH rows; returns how many. Rows that somebody else holds at this moment are left for the next time."""
    key = sa.inspect(table).primary_key[0]
    ids = session.scalars(sa.select(key).where(*where).limit(BATCH).with_for_update(skip_locked=True)).all()
    return rowcount(session.execute(sa.delete(table.__table__).where(key.in_(ids)))) if ids else 0  # type: ignore[arg-type]


def rowcount(result: object) -> int:
    return cast("sa.CursorResult[Any]", result).rowcount
