"""What goes out of a record: valid with every column filled, masked places masked, no unconfirmed number."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.database import Database
from service_catalogue.local import Words, local_data
from service_catalogue.model import Service
from service_catalogue.publishing.prose import held_back
from service_catalogue.publishing.services import ServiceView
from service_catalogue.starter_record import STARTER_ID
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.open_referral_client import crawl, get, pages, serving, settings_in
from tests.service_catalogue.open_referral_records import (
    CHANGED,
    feed,
    full_service,
    provider,
    refuge,
    store,
)
from tests.service_catalogue.open_referral_schemas import published, validator
from tests.service_catalogue.open_referral_shape import (
    AT_LOCATION,
    ORGANIZATION_IN_LIST,
    WHOLE_AT_LOCATION,
    WHOLE_SERVICE,
    page,
)

DATA = ROOT / "data" / "leicestershire"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def view() -> ServiceView:
    return ServiceView(local_data(DATA).words, Words(DATA / "open_referral_words.yml"))


def told(service: Service) -> dict[str, Any]:
    return view().full(service, CHANGED)


async def test_a_service_with_every_column_filled_is_valid_in_every_place_it_shows(
    db: Database, tmp_path: Path
) -> None:
    source = feed()
    who = provider(source)
    store(db, full_service("one", source, who), full_service("two", source, who), refuge("three", source, who))
    async with serving(db, settings_in(tmp_path)) as client:
        for service in await crawl(client):
            validator(WHOLE_SERVICE).validate(service)
            published("service").validate(service)
        listed = await get(client, "/service_at_locations")
        validator(page(AT_LOCATION)).validate(listed)
        whole = await crawl(client, "/service_at_locations")
        for at_location in [*listed["contents"], *whole]:
            published("service_at_location").validate(at_location)
            published("service_at_location_list").validate(at_location)
        for at_location in [*whole, *await pages(client, "/service_at_locations", full="true")]:
            validator(WHOLE_AT_LOCATION).validate(at_location)
        (lone,) = await pages(client, "/organizations")
        validator(ORGANIZATION_IN_LIST).validate(lone)
        for organization in (
            await get(client, f"/organizations/{who.id}"),
            await get(client, f"/organizations/{who.id}", full_service="true"),
            *await pages(client, "/organizations", full="true"),
        ):
            published("organization").validate(organization)
            assert len(organization["services"]) == 3
            for service in organization["services"]:
                published("service").validate(service | {"organization": lone})


def test_what_the_standard_has_a_field_for_stands_in_that_field() -> None:
    service = told(full_service())
    assert service["wait_time"] == "About three weeks"
    assert service["assured_date"] == "2026-09-30", "the later of our own check and the publisher's"
    assert [(phone["number"], phone["type"]) for phone in service["phones"]] == [
        ("0116 496 0001", "voice"),
        ("07700 900123", "text"),
    ]
    weekly, monthly, _ = service["schedules"]
    assert (weekly["freq"], weekly["byday"], weekly["opens_at"]) == ("WEEKLY", "TU", "10:00")
    assert weekly["attending_type"] == "In person; Online" and weekly["notes"] == "Term time only"
    assert {
        key: monthly[key] for key in ("freq", "interval", "byday", "dtstart", "until", "valid_from", "valid_to")
    } == {
        "freq": "MONTHLY",
        "interval": 2,
        "byday": "2MO,-1FR",
        "dtstart": "2026-01-12",
        "until": "2027-12-31",
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }
    place = service["service_at_locations"][0]["location"]
    assert (place["latitude"], place["addresses"][0]["postal_code"]) == (52.7721, "LE11 3AB")
    assert [row["description"] for row in place["accessibility"]] == [
        "Step-free access",
        "Hearing loop",
        "The lift is small",
    ]
    assert [(spoken["name"], spoken["code"]) for spoken in service["languages"]] == [
        ("English", "en"),
        ("Gujarati", "gu"),
    ]
    terms = [attribute["taxonomy_term"] for attribute in service["attributes"]]
    assert [term.get("taxonomy") for term in terms] == [
        "Leicestershire needs",
        "Leicestershire needs",
        "Made-up labels",
        None,
    ]
    assert terms[2]["code"] == "arts" and terms[2]["term_uri"] == "https://labels.example.org/arts"
    assert service["self_referral"]["source"] == {
        "name": "Made-up feed",
        "publisher": "Made-up Council",
        "licence": "Open Government Licence v3.0",
        "attribution": "Contains made-up data",
        "url": "https://feed.example.org/v3",
    }


def test_a_frequency_that_the_profile_lacks_is_told_in_a_field_of_our_own() -> None:
    service = full_service()
    service.schedules[0].freq = "DAILY"
    schedule = told(service)["schedules"][0]
    assert "freq" not in schedule and schedule["self_referral"] == {"freq": "DAILY"}
    published("service").validate(told(service))


def test_hours_that_are_no_regular_week_go_out_in_words() -> None:
    service = full_service(schedules=[], opening_hours="Tu[2] 10:00-12:00", attending=[])
    (schedule,) = told(service)["schedules"]
    assert set(schedule) == {"id", "service_id", "description", "notes"}


@pytest.mark.parametrize("precision", ["exact", "postcode", "sector", "place", "none", "outcode"])
def test_a_masked_place_stays_masked_whatever_its_record_holds(precision: str) -> None:
    service = refuge(summary="A safe place to stay", description="")
    service.locations[0].precision = precision
    (at_location,) = told(service)["service_at_locations"]
    place = at_location["location"]
    text = json.dumps(at_location)
    for hidden in ("Rose House", "Hidden Lane", "3AB"):
        assert hidden not in text
    assert place["addresses"][0]["postal_code"] == "LE11" and place["addresses"][0]["address_1"] == ""
    assert ("latitude" in place) == ("longitude" in place) == (precision == "outcode")
    assert place["self_referral"]["masked"] is True


@pytest.mark.parametrize(
    "postcode", ["", "LE11", "LE113AB", "le11 3ab", "LE11  3AB", "12 Hidden Lane LE11 3AB", "LE11 3A"]
)
def test_of_a_masked_postcode_nothing_but_a_first_half_goes_out(postcode: str) -> None:
    service = refuge()
    service.locations[0].postcode = postcode
    (address,) = told(service)["service_at_locations"][0]["location"]["addresses"]
    assert address["postal_code"] in ("", "LE11")


def test_an_unverified_number_goes_out_nowhere_not_even_in_a_text() -> None:
    service = full_service(
        description="Ring Ann on 0116 496 0777 or +44 (0)7700 900456. Office: 0116 4960001. Charity 1116748.",
        eligibility_text="Ask on 01509 123456",
        alert="New number (0116) 496 0888",
        hours_note="Ring 0116 496 0999 first",
    )
    service.phones[1].verified = False
    text = json.dumps(told(service))
    for number in ("0777", "900456", "900123", "123456", "0888", "0999"):
        assert number not in text, number
    assert "0116 4960001" in text, "the confirmed number may stand in the text too"
    assert "1116748" in text, "a charity's number is no phone number"
    assert text.count("(phone number not confirmed)") >= 5


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789 ()-+x.,ab", max_size=60))
def test_holding_numbers_back_leaves_no_whole_number_behind(text: str) -> None:
    """What is left holds no number any more; a text without one comes back as it was."""
    once = held_back({"description": text}, (), "(...)")
    assert held_back(once, (), "(...)") == once


def test_only_our_own_file_says_that_a_record_is_not_confirmed() -> None:
    unconfirmed = told(full_service(source=feed("starter", id=STARTER_ID), verified=False, alert=""))
    assert "not confirmed" in unconfirmed["alert"]
    assert "alert" not in told(full_service(verified=False, alert=""))
    assert "alert" not in told(full_service(source=feed("starter", id=STARTER_ID), verified=True, alert=""))


async def test_the_publishers_last_change_goes_out_else_ours(db: Database, tmp_path: Path) -> None:
    source = feed()
    who = provider(source)
    store(db, full_service("dated", source, who), full_service("undated", source, who, source_changed_at=None))
    async with serving(db, settings_in(tmp_path)) as client:
        times = [service["last_modified"] for service in await pages(client, "/services")]
    assert times == ["2026-10-03T08:15:00.250Z", "2026-11-20T10:30:15.123Z"]
