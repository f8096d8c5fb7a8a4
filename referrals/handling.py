"""What staff do with a referral. Every function adds an audit row; states change by compare-and-set, so one person wins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session, selectinload

from referrals.model import DONE, FAILED, NEW, SENDING, SENT, SKIPPED, TAKEN, WAITING, Delivery, Referral, ReferralEvent

QUEUE_LIMIT = 200
VIEWED, CONTACT_SHOWN = "viewed", "contact_shown"


def open_referrals(session: Session, now: datetime, limit: int = QUEUE_LIMIT) -> list[Referral]:
    """Referrals that are not done: overdue ones first, then those nobody has taken, each by due time; with deliveries."""
    return list(
        session.scalars(
            select(Referral)
            .where(Referral.state != DONE)
            .order_by(
                case((Referral.due_at < now, 0), else_=1),
                case((Referral.state == NEW, 0), else_=1),
                Referral.due_at,
                Referral.id,
            )
            .options(selectinload(Referral.deliveries))
            .limit(limit)
        )
    )


def done_referrals(session: Session, limit: int = 50) -> list[Referral]:
    """The referrals finished last, newest first; with deliveries."""
    return list(
        session.scalars(
            select(Referral)
            .where(Referral.state == DONE)
            .order_by(Referral.done_at.desc(), Referral.id.desc())
            .options(selectinload(Referral.deliveries))
            .limit(limit)
        )
    )


def find(session: Session, reference: str) -> Referral | None:
    """One referral with its consents, events and deliveries, or None."""
    return session.scalar(
        select(Referral)
        .where(Referral.reference == reference)
        .options(selectinload(Referral.consents), selectinload(Referral.events), selectinload(Referral.deliveries))
    )


def note(session: Session, referral: Referral, *, who: str, what: str, now: datetime, detail: str = "") -> None:
    """Add one audit row (`what` a code, `detail` never content)."""
    session.add(ReferralEvent(referral_id=referral.id, at=now, who=who, what=what, detail=detail))


def take(session: Session, referral: Referral, *, who: str, now: datetime) -> bool:
    """Make `who` the one who handles it. False when somebody else was first or it is done; then nothing changes."""
    won = _move(session, referral, NEW, {"state": TAKEN, "taken_by": who, "taken_at": now})
    if won:
        note(session, referral, who=who, what="taken", now=now)
    return won


def finish(session: Session, referral: Referral, *, outcome: str, who: str, now: datetime) -> bool:
    """Close a taken referral with an outcome code. False when it is not (or no longer) taken; then nothing changes.

    Any member of staff may finish what another took: people fall ill. The audit says who did.
    """
    won = _move(session, referral, TAKEN, {"state": DONE, "done_at": now, "outcome": outcome})
    if won:
        note(session, referral, who=who, what="done", now=now, detail=outcome)
    return won


def contact_shown_since(referral: Referral, who: str, since: datetime) -> bool:
    """True when `who` acknowledged the safe-contact rules of this referral at or after `since`."""
    return any(e.what == CONTACT_SHOWN and e.who == who and e.at >= since for e in referral.events)


def undelivered(session: Session) -> Sequence[Delivery]:
    """Notices that did not go out and need a person to know: failed, skipped, or still waiting after a failed try."""
    return session.scalars(
        select(Delivery)
        .where(
            Delivery.state.in_((FAILED, SKIPPED)) | ((Delivery.state.in_((WAITING, SENDING))) & (Delivery.attempts > 1))
        )
        .join(Delivery.referral)
        .where(Referral.state != DONE)
        .options(selectinload(Delivery.referral))
        .order_by(Delivery.id)
        .limit(QUEUE_LIMIT)
    ).all()


def send_again(session: Session, referral: Referral, *, who: str, now: datetime) -> bool:
    """Put a failed or skipped notice back in the outbox. False when there is none (one that was sent is never sent again)."""
    moved = session.execute(
        update(Delivery)
        .where(Delivery.referral_id == referral.id, Delivery.state.in_((FAILED, SKIPPED)))
        .values(state=WAITING, attempts=0, next_at=now, queued_at=now, problem="")
    )
    if moved.rowcount:  # type: ignore[attr-defined]
        note(session, referral, who=who, what="notice_again", now=now)
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def notice_sent(referral: Referral) -> bool:
    return any(delivery.state == SENT for delivery in referral.deliveries)


def _move(session: Session, referral: Referral, expected: str, values: dict[str, object]) -> bool:
    moved = session.execute(
        update(Referral)
        .where(Referral.id == referral.id, Referral.state == expected)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(referral)
    return bool(moved.rowcount)  # type: ignore[attr-defined]
