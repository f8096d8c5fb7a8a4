"""Sending the notices in the outbox: none is lost, and none is sent again once a server accepted it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from common.database import Database
from referrals.handling import note
from referrals.mailer import MailDelayed, Mailer, MailRefused, MailSkipped
from referrals.model import FAILED, SENDING, SENT, SKIPPED, WAITING, Delivery
from referrals.notice import Notice
from referrals.submit import ASSISTANT

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # a worker that died holds a notice no longer than this
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
GIVE_UP = timedelta(hours=72)  # then a person must look: the desk shows it either way
BATCH = 20  # small enough that the first lease of a batch has not run out when the last is sent


async def deliver_due(db: Database, mailer: Mailer, now: datetime) -> int:
    """Try every notice that is due at `now` (aware) once; return how many were accepted.

    Safe to call from several processes. A process that dies between the server's yes and our note of it leaves the
    notice to be tried again after LEASE, under the same Message-ID; that is the only way to a repeat.
    """
    accepted = 0
    for _ in range(BATCH):
        notice = await db.run(_claim, now)
        if notice is None:
            break
        try:
            await mailer.send(notice)
        except MailSkipped as problem:
            await db.run(_settle, notice, SKIPPED, now, str(problem))
        except MailRefused as problem:
            log.error("notice refused: delivery=%s %s", notice.delivery_id, problem)
            await db.run(_settle, notice, FAILED, now, str(problem))
        except MailDelayed as problem:
            log.warning("notice delayed: delivery=%s try=%s %s", notice.delivery_id, notice.attempt, problem)
            await db.run(_settle, notice, WAITING, now, str(problem))
            break  # every notice goes to the same server: the others would only wait for it too
        else:
            accepted += 1
            await db.run(_settle, notice, SENT, now, "")
    return accepted


def _claim(session: Session, now: datetime) -> Notice | None:
    row = session.scalar(
        select(Delivery)
        .where(or_(Delivery.state == WAITING, Delivery.state == SENDING), Delivery.next_at <= now)
        .order_by(Delivery.next_at, Delivery.id)
        .limit(1)
        .options(joinedload(Delivery.referral, innerjoin=True))
        .with_for_update(skip_locked=True, of=Delivery)
    )
    if row is None:
        return None
    row.state, row.next_at, row.attempts = SENDING, now + LEASE, row.attempts + 1
    referral = row.referral
    return Notice(
        row.id, row.attempts, row.message_id, referral.reference, referral.priority, referral.due_at, row.queued_at
    )


def _settle(session: Session, notice: Notice, state: str, now: datetime, problem: str) -> None:
    if state == WAITING and now - notice.queued_at >= GIVE_UP:
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
        note(session, delivery.referral, who=ASSISTANT, what=f"notice_{state}", now=now, detail=problem[:200])
