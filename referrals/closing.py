"""Closing a referral by the rules of desk_rules.yml, and opening it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from common.clock import LONDON
from referrals import handling
from referrals.case_rules import CaseRules
from referrals.casework import ContactAttempt, attempts
from referrals.model import Referral


@dataclass(frozen=True)
class Shortfall:
    """What is missing before a referral may be closed as out of reach: so many more attempts, on so many more days."""

    attempts: int
    days: int


def shortfall(rules: CaseRules, tried: Iterable[ContactAttempt], since: datetime | None = None) -> Shortfall | None:
    """What is missing, or None when it is enough. Pure. Counted are attempts that reached nobody, at or after `since`."""
    in_vain = [
        one.tried_at for one in tried if one.result not in rules.reached and (since is None or one.tried_at >= since)
    ]
    days = {at.astimezone(LONDON).date() for at in in_vain}
    missing = Shortfall(max(0, rules.attempts - len(in_vain)), max(0, rules.days - len(days)))
    return missing if missing.attempts or missing.days else None


def missing_for(session: Session, rules: CaseRules, referral: Referral, outcome: str) -> Shortfall | None:
    """What is missing before `referral` may be closed with `outcome`. After it was opened again, attempts count anew."""
    if outcome != rules.unreachable:
        return None
    opened = [entry.at for entry in referral.events if entry.what == handling.REOPENED]
    return shortfall(rules, attempts(session, referral.id), max(opened, default=None))


def close(
    session: Session, rules: CaseRules, referral: Referral, *, outcome: str, who: str, now: datetime
) -> bool | Shortfall:
    """Close it with an outcome code. What is missing when the rules do not allow it yet; False when nobody has it."""
    return missing_for(session, rules, referral, outcome) or handling.finish(
        session, referral, outcome=outcome, who=who, now=now
    )
