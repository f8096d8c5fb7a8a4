"""Filing: every event becomes part of an entry on the desk and owes one alert, whoever files and whatever is killed meanwhile.

No resident waits for it: their transaction writes the event alone, and this reads what it left.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from front_door.model import Conversation
from front_door.rows import new_id
from front_door.safeguarding.model import LATE, RAISED, SafetyAlert, SafetyCase, SafetyEvent
from front_door.safeguarding.rules import SafetyRules
from referrals.model import DONE
from referrals.working_time import WorkingTime

log = logging.getLogger(__name__)
FILE_EVERY = 3.0  # seconds
LATE_EVERY = 30.0
BATCH = 100


def something_new(session: Session) -> bool:
    """Whether an event waits to be filed."""
    return session.scalar(select(SafetyEvent.id).where(SafetyEvent.case_id.is_(None)).limit(1)) is not None


def file_new(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Put events into entries and their alerts into the outbox, in one transaction; returns how many. Safe in several processes."""
    events = session.scalars(
        select(SafetyEvent)
        .where(SafetyEvent.case_id.is_(None))
        .order_by(SafetyEvent.at, SafetyEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for event in events:
        case = _case_of(session, event)
        event.case_id = case.id
        session.add(_alert(f"{RAISED}:{event.id}", case, RAISED, now))
    return len(events)


def raise_late(session: Session, rules: SafetyRules, office: WorkingTime, now: datetime) -> int:
    """Owe one more alert for every entry that is past its time at `now` (aware), once; returns how many are new."""
    told = select(SafetyAlert.case_id).where(SafetyAlert.kind == LATE)
    cases = session.scalars(select(SafetyCase).where(SafetyCase.state != DONE, SafetyCase.id.not_in(told))).all()
    new = 0
    for case in cases:
        if rules.is_late(case, office, now):
            try:
                with session.begin_nested():
                    session.add(_alert(f"{LATE}:{case.id}", case, LATE, now))
            except IntegrityError:  # another process was faster
                continue
            new += 1
    return new


async def file_for_ever(
    db: Database, rules: SafetyRules, office: WorkingTime, clock: Clock, every: float = FILE_EVERY
) -> None:
    """File now and every `every` seconds, and look for what is late. A fault is logged by its kind and tried again."""
    looked: datetime | None = None
    while True:
        try:
            await file_all(db, clock.now())
            now = clock.now()
            if looked is None or (now - looked).total_seconds() >= LATE_EVERY:
                await db.run(raise_late, rules, office, now)
                looked = now
        except Exception as error:
            log.error("safety entries could not be filed: %s", type(error).__name__)
        await asyncio.sleep(every)


async def file_all(db: Database, now: datetime) -> None:
    """File everything that waits."""
    while await db.read(something_new):
        if not await db.run(file_new, now):
            return  # another process has it in hand


def _case_of(session: Session, event: SafetyEvent) -> SafetyCase:
    """The open entry of this conversation and flag with the event in it, or a new one."""
    conversation = session.get(Conversation, event.conversation_id) if event.conversation_id else None
    case = _open_case(session, event)
    if case is None:
        made = SafetyCase(
            id=new_id(),
            flag=event.flag,
            channel=event.channel,
            conversation=event.conversation_id,
            opened_at=event.at,
            last_at=event.at,
            unseen_since=event.at,
            count=0,
        )
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:  # another process opened it a moment ago
            case = _open_case(session, event)
            assert case is not None
        else:
            case = made
    case.count += 1
    case.last_at = max(case.last_at, event.at)
    case.unseen_since = min(case.unseen_since or event.at, event.at)
    if conversation is not None:
        case.address = conversation.address or case.address
        case.address_digest = conversation.address_digest or case.address_digest
        case.area = conversation.area or case.area
    return case


def _open_case(session: Session, event: SafetyEvent) -> SafetyCase | None:
    if event.conversation_id is None:
        return None
    return session.scalar(
        select(SafetyCase)
        .where(
            SafetyCase.conversation == event.conversation_id,
            SafetyCase.flag == event.flag,
            SafetyCase.state != DONE,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _alert(identity: str, case: SafetyCase, kind: str, now: datetime) -> SafetyAlert:
    return SafetyAlert(id=identity, case_id=case.id, kind=kind, queued_at=now, next_at=now)
