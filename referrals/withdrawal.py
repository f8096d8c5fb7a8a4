"""A resident takes a referral back: their yes ends, nothing more goes out, and the team hears that it is so."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from referrals import follow_up, staff_text
from referrals.handling import note
from referrals.model import (
    DONE,
    DROPPED,
    EMAIL,
    FAILED,
    GONE_EMAIL,
    GONE_WEBHOOK,
    OPEN,
    SKIPPED,
    WAITING,
    WEBHOOK,
    WITHDRAWN,
    ConsentEvent,
    Delivery,
    Referral,
)
from referrals.outbox import queue

RESIDENT = "resident"  # who did it, in the audit
TAKEN_BACK = "withdrawn"  # the audit's code; its detail says by which door
_SAYS_GONE = {EMAIL: GONE_EMAIL, WEBHOOK: GONE_WEBHOOK}
Outcome = Literal["withdrawn", "already", "closed"]


def withdraw(session: Session, referral: Referral, *, by: str, now: datetime) -> Outcome:
    """Take `referral` back at `now` (aware), within the caller's transaction. by: the door, a code for the audit.

    "closed": staff finished it before, and nothing changes. "already": it was taken back before. Whoever takes or finishes
    it at the same moment, one of the two wins. What a receiver is being sent in this very moment cannot be called back.
    """
    won = session.execute(
        update(Referral)
        .where(Referral.id == referral.id, Referral.state.in_(OPEN))
        .values(state=WITHDRAWN, done_at=now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(referral)
    if not won.rowcount:  # type: ignore[attr-defined]
        return "closed" if referral.state == DONE else "already"
    session.execute(
        update(ConsentEvent)
        .where(ConsentEvent.referral_id == referral.id, ConsentEvent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    _tell_the_receiver(session, referral, now)
    follow_up.drop_of_referral(session, referral.reference)
    staff_text.drop_of_referral(session, referral.id)
    note(session, referral, who=RESIDENT, what=TAKEN_BACK, now=now, detail=by)
    session.flush()
    session.expire(referral, ["consents", "deliveries", "events"])
    return "withdrawn"


def _tell_the_receiver(session: Session, referral: Referral, now: datetime) -> None:
    """By each way by which it was announced, or was about to be; what waits is dropped."""
    kinds = session.scalars(select(Delivery.kind).where(Delivery.referral_id == referral.id)).all()
    session.execute(
        update(Delivery)
        .where(Delivery.referral_id == referral.id, Delivery.state.in_((WAITING, FAILED, SKIPPED)))
        .values(state=DROPPED, problem="")
        .execution_options(synchronize_session=False)
    )
    for kind in kinds:
        if kind in _SAYS_GONE:
            queue(session, referral.id, _SAYS_GONE[kind], now)
