"""Which referral a browser may see: that of its own chat, or one that it passed the check for, for some minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from front_door.inbox import is_over
from front_door.model import Conversation
from front_door.resident.checking import DAY, Checks, own_on_page
from front_door.resident.model import ReferralTry, ReferralVisit
from referrals import handling
from referrals.model import Referral

QUIET = timedelta(minutes=20)  # so long after the last page it closes by itself


@dataclass(frozen=True)
class Visit:
    """What a browser may see. chat: it is the one that it was sent from. others: more from the same chat, to choose from."""

    referral: Referral | None = None
    chat: bool = False
    others: tuple[str, ...] = ()


def current(session: Session, session_digest: str, now: datetime, idle: timedelta) -> Visit:
    """The referral that this browser has open; the only one of its chat; or nothing but the choice between several."""
    theirs = _of_chat(session, session_digest, now, idle)
    known = [one.reference for one in theirs]
    row = session.get(ReferralVisit, session_digest)
    if row is not None and now - row.seen_at <= QUIET:
        found = session.get(Referral, row.referral_id)
        referral = handling.find(session, found.reference) if found else None
        if referral is not None:
            row.seen_at = now
            others = tuple(one for one in known if one != referral.reference)
            return Visit(referral, referral.reference in known, others)
    if len(theirs) == 1:
        return Visit(handling.find(session, known[0]), chat=True)
    return Visit(others=tuple(known))


def open_typed(
    session: Session,
    checks: Checks,
    reference: str,
    contact: str,
    session_digest: str,
    address: str,
    now: datetime,
    idle: timedelta,
) -> str:
    """Open the referral that was asked for: "right", "wrong" or "blocked". reference: as read, "" for none."""
    theirs = [one for one in _of_chat(session, session_digest, now, idle) if one.reference == reference]
    if theirs:
        _open(session, session_digest, theirs[0], now)
        return "right"
    outcome, referral = checks.by_page(session, reference, contact, session_digest, address, now)
    if referral is not None:
        _open(session, session_digest, referral, now)
    return outcome


def close(session: Session, session_digest: str) -> None:
    """This browser has none open any more."""
    session.execute(delete(ReferralVisit).where(ReferralVisit.session_digest == session_digest))


def forget_old_visits(session: Session, now: datetime) -> int:
    """Delete what is over: visits that went quiet, and wrong tries older than a day. Returns how many rows went."""
    gone = (
        session.execute(delete(ReferralVisit).where(ReferralVisit.seen_at < now - QUIET)),
        session.execute(delete(ReferralTry).where(ReferralTry.at < now - DAY)),
    )
    return sum(cast("CursorResult[Any]", one).rowcount for one in gone)


def _open(session: Session, session_digest: str, referral: Referral, now: datetime) -> None:
    session.execute(delete(ReferralVisit).where(ReferralVisit.seen_at < now - QUIET))
    session.merge(ReferralVisit(session_digest=session_digest, referral_id=referral.id, opened_at=now, seen_at=now))
    session.flush()


def _of_chat(session: Session, session_digest: str, now: datetime, idle: timedelta) -> list[Referral]:
    chat = session.scalars(select(Conversation).where(Conversation.session_digest == session_digest)).first()
    return own_on_page(session, chat) if chat is not None and not is_over(chat, now, idle) else []
