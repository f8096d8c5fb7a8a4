"""When referrals, and what residents agreed to beside them, are deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from common.chain_check import prune
from common.purging import BATCH, Step, delete_some, rowcount
from common.retention_limits import Retention
from referrals import asked_text, erasing, follow_up, staff_text
from referrals.asked_text import AskedText
from referrals.follow_up import FollowUp
from referrals.model import DONE, OPEN, WITHDRAWN, ConsentEvent, Referral
from referrals.staff_text import StaffText

_WITH = "goes with its referral"
RULES: Mapping[str, str] = {
    "referral": "taken and finished: `referral` after it was taken, at the earliest `closed_referral` after it was finished. Withdrawn: `withdrawn_referral` after that. Open: never",
    "consent_event": _WITH,
    "delivery": _WITH,
    "staff_text": f"{_WITH}; its number once it is sent or dropped, at the latest `unsent` after it was due",
    "referral_note": _WITH,
    "contact_attempt": _WITH,
    "lookup_key": _WITH,
    "duplicate_decision": _WITH,
    "referral_visit": f"{_WITH}, or 20 minutes after it was last used",
    "referral_event": "`audit`: holds codes and times, never content, and outlives its referral",
    "audit_chain": "never: one row that says where the audit ends; names nobody",
    "follow_up": "with its referral; without one `follow_up` after it ended. Its number once it is sent, at the latest `unsent` after it was due",
    "asked_text": "with its chat; its number and words once it is sent, at the latest after `unsent`",
    "weekly_count": "never: counts by week, which name nobody",
}


def past_time(session: Session, limits: Retention, now: datetime) -> list[int]:
    """Up to BATCH referrals that are over for so long that they go, held for writing. One that is open is never among them."""
    withdrawn = (
        select(func.max(ConsentEvent.withdrawn_at)).where(ConsentEvent.referral_id == Referral.id).scalar_subquery()
    )
    done = (
        (Referral.state == DONE)
        & (func.coalesce(Referral.taken_at, Referral.done_at) < now - limits.referral)
        & (func.coalesce(Referral.done_at, Referral.taken_at) < now - limits.closed_referral)
    )
    ended = func.coalesce(Referral.done_at, withdrawn, Referral.created_at)
    taken_back = (Referral.state == WITHDRAWN) & (ended < now - limits.withdrawn_referral)
    query = select(Referral.id).where(or_(done, taken_back)).order_by(Referral.id).limit(BATCH)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def still_open(session: Session, limits: Retention, now: datetime, limit: int = 200) -> list[Referral]:
    """Referrals that would have gone if they were not open: for the lead to see."""
    since = func.coalesce(Referral.taken_at, Referral.created_at)
    query = select(Referral).where(Referral.state.in_(OPEN), since < now - limits.referral)
    return list(session.scalars(query.order_by(Referral.created_at).limit(limit)))


def referrals(session: Session, limits: Retention, now: datetime) -> int:
    ids = past_time(session, limits, now)
    return erasing.erase(session, ids, now) if ids else 0


def unsent_texts(session: Session, limits: Retention, now: datetime) -> int:
    """Forget the numbers of texts that were never sent: nobody could send them for so long."""
    before = now - limits.unsent
    gone = 0
    for row in session.scalars(
        select(AskedText).where(AskedText.state == asked_text.WAITING, AskedText.asked_at < before).limit(BATCH)
    ):
        asked_text.close(row, asked_text.DROPPED)
        gone += 1
    gone += rowcount(
        session.execute(
            update(StaffText)
            .where(StaffText.state == staff_text.WAITING, StaffText.send_at < before)
            .values(state=staff_text.DROPPED, phone=None)
        )
    )
    return gone + rowcount(
        session.execute(
            update(FollowUp)
            .where(FollowUp.state == follow_up.WAITING, FollowUp.due_at < before)
            .values(state=follow_up.DROPPED, phone=None)
        )
    )


def follow_ups(session: Session, limits: Retention, now: datetime) -> int:
    """Texts that asked whether it helped, of chats without a referral."""
    over = FollowUp.state != follow_up.WAITING
    ended = func.coalesce(FollowUp.answered_at, FollowUp.sent_at, FollowUp.due_at)
    lost = ~select(Referral.id).where(Referral.reference == FollowUp.reference).exists()
    return delete_some(session, FollowUp, over, ended < now - limits.follow_up, lost)


def asked_texts(session: Session, limits: Retention, now: datetime) -> int:
    """What is left of lists that were asked for on the web: that they were, and when."""
    return delete_some(
        session, AskedText, AskedText.state != asked_text.WAITING, AskedText.asked_at < now - limits.chat_with_referral
    )


def audit(session: Session, limits: Retention, now: datetime) -> int:
    return prune(session, now - limits.audit, BATCH)


STEPS: Mapping[str, Step] = {
    "referrals": referrals,
    "unsent texts": unsent_texts,
    "follow-ups": follow_ups,
    "texts asked for": asked_texts,
    "audit": audit,
}
