"""Where a service is, in words on its card."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from common.clock import LONDON
from service_catalogue.cards import card
from service_catalogue.entry import Entry, Venue, entry_of
from service_catalogue.local import local_data
from service_catalogue.model import Location, Organization, Service
from service_catalogue.points import Point
from service_catalogue.reasons import Asker

NOON = datetime(2026, 11, 24, 12, tzinfo=LONDON)
NEAR = Venue("Oadby", "LE2", 52.60, -1.08, frozenset(), "1 Near Street, Oadby, LE2 5AA")
FAR = Venue("Melton", "LE13", 52.77, -0.88, frozenset(), "9 Far Road, Melton, LE13 1AA")


def _service(**place: object) -> Service:
    address = {"street": "2 High Street", "town": "Shepshed", "postcode": "LE12 9AA"}
    kind = {"location_id": "l", "kind": "physical", "precision": "none", "accessibility": [], "masked": False}
    location: dict[str, Any] = {**kind, **address, **place}
    return Service(
        id="s",
        organization=Organization(name="Org"),
        name="Warm Homes",
        summary="",
        eligibility_text="",
        email="",
        url="",
        opening_hours="",
        cost="free",
        referral_route="self",
        audience="anyone",
        verified=True,
        gender="any",
        capacity="unknown",
        waiting_text="",
        alert="",
        hours_note="",
        interpretation="",
        locations=[Location(**location)],
    )


def _entry(**place: object) -> Entry:
    return entry_of(_service(**place), (), False)


def _address(entry: Entry, asker: Asker = Asker()) -> str:  # noqa: B008 (it cannot be changed)
    return card(entry, (), None, NOON, local_data(), asker).address


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({}, "2 High Street, Shepshed, LE12 9AA"),
        ({"street": "2 High Street, Shepshed"}, "2 High Street, Shepshed, LE12 9AA"),
        ({"town": "", "postcode": ""}, "2 High Street"),
        ({"street": ""}, ""),
        ({"masked": True}, ""),
    ],
)
def test_an_address_is_that_of_the_record_and_nothing_more(place: dict[str, object], shown: str) -> None:
    """Street, town, postcode, each once; without a street none; a masked place (a refuge) never."""
    assert _address(_entry(**place)) == shown


def test_of_several_places_the_nearest_is_shown_and_without_a_place_none() -> None:
    """Which one is meant is not guessed."""
    entry = replace(_entry(), venues=(FAR, NEAR))
    assert _address(entry, Asker(place=Point(52.59, -1.09, "place"))) == NEAR.address
    assert _address(entry) == ""
