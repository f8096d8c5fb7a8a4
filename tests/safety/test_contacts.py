"""Contacts: what is malformed is an error, what is unconfirmed or old is a warning."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from safety.contacts import Contacts
from safety.data import SafetyDataError

TODAY = date(2026, 11, 21)
GOOD = {
    "name": "A line",
    "phone": "0808 800 3302",
    "hours": "24/7",
    "area": "LLR",
    "source": "a page",
    "source_date": "2026-01-01",
    "checked_on": "2026-10-01",
    "verified": True,
}


def loaded(tmp_path, **entries):
    (tmp_path / "contacts.yml").write_text(yaml.safe_dump({"contacts": entries}), encoding="utf-8")
    return Contacts.load(tmp_path)


def test_the_shipped_contacts_are_well_formed(contacts):
    """No shipped contact is malformed; none is confirmed by a person yet, and that warns."""
    errors, warnings = contacts.problems(TODAY)
    assert errors == []
    shown = [contact for contact in contacts.all() if contact.verified]
    assert sum("nobody has confirmed it" in warning for warning in warnings) == len(shown)


@pytest.mark.parametrize(
    ("id", "phone"),
    [
        ("central_access_point", "0808 800 3302"),
        ("county_asc", "0116 305 0004"),
        ("county_edt", "0116 305 0888"),
        ("first_response", "0116 305 0005"),
        ("gas_emergency", "0800 111 999"),
        ("freeva", "0808 802 0028"),
        ("childline", "0800 1111"),
        ("samaritans", "116 123"),
    ],
)
def test_the_numbers_that_matter_most(contacts, id, phone):
    """The crisis numbers are those of the fact base."""
    assert contacts.get(id).phone == phone
    assert contacts.get(id).verified


def test_numbers_that_must_not_be_used_are_not_there(contacts):
    """Replaced, truncated and professional-only numbers are in no contact."""
    phones = {contact.phone.replace(" ", "") for contact in contacts.all()}
    assert not phones & {"01162551606", "08088003300", "0808800330", "01162953060", "01162256847"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"phone": "0808 800330"}, "wrong number of digits"),
        ({"phone": "0116 305 00044"}, "wrong number of digits"),
        ({"phone": "0808 800 3302 4 hours"}, "wrong number of digits"),
        ({"source": ""}, "no source"),
        ({"source_date": ""}, "no source"),
        ({"area": "Derby"}, "not an area"),
        ({"phone": "", "url": ""}, "no way to reach"),
        ({"text_number": "85258"}, "no word to send"),
        ({"name": ""}, "no name"),
    ],
)
def test_a_malformed_contact_is_an_error(tmp_path, change, problem):
    """Digit counts, source and area are checked."""
    errors, _ = loaded(tmp_path, one={**GOOD, **change}).problems(TODAY)
    assert any(problem in error and "one" in error for error in errors)


def test_the_same_number_twice_is_an_error(tmp_path):
    """Two contacts with one number: one of them is wrong."""
    errors, _ = loaded(tmp_path, one=GOOD, two={**GOOD, "phone": "08088003302"}).problems(TODAY)
    assert errors == ["contacts.yml: two: has the same number as one"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"checked_on": ""}, "nobody has confirmed"),
        ({"checked_on": "2025-11-20"}, "more than 12 months"),
        ({"source_date": "2020-01-01"}, "three years"),
    ],
)
def test_a_stale_contact_warns(tmp_path, change, problem):
    """Stale or unconfirmed warns and stops nothing."""
    errors, warnings = loaded(tmp_path, one={**GOOD, **change}).problems(TODAY)
    assert errors == []
    assert any(problem in warning for warning in warnings)


def test_a_fresh_contact_does_not_warn(tmp_path):
    """Confirmed within 12 months from a source of the last three years: nothing to say."""
    assert loaded(tmp_path, one=GOOD).problems(TODAY) == ([], [])


@pytest.mark.parametrize("change", [{"verified": "maybe"}, {"phone": 999}, {"fone": "1"}, {"checked_on": "soon"}])
def test_what_is_no_contact_cannot_be_loaded(tmp_path, change):
    """A number without quotes, an unknown key or a bad date stops loading by name."""
    with pytest.raises(SafetyDataError, match="one"):
        loaded(tmp_path, one={**GOOD, **change})
