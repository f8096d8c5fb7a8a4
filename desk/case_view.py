"""What the page of a referral shows below the packet: notes, attempts, who may have it, and who it may be the same person as."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import LONDON
from desk.contact import mask
from desk.model import StaffAccount
from desk.roles import LEADS, REFERRALS, WHOLE_COUNTY, roles_of
from desk.sessions import SignedIn
from referrals import casework, closing
from referrals.case_rules import CaseRules
from referrals.duplicates import Twin, twins
from referrals.lookup import EMAIL, PHONE
from referrals.model import Referral

if TYPE_CHECKING:  # referral.py stands on this module
    from desk.referral import Seen


@dataclass(frozen=True)
class NoteLine:
    """A note as `who` may read it now."""

    at: datetime
    who: str
    words: str


def case_view(session: Session, seen: Seen, who: SignedIn, rules: CaseRules, now: datetime) -> dict[str, Any]:
    """What the templates of the work need. Before the contact rules were read, notes show no number or address either."""
    referral = seen.referral
    found = twins(session, rules, [referral])
    visible = [twin for twin in found if who.sees_team(twin.other.team)]
    elsewhere = [twin for twin in found if not who.sees_team(twin.other.team)]
    return {
        "notes": [
            NoteLine(row.at, row.who, row.words if seen.contact_shown else mask(row.words))
            for row in casework.notes(session, referral.id)
        ],
        "attempts": casework.attempts(session, referral.id),
        "missing": closing.missing_for(session, rules, referral, rules.unreachable),
        "twins": visible,
        "maybe_known": any(twin.same is not False for twin in visible),
        "known_elsewhere": any(_by_contact(twin) and twin.same is not False for twin in elsewhere),
        "colleagues": colleagues(session, referral.team) if not who.roles.isdisjoint(LEADS) else [],
        "may_release": may_release(referral, who),
        "form_id": secrets.token_hex(16),
        "tried_at": now.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M"),
    }


def colleagues(session: Session, team: str) -> Sequence[str]:
    """The names of those who may see referrals to `team`, and so may be given one."""
    accounts = session.scalars(
        select(StaffAccount).where(StaffAccount.disabled_at.is_(None)).order_by(StaffAccount.name)
    )
    return [account.name for account in accounts if _may_have(account, team)]


def may_release(referral: Referral, who: SignedIn) -> bool:
    """Who has it may put it back, and so may a lead."""
    return bool(referral.taken_by) and (referral.taken_by == who.name or not who.roles.isdisjoint(LEADS))


def _may_have(account: StaffAccount, team: str) -> bool:
    roles = roles_of(account.roles) & REFERRALS
    return bool(roles & WHOLE_COUNTY) or (bool(roles) and team in account.teams)


def _by_contact(twin: Twin) -> bool:
    return not {PHONE, EMAIL}.isdisjoint(twin.by)
