"""All that is held about the person of a reference is read out or erased: by the lead's page and on the command line alike, and audited.

The audit says who did it, when, and the reference; nothing about whom.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database, empty_journal
from desk import audit
from front_door import person, person_export
from front_door.person import Busy

READ_OUT, ERASED = "person_exported", "person_erased"
PATIENCE = 15.0  # seconds that an erasure waits for what is under way
AGAIN = 0.2  # seconds between two tries


def read_out(session: Session, reference: str, who: str, now: datetime) -> dict[str, Any] | None:
    """Everything that is held, JSON-safe; None when there is no such referral."""
    found = person_export.held(session, reference, now)
    if found is not None:
        audit.note(session, who=who, what=READ_OUT, object=reference, now=now)
    return found


def _erase(session: Session, reference: str, who: str, now: datetime) -> tuple[str, ...] | None:
    erased = person.erase(session, reference, now)
    if erased is None:
        return None
    audit.note(session, who=who, what=ERASED, object=reference, now=now)
    return erased.others


async def erase(
    db: Database, clock: Clock, var_dir: Path, reference: str, who: str, patience: float = PATIENCE
) -> tuple[str, ...] | None:
    """Erase, as soon as nothing of theirs is being answered or sent; in one transaction, or not at all.

    Returns further references of the same chats, which stay; None when there is no such referral. Raises Busy when something was
    under way for longer than `patience` seconds.
    """
    until = time.monotonic() + patience
    while True:
        try:
            others = await db.run(_erase, reference, who, clock.now())
            break
        except (Busy, OperationalError):  # under way, or somebody held a row that we needed while we held one of theirs
            if time.monotonic() >= until:
                raise
            await asyncio.sleep(AGAIN)
    if others is not None:
        await asyncio.to_thread(person.remove_files, var_dir, reference)
        await asyncio.to_thread(empty_journal, db.engine)
    return others
