"""The clean-up job: chats first, then what every other room says is past its time, then files and the database's journal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database, empty_journal
from common.purging import PAUSE, Step, delete_some, purge
from common.retention_limits import Retention
from front_door import counts
from front_door.model import SeenText
from front_door.resident.model import ReferralTry, ReferralVisit
from front_door.retention import Erased, expire
from front_door.safeguarding.forgetting import delete_records, forget_words
from front_door.safeguarding.model import SafetyCase
from front_door.sms import seen
from referrals import retention
from referrals.counts import keep
from referrals.erasing import MAIL
from referrals.model import DONE, Referral
from service_catalogue import retention as catalogue

logger = logging.getLogger(__name__)
EVERY = 600.0  # seconds between two runs
EXPORTS, EXPORT_KEPT = "export", timedelta(days=7)  # the folder under VAR_DIR, and how long a copy may lie in it
VISIT, TRIES = timedelta(minutes=20), timedelta(hours=24)
_CHAT = "with its chat: `chat`, with a referral `chat_with_referral`, both after the resident's last message"
_SAFETY = "words, numbers and notes `safety_words` after the entry's outcome, the rest `safety_record` after it; without an outcome never"
RULES: Mapping[str, str] = {
    "conversation": f"{_CHAT}; of a closed web page an empty row stays for `closed_page`, of a number that sent STOP a keyed fingerprint",
    "message": _CHAT,
    "outbox": _CHAT,
    "delivery_status": f"{_CHAT}; of a text that is not ours any more after `chat`",
    "takeover": _CHAT,
    "tracker_turn": f"{_CHAT}; what came after its chat was deleted goes after `chat`",
    "seen_text": "8 days: the text company's own id of a text, so that its list does not bring it back",
    "finished_texts": "never: a week and a number of paid text parts, which name nobody",
    "move_code": "`one_time_code`, or with its chat",
    "move_try": "a day: keyed fingerprints",
    "left_door": "`closed_page`: a keyed fingerprint",
    "referral_try": "a day: keyed fingerprints",
    "safety_event": _SAFETY,
    "safety_case": _SAFETY,
    "safety_note": _SAFETY,
    "safety_alert": _SAFETY,
    "kept_key": "never: keys of this database, encrypted",
}


def safety_words(session: Session, limits: Retention, now: datetime) -> int:
    return forget_words(session, now - limits.safety_words, now)


def safety_records(session: Session, limits: Retention, now: datetime) -> int:
    before = now - limits.safety_record
    over = sa.select(SafetyCase.id).where(SafetyCase.state == DONE, SafetyCase.done_at < before)
    ids = session.scalars(over.with_for_update()).all()  # one process at a time: they are counted once
    if not ids:
        return 0
    there = counts.of_flags(session, ids)
    gone = delete_records(session, before)
    session.flush()
    keep(session, there - counts.of_flags(session, ids))
    return gone


def visits(session: Session, limits: Retention, now: datetime) -> int:
    return delete_some(session, ReferralVisit, ReferralVisit.seen_at < now - VISIT)


def tries(session: Session, limits: Retention, now: datetime) -> int:
    return delete_some(session, ReferralTry, ReferralTry.at < now - TRIES)


def seen_texts(session: Session, limits: Retention, now: datetime) -> int:
    before = session.scalar(sa.select(sa.func.count()).select_from(SeenText)) or 0
    seen.forget(session, now)
    return before - (session.scalar(sa.select(sa.func.count()).select_from(SeenText)) or 0)


STEPS: Mapping[str, Step] = {
    "safety words": safety_words,
    "safety records": safety_records,
    "visits": visits,
    "wrong tries": tries,
    "seen texts": seen_texts,
    **retention.STEPS,
    **catalogue.STEPS,
}


def lost_mail(session: Session, var_dir: Path, now: datetime, limits: Retention) -> list[Path]:
    """Notices that lie as files and whose referral is gone; those that name none, once they are older than a finished referral."""
    files = sorted((var_dir / MAIL).glob("*.eml"))
    named = {path: path.name.rsplit("-", 1)[0] for path in files}
    alive = set(session.scalars(sa.select(Referral.reference).where(Referral.reference.in_(named.values()))))
    old = (now - limits.referral).timestamp()
    safety = {path for path in files if path.name.startswith("safety-")}
    return [
        path
        for path in files
        if (path in safety and path.stat().st_mtime < old) or (path not in safety and named[path] not in alive)
    ]


def old_exports(var_dir: Path, now: datetime) -> list[Path]:
    """Copies of somebody's data that were written for them and never deleted."""
    return [path for path in (var_dir / EXPORTS).glob("*") if path.stat().st_mtime < (now - EXPORT_KEPT).timestamp()]


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


async def clean(
    db: Database,
    limits: Retention,
    now: datetime,
    more: Mapping[str, Step] | None = None,
    var_dir: Path | None = None,
    pause: float = PAUSE,
) -> dict[str, int]:
    """Delete whatever is past its time at `now` (aware); returns how much, by kind. `more`: steps of rooms that this one does not know.
    var_dir: where notices lie as files; None where there are none."""
    chats = await expire(db, limits, now, pause)
    gone = {field.name: getattr(chats, field.name) for field in fields(Erased)} if chats != Erased() else {}
    gone |= await purge(db, {**STEPS, **(more or {})}, limits, now, pause)
    if var_dir is not None:
        files = await db.read(lost_mail, var_dir, now, limits) + await asyncio.to_thread(old_exports, var_dir, now)
        await asyncio.to_thread(_remove, files)
        gone |= {"files": len(files)} if files else {}
    if gone:
        await asyncio.to_thread(empty_journal, db.engine)
    return gone


async def clean_for_ever(
    db: Database,
    limits: Retention,
    clock: Clock,
    more: Mapping[str, Step] | None = None,
    var_dir: Path | None = None,
    every: float = EVERY,
) -> None:
    """`clean` now and every `every` seconds. A fault is logged by its kind, and the next run tries again."""
    while True:
        try:
            if gone := await clean(db, limits, clock.now(), more, var_dir):
                logger.info("expired: %s", ", ".join(f"{name} {count}" for name, count in gone.items()))
        except Exception as error:
            logger.error("old conversations could not be expired: %s", type(error).__name__)
        await asyncio.sleep(every)
