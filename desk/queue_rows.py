"""Referrals as rows of a list: needs and district to choose by, never a name or number, because screens can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from desk.render import due_state
from desk.sessions import SignedIn
from referrals.case_rules import CaseRules
from referrals.duplicates import twins
from referrals.model import OPEN, URGENT, WITHDRAWN, Referral
from referrals.packet import Packet, contact_unsafe


@dataclass(frozen=True)
class Row:
    """One referral. Of a withdrawn one nothing is told but that it was. `twin`: it may be of a person known already."""

    reference: str
    state: str
    due_at: datetime
    due_state: str
    promised: bool
    needs: tuple[str, ...]
    district: str
    team: str
    urgent: bool
    contact_unsafe: bool
    twin: bool
    taken_by: str
    closed_at: datetime | None
    outcome: str


def rows_of(
    session: Session, referrals: Sequence[Referral], rules: CaseRules, who: SignedIn, now: datetime
) -> tuple[Row, ...]:
    """The rows in the same order. A twin is told of only where `who` may see both."""
    known = {
        twin.of
        for twin in twins(session, rules, referrals)
        if twin.same is not False and who.sees_team(twin.other.team)
    }
    return tuple(_row(referral, referral.id in known, now) for referral in referrals)


def _row(referral: Referral, twin: bool, now: datetime) -> Row:
    packet = Packet.from_dict(referral.packet) if referral.state != WITHDRAWN else None
    return Row(
        reference=referral.reference,
        state=referral.state,
        due_at=referral.due_at,
        due_state=due_state(referral.due_at, now) if referral.state in OPEN else "",
        promised=referral.promised,
        needs=tuple(need.label for need in packet.needs) if packet else (),
        district=packet.district if packet else "",
        team=referral.team,
        urgent=packet is not None and referral.priority == URGENT,
        contact_unsafe=packet is not None and contact_unsafe(packet),
        twin=twin,
        taken_by=referral.taken_by or "",
        closed_at=referral.done_at,
        outcome=referral.outcome or "",
    )
