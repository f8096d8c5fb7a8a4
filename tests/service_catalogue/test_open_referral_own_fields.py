"""What the standard has no field for: read back as it was written, and never believed when it is broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.database import Database
from service_catalogue.local import Words, local_data
from service_catalogue.publishing import own_fields
from service_catalogue.publishing.own_fields import OWN, read_own, read_own_location, read_own_need, read_own_schedule
from service_catalogue.publishing.read_back import read_back
from service_catalogue.publishing.services import ServiceView
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.open_referral_client import crawl, serving, settings_in
from tests.service_catalogue.open_referral_reader import rebuilt
from tests.service_catalogue.open_referral_records import CHANGED, feed, full_service, refuge

DATA = ROOT / "data" / "leicestershire"
OTHER = feed("Another catalogue")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(
    [
        "summary",
        "audience",
        "gender",
        "attending",
        "capacity",
        "cost",
        "referral_route",
        "opening_hours",
        "hours_note",
        "source",
        "precision",
        "masked",
        "accessibility",
        "accessibility_text",
        "method",
        "confidence",
        "freq",
        "name",
        "url",
    ]
)


def view() -> ServiceView:
    return ServiceView(local_data(DATA).words, Words(DATA / "open_referral_words.yml"))


def test_nothing_of_a_record_with_every_column_is_lost_on_the_way_to_another_catalogue() -> None:
    for service in (full_service(), refuge(), full_service(description=""), full_service(schedules=[])):
        told = view().full(service, CHANGED)
        modified = datetime.fromisoformat(told["last_modified"])
        assert view().full(rebuilt(told, OTHER), modified) == told


async def test_nothing_of_the_shipped_catalogue_is_lost_either(shipped: Database, tmp_path: Path) -> None:
    async with serving(shipped, settings_in(tmp_path)) as client:
        for told in await crawl(client):
            again = rebuilt(told, OTHER)
            assert again.source_changed_at is not None
            assert view().full(again, again.source_changed_at) == told


def test_the_first_publisher_stays_named_however_often_a_record_is_passed_on() -> None:
    told = view().full(full_service(source=feed("First")), CHANGED)
    for number in range(3):
        told = view().full(rebuilt(told, feed(f"Hop {number}")), CHANGED + timedelta(days=number))
    assert told[OWN]["source"]["name"] == "First"


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS | st.text(), JSON, max_size=8) | JSON)
def test_broken_values_are_left_out_one_by_one_and_never_raise(own: Any) -> None:
    read = (read_own, read_own_location, read_own_need, read_own_schedule)
    for reader in read:
        found = reader({OWN: own})
        assert reader({OWN: found}) == found, "what was taken is taken again as it is"
        assert reader(own) == {} or isinstance(own, dict)


PARTS = st.sampled_from(["attributes", "cost_options", "schedules", "phones", "service_at_locations", "name"])
IMPORTED: dict[str, list[dict[str, Any]]] = {
    "phones": [{"number": "0116 496 0001", "kind": "voice", "description": "", "verified": False}],
    "costs": [{"option": "", "amount": "4.50", "amount_description": "Tea"}],
    "schedules": [{"freq": "WEEKLY", "description": ""}],
    "locations": [{"external_id": "1", "masked": True, "postcode": "LE11", "latitude": None}],
    "terms": [],
    "needs": [],
}


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(PARTS, JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=4), max_size=3)), JSON)
def test_a_hostile_record_is_read_back_without_an_error_and_unmasks_nothing(record: dict[str, Any], own: Any) -> None:
    record = record | {OWN: {"source": {"name": "A"}, "opening_hours": own if isinstance(own, str) else "Mo"}}
    values, children = read_back(record, {"description": "Tea"}, IMPORTED, {"food"}, lambda text: text)
    assert set(children) == set(IMPORTED)
    (place,) = children["locations"]
    assert place["masked"] and place["latitude"] is None and place["street"] == ""
    assert not any(phone["verified"] for phone in children["phones"])
    assert values["summary"] == "Tea"


def test_a_record_of_any_other_catalogue_is_left_as_the_importer_made_it() -> None:
    values = {"description": "Tea"}
    for record in ({}, {OWN: None}, {OWN: {"gender": "anything"}}, {"attributes": [1]}):
        assert read_back(record, values, IMPORTED, {"food"}, str.upper) == (values, IMPORTED)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"gender": "women", "capacity": "brimming"}, {"gender": "women"}),
        ({"attending": ["venue", "venue", 3, "moon", ["online"]]}, {"attending": ["venue"]}),
        ({"source": {"name": "A", "url": "javascript:alert(1)", "licence": 3}}, {"source": {"name": "A"}}),
        ({"cost": None, "summary": "  Tea "}, {"summary": "Tea"}),
        ([], {}),
    ],
)
def test_good_values_beside_broken_ones_are_kept(own: Any, expected: dict[str, Any]) -> None:
    assert read_own({OWN: own}) == expected


def test_values_that_say_nothing_are_not_written() -> None:
    plain = full_service(
        description="",
        audience="any",
        gender="any",
        attending=[],
        capacity="unknown",
        cost="unknown",
        referral_route="unknown",
        opening_hours="",
        hours_note="",
    )
    assert set(own_fields.of_service(plain)) == {"source"}
