"""What the team itself wrote about a referral, as parts of a copy: only in a copy that is asked for with it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from desk.contact import mask
from desk.referral import Seen
from referrals import casework
from referrals.case_rules import CaseRules
from referrals.exports.record import moment
from referrals.packet import Section


def own_record(session: Session, seen: Seen, rules: CaseRules) -> tuple[Section, ...]:
    """Notes and attempts, oldest first; without numbers and addresses where `seen` shows none."""
    notes = [
        f"{moment(row.at)}, {row.who}: {row.words if seen.contact_shown else mask(row.words)}"
        for row in reversed(casework.notes(session, seen.referral.id))
    ]
    attempts = [
        f"{moment(row.tried_at)}, {row.who}: {rules.methods.get(row.method, row.method)}. "
        f"{rules.results.get(row.result, row.result)}."
        for row in reversed(casework.attempts(session, seen.referral.id))
    ]
    found = (Section("Notes of the team", tuple(notes)), Section("Attempts to make contact", tuple(attempts)))
    return tuple(section for section in found if section.lines)
