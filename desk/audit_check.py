"""Is the audit as it was written? The chain, and whether each row still lies with its referral."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from common import chain_check
from common.chain_check import MOST, Break, Checked
from referrals.model import Referral, ReferralEvent

MOVED = "moved"


def check(session: Session, known: str = "") -> Checked:
    """`common.chain_check.check`, and rows that were laid to another referral or away from theirs: which referral a row belongs
    to is no part of the chain, because it outlives the referral."""
    found = chain_check.check(session, known)
    moved = session.execute(
        select(ReferralEvent.id, ReferralEvent.chain_seq, ReferralEvent.at)
        .outerjoin(Referral, Referral.reference == ReferralEvent.reference)
        .where(
            ReferralEvent.chain_seq.is_not(None),
            or_(
                ReferralEvent.referral_id != Referral.id,
                ReferralEvent.referral_id.is_(None) != Referral.id.is_(None),
            ),
        )
        .order_by(ReferralEvent.id)
        .limit(MOST)
    )
    more = tuple(Break(MOVED, row.chain_seq, f"referral_event {row.id}", row.at) for row in moved)
    return Checked(found.rows, found.first, found.end, (*found.breaks, *more)[:MOST])
