"""What staff do with a referral. Every function adds an audit row; states change by compare-and-set, so one person wins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.orm import Session, selectinload

from referrals.live import may_leave
from referrals.model import (
    ALERTS,
    DONE,
    FAILED,
    GONE_EMAIL,
    GONE_WEBHOOK,
    NEW,
    OPEN,
    SENDING,
    SENT,
    SKIPPED,
    TAKEN,
    URGENT,
    WAITING,
    Delivery,
    Referral,
    ReferralEvent,
)  # fmt: skip

QUEUE_LIMIT = 200
VIEWED, CONTACT_SHOWN, CONTACT_CHANGED = "viewed", "contact_shown", "contact_changed"
GONE = (GONE_EMAIL, GONE_WEBHOOK)
ASSIGNED, RELEASED, REOPENED = "assigned", "released", "reopened"


def by_due() -> tuple[Any, ...]:
    """The order of work: by due time, so what is overdue comes first; at the same time a danger first, then what nobody has."""
    return (
        Referral.due_at,
        case((Referral.priority == URGENT, 0), else_=1),
        case((Referral.state == NEW, 0), else_=1),
        Referral.id,
    )


def open_referrals(session: Session, limit: int = QUEUE_LIMIT) -> list[Referral]:
    """Referrals that somebody has to work on, in the order of work."""
    return list(session.scalars(select(Referral).where(Referral.state.in_(OPEN)).order_by(*by_due()).limit(limit)))


def find(session: Session, reference: str) -> Referral | None:
    """One referral with its consents, events and deliveries, or None."""
    return session.scalar(
        select(Referral)
        .where(Referral.reference == reference)
        .options(selectinload(Referral.consents), selectinload(Referral.events), selectinload(Referral.deliveries))
    )


def note(session: Session, referral: Referral, *, who: str, what: str, now: datetime, detail: str = "") -> None:
    """Add one audit row (`what` a code, `detail` never content)."""
    session.add(
        ReferralEvent(referral_id=referral.id, reference=referral.reference, at=now, who=who, what=what, detail=detail)
    )


def take(session: Session, referral: Referral, *, who: str, now: datetime) -> bool:
    """Make `who` the one who handles it. False when somebody else was first or it is done; then nothing changes."""
    won = _move(session, referral, {"state": TAKEN, "taken_by": who, "taken_at": now}, Referral.state == NEW)
    if won:
        note(session, referral, who=who, what="taken", now=now)
    return won


def finish(session: Session, referral: Referral, *, outcome: str, who: str, now: datetime) -> bool:
    """Close a taken referral with an outcome code. False when it is not (or no longer) taken; then nothing changes.

    Any member of staff may finish what another took: people fall ill. The audit says who did.
    """
    won = _move(session, referral, {"state": DONE, "done_at": now, "outcome": outcome}, Referral.state == TAKEN)
    if won:
        note(session, referral, who=who, what="done", now=now, detail=outcome)
    return won


def assign(session: Session, referral: Referral, *, to: str, holder: str, who: str, now: datetime) -> bool:
    """Give it to `to`, if it is still with `holder` ("" for nobody), as `who` saw it. Otherwise False, and nothing changes."""
    expected = _held_by(holder) if holder else (Referral.state == NEW,)
    values = {"state": TAKEN, "taken_by": to, "taken_at": now}
    won = _move(session, referral, values, *expected)
    if won:
        note(session, referral, who=who, what=ASSIGNED, now=now, detail=to)
    return won


def release(session: Session, referral: Referral, *, holder: str, who: str, now: datetime) -> bool:
    """Put it back into the queue, if it is still with `holder`. Otherwise False, and nothing changes."""
    values = {"state": NEW, "taken_by": None, "taken_at": None}
    won = bool(holder) and _move(session, referral, values, *_held_by(holder))
    if won:
        note(session, referral, who=who, what=RELEASED, now=now, detail=holder)
    return won


def reopen(session: Session, referral: Referral, *, reason: str, who: str, now: datetime) -> bool:
    """Open a finished referral again, for a reason code: it waits in the queue. False when it is not finished."""
    values = {"state": NEW, "taken_by": None, "taken_at": None, "done_at": None, "outcome": None}
    won = _move(session, referral, values, Referral.state == DONE)
    if won:
        note(session, referral, who=who, what=REOPENED, now=now, detail=reason)
    return won


def contact_shown_since(referral: Referral, who: str, since: datetime) -> bool:
    """True when `who` acknowledged the safe-contact rules of this referral at or after `since`, and they are still the same:
    after the resident changed how they may be reached, everybody reads the rules again."""
    for event in reversed(referral.events):
        if event.what == CONTACT_CHANGED:
            return False
        if event.what == CONTACT_SHOWN and event.who == who and event.at >= since:
            return True
    return False


def undelivered(session: Session, kinds: Collection[str], *seen: ColumnElement[bool]) -> Sequence[Delivery]:
    """Notices of these kinds that did not go out and need a person to know: failed, skipped, or tried in vain so far. `seen`: what
    their referrals fulfil."""
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.kind.in_(kinds),
            Delivery.state.in_((FAILED, SKIPPED))
            | (Delivery.state.in_((WAITING, SENDING)) & (Delivery.attempts > 1))
            | ((Delivery.state == WAITING) & (Delivery.problem != "") & Delivery.kind.in_(ALERTS)),
        )
        .join(Delivery.referral)
        .where(Referral.state.in_(OPEN) | Delivery.kind.in_(GONE), *seen)
        .options(selectinload(Delivery.referral))
        .order_by(Delivery.id)
        .limit(QUEUE_LIMIT)
    ).all()


def send_again(session: Session, referral: Referral, *, who: str, now: datetime) -> bool:
    """Put a failed or skipped notice back in the outbox. False when there is none (one that was sent is never sent again).

    Once the yes was taken back, only the notice that says so goes out again.
    """
    wanted = () if may_leave(referral) else (Delivery.kind.in_(GONE),)
    moved = session.execute(
        update(Delivery)
        .where(Delivery.referral_id == referral.id, Delivery.state.in_((FAILED, SKIPPED)), *wanted)
        .values(state=WAITING, attempts=0, next_at=now, queued_at=now, problem="")
    )
    if moved.rowcount:  # type: ignore[attr-defined]
        note(session, referral, who=who, what="notice_again", now=now)
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def notice_sent(referral: Referral) -> bool:
    return any(delivery.state == SENT for delivery in referral.deliveries)


def _held_by(holder: str) -> tuple[ColumnElement[bool], ...]:
    return Referral.state == TAKEN, Referral.taken_by == holder


def _move(session: Session, referral: Referral, values: Mapping[str, object], *expected: ColumnElement[bool]) -> bool:
    moved = session.execute(
        update(Referral)
        .where(Referral.id == referral.id, *expected)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(referral)
    return bool(moved.rowcount)  # type: ignore[attr-defined]
