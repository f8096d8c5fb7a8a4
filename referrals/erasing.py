"""A referral goes with all that hangs on it. What other tables hold of it is found by their foreign keys, so a new one is not forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.database import Base
from referrals import counts
from referrals.follow_up import FollowUp
from referrals.model import SENDING, Delivery, Referral
from referrals.staff_text import StaffText

MAIL = "mail"  # the folder under VAR_DIR that notices without a mail server are written to


def hanging_on(table: sa.Table) -> Iterator[sa.Column[object]]:
    """The columns of other tables that point to this one, but for those that the database empties (the audit stays)."""
    for other in Base.metadata.sorted_tables:
        for column in other.columns:
            for key in column.foreign_keys:
                if key.column.table is table and other is not table and key.ondelete != "SET NULL":
                    yield column


def hold(session: Session, ids: Collection[int], references: Collection[str]) -> None:
    """Lock what could send something about these referrals at this moment, before anything is read of it."""
    held = (
        sa.select(Referral.id).where(Referral.id.in_(ids)),
        sa.select(Delivery.id).where(Delivery.referral_id.in_(ids)),
        sa.select(StaffText.id).where(StaffText.referral_id.in_(ids)),
        sa.select(FollowUp.id).where(FollowUp.reference.in_(references)),
    )
    for query in held:
        session.execute(query.with_for_update()).all()


def under_way(session: Session, ids: Collection[int], now: datetime) -> bool:
    """Whether a notice about one of these (held before) is being handed over now."""
    sending = sa.select(Delivery.id).where(
        Delivery.referral_id.in_(ids), Delivery.state == SENDING, Delivery.next_at > now
    )
    return session.scalar(sending.limit(1)) is not None


def erase(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Delete these referrals and all that hangs on them; returns how many. They are counted first; their audit stays, without them."""
    references = session.scalars(sa.select(Referral.reference).where(Referral.id.in_(ids))).all()
    counts.keep(session, counts.of_referrals(session, now, ids))
    session.flush()
    for column in hanging_on(Referral.__table__):  # type: ignore[arg-type]
        session.execute(sa.delete(column.table).where(column.in_(ids)))
    session.execute(sa.delete(FollowUp).where(FollowUp.reference.in_(references)))
    session.execute(sa.delete(Referral).where(Referral.id.in_(ids)), execution_options={"synchronize_session": False})
    session.expire_all()
    return len(references)


def mail_of(var_dir: Path, reference: str) -> list[Path]:
    """The notices about a referral that lie as files."""
    return sorted((var_dir / MAIL).glob(f"{reference}-*"))
