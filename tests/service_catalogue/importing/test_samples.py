"""The real samples, where they are to be had: nothing lost, nothing crashes, a second run changes nothing, counts as counted by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from common.database import Database
from common.settings import Settings
from service_catalogue.feed_model import DuplicateCandidate, RawRecord
from service_catalogue.importing import ImportReport, import_feed
from service_catalogue.model import Service
from tests.service_catalogue.conftest import NOON
from tests.service_catalogue.importing.conftest import DAY, samples, touch_all

ON_BOTH_DATABASES = True

BRISTOL_1, BUCKS, BRISTOL_3 = "1-bristol-v1-list-60", "2-bucks-outpost-services-page1", "3-bristol-v3-services-page1"
OFFICIAL = ("5-oruk3-official-service-full", "6-hsds3-official-service-full")


@pytest.fixture
def take_in(db: Database, settings: Settings) -> Callable[..., ImportReport]:
    folder = samples()
    return lambda name, now=NOON: import_feed(db, str(folder / f"{name}.json"), settings=settings, now=now)


def counts(name: str) -> dict[str, Any]:
    return dict(json.loads((samples() / "counts.json").read_text())[f"samples/{name}.json"])


def services(db: Database) -> list[Service]:
    with db.reading() as session:
        found = list(session.scalars(select(Service)))
        for service in found:
            touch_all(session, service)
        return found


@pytest.mark.parametrize("name", [BRISTOL_1, BUCKS, BRISTOL_3, *OFFICIAL])
def test_no_record_is_lost_and_a_second_run_changes_nothing(
    take_in: Callable[..., ImportReport], db: Database, name: str
) -> None:
    records = 1 if name in OFFICIAL else counts(name)["records"]
    report = take_in(name)
    assert report.error == ""
    assert (report.records, report.seen, report.new + report.quarantined) == (records, records, records)
    with db.reading() as session:
        assert len(session.scalars(select(RawRecord)).all()) == records
    again = take_in(name, NOON + DAY)
    assert (again.new, again.changed, again.withdrawn, again.unchanged + again.quarantined) == (0, 0, 0, records)


def test_all_samples_share_one_catalogue(take_in: Callable[..., ImportReport], db: Database) -> None:
    assert [take_in(name).new for name in (BRISTOL_1, BUCKS, BRISTOL_3, *OFFICIAL)] == [59, 50, 3, 1, 1]


def test_bristol_1_counts(take_in: Callable[..., ImportReport], db: Database) -> None:
    report, said = take_in(BRISTOL_1), counts(BRISTOL_1)
    found = services(db)
    assert report.quarantined == report.issues_by_code["no_name"] == said["blank_names"]
    assert report.issues_by_code["no_organization"] == said["without_organization"]
    assert len({service.organization.external_id for service in found} - {""}) - 1 == said["distinct_organization_ids"]
    assert Counter(service.status for service in found) == said["status"]
    assert sum(not service.description for service in found) == said["description_empty_after_cleaning"]
    assert sum(bool(service.email) for service in found) == said["email"]["valid_after_trim"]
    assert sum(bool(service.url) for service in found) == said["url"]["non_blank"]
    assert len({service.external_id for service in found}) == said["distinct_service_ids"] and not report.merged
    assert sum(service.assured_on is None for service in found) == said["assured_date"]["blank"]
    assert str(min(service.assured_on for service in found if service.assured_on)) == said["assured_date"]["earliest"]
    assert str(max(service.assured_on for service in found if service.assured_on)) == said["assured_date"]["latest"]
    terms = [term.name for service in found for term in service.terms]
    assert len(terms) == said["target_audience"]["rows"]
    assert len({term.casefold() for term in terms}) == said["target_audience"]["distinct_after_trim_casefold"]
    kinds, ways = said["attending_type"], Counter(way for service in found for way in service.attending)
    assert ways == {"venue": kinds["Venue"], "home": kinds["Home visit"], "phone": kinds["Phone"]}
    access = Counter(str(service.extra.get("attending_access")) for service in found)
    assert {name: access[name] for name in said["attending_access"]} == said["attending_access"]
    assert sum(bool(service.terms) for service in found) == said["target_audience"]["services_tagged"]
    assert max(len(service.description) for service in found) <= 8000
    with db.reading() as session:
        assert (
            sum("same name" in pair.reasons for pair in session.scalars(select(DuplicateCandidate)))
            == said["same_name_groups"]
        )


def test_buckinghamshire_counts(take_in: Callable[..., ImportReport], db: Database) -> None:
    report, said = take_in(BUCKS), counts(BUCKS)
    found = services(db)
    places = [place for service in found for place in service.locations]
    schedules = [row for service in found for row in service.schedules]
    assert report.dialect == "Outpost"
    assert not report.complete  # page 1 of 118
    assert Counter(service.status for service in found) == said["status"]
    assert len({service.organization.external_id for service in found}) == said["distinct_organisation_ids"]
    assert (len(places), len({place.location_id for place in places})) == (
        said["locations"],
        said["distinct_location_ids"],
    )
    assert sum(" " in place.postcode for place in places) == said["postcode_full"]
    assert report.issues_by_code["bad_postcode"] == len(said["postcode_unusable"])
    assert sum(place.precision == "exact" for place in places) == said["coordinates_usable"]
    assert report.issues_by_code["bad_coordinates"] == said["coordinates_zero_zero"]
    assert len(schedules) == said["schedules"]
    assert sum(bool(service.schedules) for service in found) == said["services_with_schedule"]
    days = dict(
        zip(
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
            ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
            strict=True,
        )
    )
    assert Counter(row.byday for row in schedules) == {
        days[day]: times for day, times in said["schedule_weekdays"].items()
    }
    assert sum(len(service.costs) for service in found) == said["cost_options"]
    assert sum(service.cost == "free" for service in found) == said["free_true"]
    assert sum(len(service.terms) for service in found) == said["taxonomy_links"] + said["suitability_links"]
    assert sum(bool(service.url) for service in found) == said["url"]["with_http_scheme"]
    assert (
        report.issues_by_code["bad_email"]
        == said["contact_email"]["non_blank"] - said["contact_email"]["valid_after_trim"]
    )
    assert sum(service.maximum_age is not None for service in found) == said["max_age_set"]
    from_birth = 1  # "0 to 5" has no least age
    assert sum(service.minimum_age is not None for service in found) == said["min_age_set"] - from_birth
    assert sum(not service.description for service in found) == said["description_blank"]
    assert sum(not service.organization.name for service in found) == said["organisations_without_name"]
    assert sum(not place.postcode for place in places) == said["postcode_blank"] + len(said["postcode_unusable"])
    assert sum(place.masked for place in places) == said["address_masked"]
    assert sum(len(service.extra.get("links", ())) for service in found) == said["links"]
    stated = said["envelope"]["totalElements"]
    assert report.issues_by_code["fewer_than_stated"] == 1 and f"of {stated}" in str(report.issues)
    assert not any(phone.verified for service in found for phone in service.phones)
