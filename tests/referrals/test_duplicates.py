"""Referrals that may be of one person: flagged both ways, judged by staff, never merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from common.database import Database
from referrals import duplicates, handling
from referrals.case_rules import CaseRules
from referrals.model import WITHDRAWN, Referral
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, another

RULES = CaseRules.load(DATA)
OTHER: dict[str, Any] = {"name": "Somebody Else", "contact_value": "+447700900555", "place": "Oadby"}


def refer(db: Database, team: TeamFacts, number: int, now: datetime = SATURDAY, **changes: Any) -> str:
    with db.transaction() as session:
        return submit(session, another(number, **changes), now=now, team=team).reference


def flags(db: Database, rules: CaseRules = RULES) -> dict[str, list[tuple[str, tuple[str, ...], bool | None]]]:
    """By reference: what is flagged for it, (the other, by what, what staff said)."""
    with db.reading() as session:
        rows = session.scalars(select(Referral).order_by(Referral.id)).all()
        names = {row.id: row.reference for row in rows}
        found: dict[str, list[tuple[str, tuple[str, ...], bool | None]]] = {name: [] for name in names.values()}
        for twin in duplicates.twins(session, rules, rows):
            found[names[twin.of]].append((twin.other.reference, twin.by, twin.same))
        return found


@pytest.mark.parametrize(
    ("changes", "by"),
    [
        ({"name": "Another Name", "place": "Oadby"}, ("phone",)),
        ({"contact_value": "07700 900123", "name": "", "place": "unknown"}, ("phone",)),
        ({"contact_value": "+447700900555", "name": "RESIDENT, Test"}, ("name_place",)),
        ({}, ("phone", "name_place")),
    ],
)
def test_d4_flagged_both_ways_by_number_or_name_and_place(db: Database, team: TeamFacts, changes: dict, by: tuple):
    """Each of the two shows the other, with what agrees; both rows stay as they are."""
    first, second = refer(db, team, 1), refer(db, team, 2, **changes)
    assert flags(db) == {first: [(second, by, None)], second: [(first, by, None)]}
    with db.reading() as session:
        assert [row.state for row in session.scalars(select(Referral))] == ["new", "new"]


def test_d4_flagged_by_email(db: Database, team: TeamFacts):
    email: dict[str, Any] = {**OTHER, "contact_method": "email"}
    first = refer(db, team, 1, **{**email, "contact_value": "Ron@example.org"})
    second = refer(db, team, 2, **{**email, "name": "Ron", "contact_value": "ron@EXAMPLE.org"})
    assert flags(db)[first] == [(second, ("email",), None)]


@pytest.mark.parametrize(
    "changes", [OTHER, {**OTHER, "name": "Test Resident"}, {**OTHER, "place": "Wigston"}, {**OTHER, "name": ""}]
)
def test_d4_others_are_not_flagged(db: Database, team: TeamFacts, changes: dict):
    """Another number and another name, or one name in two places, or one place: nothing."""
    refer(db, team, 1), refer(db, team, 2, **changes)
    assert not any(flags(db).values())


@pytest.mark.parametrize(("days", "flagged"), [(0, True), (90, True), (91, False)])
def test_d4_within_ninety_days_and_no_longer(db: Database, team: TeamFacts, days: int, flagged: bool):
    """The days are data: with another number in the rules, another answer."""
    refer(db, team, 1), refer(db, team, 2, now=SATURDAY + timedelta(days=days))
    assert all(flags(db).values()) is flagged
    assert all(flags(db, replace(RULES, duplicate_within=timedelta(days=400))).values())


def test_d4_what_counts_is_data(db: Database, team: TeamFacts):
    """A kind that the rules do not name flags nothing."""
    refer(db, team, 1), refer(db, team, 2, contact_value="+447700900555")
    assert not any(flags(db, replace(RULES, duplicate_by=("phone", "email"))).values())


def test_d4_a_withdrawn_one_is_nobodys_twin(db: Database, team: TeamFacts):
    first, second = refer(db, team, 1), refer(db, team, 2)
    with db.transaction() as session:
        handling.find(session, first).state = WITHDRAWN  # type: ignore[union-attr]
    assert flags(db) == {first: [], second: []}


def test_d4_what_staff_say_is_kept_both_ways_and_audited_and_changes_nothing_else(db: Database, team: TeamFacts):
    """Said of one, it stands at both; the newest word counts; the audit of each keeps every word."""
    first, second = refer(db, team, 1), refer(db, team, 2)
    for one, other, same in ((first, second, True), (second, first, False)):
        with db.transaction() as session:
            mine, theirs = handling.find(session, one), handling.find(session, other)
            assert mine and theirs
            assert duplicates.decide(session, mine, theirs, same=same, who="amina", now=SATURDAY)
            assert not duplicates.decide(session, mine, mine, same=same, who="amina", now=SATURDAY)
        assert {entry[0][2] for entry in flags(db).values()} == {same}
    with db.reading() as session:
        for one, other in ((first, second), (second, first)):
            referral = handling.find(session, one)
            assert referral and referral.state == "new"
            said = [(e.what, e.detail, e.who) for e in referral.events if e.what != "received"]
            assert said == [("same_person", other, "amina"), ("not_same_person", other, "amina")]
