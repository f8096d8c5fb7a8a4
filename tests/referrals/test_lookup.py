"""Finding referrals by what is encrypted in them."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some
from sqlalchemy import select

from common.database import Database
from referrals import lookup
from referrals.lookup import LookupKey, name_parts, whole_name
from referrals.model import Referral
from referrals.packet import build
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import SATURDAY, another, make_request


def refer(db: Database, team: TeamFacts, number: int = 1, **changes: object) -> str:
    with db.transaction() as session:
        return submit(session, another(number, **changes), now=SATURDAY, team=team).reference


def found(db: Database, typed: str) -> list[str]:
    understood = lookup.search(typed)
    if understood is None:
        return []
    with db.reading() as session:
        return sorted(session.scalars(select(Referral.reference).where(understood[1])))


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900123",
        "+44 7700 900123",
        "0044 (0)7700-900123",
        "Zoë O'Hara",
        "zoe ohara",
        "O’HARA, Zoe",
        "ohara",
        "Mrs O'Hara",
    ],
)
def test_a_referral_is_found_by_number_and_name_however_they_are_written(db: Database, team: TeamFacts, typed: str):
    """Number in any form; name whole, in either order, or the surname; accents, capitals and titles make no difference."""
    reference = refer(db, team, name="Mrs Zoë O'Hara")
    refer(db, team, 2, name="Zoe Park", contact_value="+447700900124")
    assert found(db, typed) == [reference]


@pytest.mark.parametrize("typed", ["zoe", "O", "0770090012", "hara", "x@example.org", "", "  ", "!!", "%", "_"])
def test_parts_find_nothing(db: Database, team: TeamFacts, typed: str):
    """Exact matches only: no first names, no beginnings, no signs that mean "anything"."""
    refer(db, team, name="Zoë O'Hara")
    assert found(db, typed) == []


@pytest.mark.parametrize("change", [str.lower, lambda text: text.replace("-", " "), lambda text: text.replace("-", "")])
def test_a_reference_is_found_however_it_is_typed(db: Database, team: TeamFacts, change):
    with db.transaction() as session:
        submit(session, make_request(), now=SATURDAY, team=team, make_reference=lambda: "K7M-4PR")
    assert found(db, change("K7M-4PR")) == ["K7M-4PR"]


def test_an_email_is_found_whatever_its_capitals(db: Database, team: TeamFacts):
    reference = refer(db, team, contact_method="email", contact_value="Ron@Example.org")
    assert found(db, " ron@example.ORG ") == [reference]


def test_the_keys_follow_the_packet(db: Database, team: TeamFacts):
    """A changed number is found at once and the old one no longer; an emptied packet is found by nothing."""
    reference = refer(db, team)
    with db.transaction() as session:
        row = session.scalars(select(Referral)).one()
        row.packet = {**row.packet, "contact_value": "+447700900199"}
    assert (found(db, "07700 900199"), found(db, "07700 900123")) == ([reference], [])
    with db.transaction() as session:
        session.scalars(select(Referral)).one().packet = {}
    with db.reading() as session:
        assert session.scalars(select(LookupKey)).all() == []


def test_keys_of_old_referrals_are_made_afterwards_and_go_with_the_referral(db: Database, team: TeamFacts):
    """For referrals from before there were keys; deleting the row deletes its keys."""
    reference = refer(db, team)
    with db.transaction() as session:
        for key in session.scalars(select(LookupKey)):
            session.delete(key)
    assert found(db, "07700 900123") == []
    with db.transaction() as session:
        assert (lookup.fill_missing(session), lookup.fill_missing(session)) == (1, 0)
    assert found(db, "07700 900123") == [reference]
    with db.transaction() as session:
        row = session.scalars(select(Referral)).one()
        for child in (*row.deliveries, *row.consents):
            session.delete(child)
        for event in row.events:
            session.expunge(event)
        session.connection().exec_driver_sql("DELETE FROM referral_event")
        session.connection().exec_driver_sql("DELETE FROM referral")
    with db.reading() as session:
        assert session.scalars(select(LookupKey)).all() == []


def test_nothing_that_can_be_read_stands_in_the_table(db: Database, team: TeamFacts):
    """Digests need the key: the bytes of name and number are nowhere in them, and two kinds never share a digest."""
    refer(db, team)
    with db.reading() as session:
        rows = session.scalars(select(LookupKey)).all()
    assert {row.kind for row in rows} == {"phone", "name", "surname", "name_place", "need"}
    assert all(len(row.digest) == 64 and set(row.digest) <= set("0123456789abcdef") for row in rows)
    assert len({row.digest for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("place", "other", "same"),
    [
        ("LE18 2AB", "le182zz", True),  # one sector
        ("LE18 2AB", "LE18 3AB", False),
        ("Wigston", " wigston ", True),
        ("unknown", "unknown", False),  # not known is not the same
        ("", "", False),
    ],
)
def test_d4_one_name_needs_one_place(place: str, other: str, same: bool):
    """The postcode sector where there is a postcode, else the place by its name."""

    def key(where: str) -> set[str]:
        return {value for kind, value in lookup.keys_of(build(make_request(place=where))) if kind == lookup.NAME_PLACE}

    assert bool(key(place) & key(other)) is same


@for_all(some.text(max_size=60))
def test_a_name_is_the_same_however_it_is_spaced_and_cased(name: str):
    """Any text at all has a normal form that capitals, order and spaces do not change."""
    parts = name_parts(name)
    assert name_parts(f"  {name}  ") == parts
    assert whole_name(parts) == whole_name(parts[::-1])
    assert name_parts(" ".join(parts)) == parts
