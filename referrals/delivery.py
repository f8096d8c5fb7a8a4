"""Handing over what is in the outbox: nothing is lost, and nothing is handed over again once it was accepted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, not_, or_, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from common.clock import Clock
from common.database import Database
from referrals.carrying import Carrier, Delayed, Refused, Skipped, Unaddressed
from referrals.handling import VIEWED, note
from referrals.live import may_leave
from referrals.model import (
    ALERTS,
    ASSISTANT,
    DONE,
    DROPPED,
    EMAIL,
    FAILED,
    GONE_EMAIL,
    GONE_WEBHOOK,
    NEARING,
    NEW,
    SENDING,
    SENT,
    SKIPPED,
    UNDELIVERED,
    UNOPENED,
    WAITING,
    WEBHOOK,
    Delivery,
    Referral,
    ReferralEvent,
)  # fmt: skip
from referrals.notice import Notice
from referrals.outbox import queue

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # a worker that died holds a notice no longer than this
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
GIVE_UP = timedelta(hours=72)  # then a person must look: the desk shows it either way
BATCH = 20
BATCH_SECONDS = 60.0  # a batch takes no new notice after this ...
SEND_SECONDS = 120.0  # ... and gives one this long: together shorter than LEASE, so that no other worker takes it over
DELIVER_EVERY = 5.0  # seconds
MAIL = (EMAIL, GONE_EMAIL, *ALERTS)
WEBHOOKS = (WEBHOOK, GONE_WEBHOOK)


async def deliver_for_ever(
    db: Database, carrier: Carrier, clock: Clock, kinds: Collection[str] = MAIL, every: float = DELIVER_EVERY
) -> None:
    """Hand over what is due again and again. A fault is logged by its kind and tried again: no notice may be lost to it."""
    while True:
        try:
            await deliver_due(db, carrier, clock.now(), kinds)
        except Exception as error:
            log.error("notices could not be delivered: %s", type(error).__name__)
        await asyncio.sleep(every)


async def deliver_due(
    db: Database,
    carrier: Carrier,
    now: datetime,
    kinds: Collection[str] = MAIL,
    seconds: Callable[[], float] = time.monotonic,
) -> int:
    """Try every notice of these kinds that is due at `now` (aware) once; return how many were accepted.

    Safe to call from several processes. A process that dies between the receiver's yes and our note of it leaves the
    notice to be tried again after LEASE, under the same id; that is the only way to a repeat.
    """
    accepted, begun = 0, seconds()
    closed: set[tuple[str, str]] = set()  # the others for the same door would only wait for it too
    for _ in range(BATCH):
        notice = await db.run(_claim, now, kinds, closed) if seconds() - begun < BATCH_SECONDS else None
        if notice is None:
            break
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await carrier.send(notice)
        except Skipped as problem:
            await db.run(_settle, notice, SKIPPED, now, str(problem))
        except Refused as problem:
            log.error("notice refused: delivery=%s kind=%s %s", notice.delivery_id, notice.kind, problem)
            await db.run(_settle, notice, FAILED, now, str(problem))
        except (Delayed, TimeoutError) as problem:
            reason = str(problem) or "it took too long"
            log.warning("notice delayed: delivery=%s try=%s %s", notice.delivery_id, notice.attempt, reason)
            await db.run(_settle, notice, WAITING, now, reason, isinstance(problem, Unaddressed))
            closed.add((notice.kind, notice.team))
        else:
            accepted += 1
            await db.run(_settle, notice, SENT, now, "")
    return accepted


def _claim(
    session: Session, now: datetime, kinds: Collection[str], closed: Collection[tuple[str, str]]
) -> Notice | None:
    while True:
        row = session.scalar(
            select(Delivery)
            .join(Delivery.referral)
            .where(
                or_(Delivery.state == WAITING, Delivery.state == SENDING),
                Delivery.next_at <= now,
                Delivery.kind.in_(kinds),
                *(not_(and_(Delivery.kind == kind, Referral.team == team)) for kind, team in closed),
            )
            .order_by(Delivery.next_at, Delivery.id)
            .limit(1)
            .options(contains_eager(Delivery.referral))
            .with_for_update(skip_locked=True, of=Delivery)
        )
        if row is None:
            return None
        if not _needless(session, row, now):
            break
        row.state, row.problem = DROPPED, ""
        session.flush()
    row.state, row.next_at, row.attempts = SENDING, now + LEASE, row.attempts + 1
    referral = row.referral
    return Notice(
        delivery_id=row.id,
        attempt=row.attempts,
        kind=row.kind,
        message_id=row.message_id,
        reference=referral.reference,
        destination=referral.destination,
        team=referral.team,
        priority=referral.priority,
        promised=referral.promised,
        received_at=referral.created_at,
        due_at=referral.due_at,
        queued_at=row.queued_at,
        packet=referral.packet if row.kind == WEBHOOK else {},
    )


def _needless(session: Session, row: Delivery, now: datetime) -> bool:
    """Anything without a consent that stands, but that it was taken back; and an alert that is not true any more."""
    if row.kind in (GONE_EMAIL, GONE_WEBHOOK):
        return False
    if not may_leave(row.referral):
        return True
    return row.kind in ALERTS and (row.referral.state == DONE or _untrue_by_now(session, row, now))


def _untrue_by_now(session: Session, row: Delivery, now: datetime) -> bool:
    """ "Due soon" after it is late, "nobody has opened it" after somebody has: it waited too long for the mail server."""
    if row.kind == NEARING:
        return now >= row.referral.due_at
    seen = select(ReferralEvent.id).where(ReferralEvent.referral_id == row.referral_id, ReferralEvent.what == VIEWED)
    return row.kind == UNOPENED and (row.referral.state != NEW or session.scalar(seen.limit(1)) is not None)


def _settle(session: Session, notice: Notice, state: str, now: datetime, problem: str, patient: bool = False) -> None:
    if state == WAITING and not patient and now - notice.queued_at >= GIVE_UP:
        state = FAILED
    wait = BACK_OFF[min(notice.attempt, len(BACK_OFF)) - 1]
    # Accepted is accepted, whoever notes it. Any other end counts only for the try that holds the notice: another worker
    # may have taken over after the lease.
    mine = (
        Delivery.state != SENT if state == SENT else (Delivery.state == SENDING) & (Delivery.attempts == notice.attempt)
    )
    settled = session.execute(
        update(Delivery)
        .where(Delivery.id == notice.delivery_id, mine)
        .values(state=state, problem=problem[:300], next_at=now + wait, sent_at=now if state == SENT else None)
    )
    if settled.rowcount and state != WAITING:  # type: ignore[attr-defined]
        delivery = session.get_one(Delivery, notice.delivery_id, options=[joinedload(Delivery.referral)])
        name = "notice" if notice.kind == EMAIL else notice.kind
        note(session, delivery.referral, who=ASSISTANT, what=f"{name}_{state}", now=now, detail=problem[:200])
        if state == FAILED and notice.kind not in ALERTS:
            queue(session, delivery.referral_id, UNDELIVERED, now)
