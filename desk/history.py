"""The history of a referral as one member of staff may read it: it names no referral of a team that they do not see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.queue_filter import visible_to
from desk.sessions import SignedIn
from referrals import handling
from referrals.duplicates import JUDGED_DIFFERENT, JUDGED_SAME
from referrals.model import Referral

_JUDGED = (JUDGED_SAME, JUDGED_DIFFERENT)
ANOTHER_TEAMS = "a referral of another team"


@dataclass(frozen=True)
class Line:
    """One thing that happened: a code of the audit in `what`, and in `detail` what belongs to it."""

    at: datetime
    what: str
    who: str
    detail: str


def history(session: Session, referral: Referral, who: SignedIn) -> list[Line]:
    """All that happened to it, the oldest first; views left out."""
    events = [event for event in referral.events if event.what != handling.VIEWED]
    named = {event.detail for event in events if event.what in _JUDGED}
    seen = set(session.scalars(select(Referral.reference).where(Referral.reference.in_(named), visible_to(who))))
    hidden = set() if who.whole_county else named - seen
    return [
        Line(e.at, e.what, e.who, ANOTHER_TEAMS if e.what in _JUDGED and e.detail in hidden else e.detail)
        for e in events
    ]
