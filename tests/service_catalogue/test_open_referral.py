"""The public read API over the shipped catalogue: valid by the published schemas and by our own, no unverified number."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from common.database import Database
from common.settings import Settings
from service_catalogue.load import LoadReport
from service_catalogue.model import Phone, Service
from tests.service_catalogue.conftest import digits, row, starter_rows, unverified_numbers
from tests.service_catalogue.open_referral_client import crawl, get, leaves, pages, serving, settings_in
from tests.service_catalogue.open_referral_schemas import published, validator
from tests.service_catalogue.open_referral_shape import (
    AT_LOCATION,
    ORGANIZATION_IN_LIST,
    SERVICE_IN_LIST,
    TAXONOMY,
    TERM,
    WHOLE_SERVICE,
    page,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


async def test_every_shipped_service_is_valid_and_leaks_no_unverified_number(
    shipped: Database, settings: Settings
) -> None:
    async with serving(shipped, settings) as client:
        services = await crawl(client)
    loadable = [cells for cells in starter_rows() if cells["verified"] != "no"]
    assert len(services) == len({service["id"] for service in services}) == len(loadable)
    check, hidden = validator(WHOLE_SERVICE), unverified_numbers()
    for service in services:
        check.validate(service)
        published("service").validate(service)
        # Ids are random digits; everything else must be free of them.
        text = digits("".join(leaves(service)))
        assert not [number for number in hidden if len(number) > 5 and number in text], service["name"]
        assert not hidden & {digits(phone["number"]) for phone in service.get("phones", [])}
    with shipped.reading() as session:
        verified = session.scalars(select(Phone.number).join(Service).where(Phone.verified)).all()
    assert sorted(phone["number"] for service in services for phone in service.get("phones", [])) == sorted(verified)


@pytest.mark.parametrize(
    ("path", "shape", "schema"),
    [
        ("/services", SERVICE_IN_LIST, "service_list"),
        ("/services?full=true", WHOLE_SERVICE, "service"),
        ("/service_at_locations", AT_LOCATION, "service_at_location_list"),
        ("/organizations", ORGANIZATION_IN_LIST, "organization_list"),
        ("/taxonomies", TAXONOMY, "taxonomy"),
        ("/taxonomy_terms", TERM, "taxonomy_term"),
    ],
)
async def test_every_list_over_the_shipped_catalogue_follows_the_published_schemas(
    shipped: Database, settings: Settings, path: str, shape: dict, schema: str
) -> None:
    async with serving(shipped, settings) as client:
        envelope = await get(client, path, **({"per_page": 500} if "?" not in path else {}))
        validator(page(shape)).validate(envelope)
        assert envelope["contents"] or path == "/service_at_locations"
        for item in envelope["contents"]:
            published(schema).validate(item)


async def test_a_whole_record_and_no_empty_field_anywhere(
    db: Database, settings: Settings, load: Callable[..., LoadReport]
) -> None:
    extras = {"eligibility": "18+", "languages": "English; interpreter on request", "checked_on": "2026-11-20"}
    load([row("tea-club", needs="loneliness;food", **extras)])
    async with serving(db, settings) as client:
        (service,) = await crawl(client)
    assert service["status"] == "active"
    assert service["organization"]["name"] == "Village Friends"
    assert service["fees"] == "Free" and service["cost_options"][0]["amount"] == 0
    assert (service["minimum_age"], service["assured_date"]) == (18, "2026-11-20")
    assert service["last_modified"] == "2026-11-25T12:00:00.000Z"
    assert [language["name"] for language in service["languages"]] == ["English"]
    assert service["interpretation_services"] == "interpreter on request"
    (schedule,) = service["schedules"]
    assert (schedule["byday"], schedule["opens_at"], schedule["closes_at"]) == ("MO,TU,WE,TH,FR", "09:00", "17:00")
    assert "not bank holidays" in schedule["description"]
    assert [attribute["taxonomy_term"]["term"] for attribute in service["attributes"]] == ["loneliness", "food"]
    assert "made for a test" not in json.dumps(service)
    assert not [leaf for leaf in leaves(service) if leaf.strip() in ("", "None", "[]", "{}")]


async def test_withdrawn_services_are_gone_from_every_list(
    db: Database, settings: Settings, load: Callable[..., LoadReport]
) -> None:
    load([row("tea-club", organisation="Tea People"), row("walks")])
    with db.reading() as session:
        gone = session.scalars(select(Service).where(Service.external_id == "tea-club")).one()
    load([row("walks")])
    async with serving(db, settings) as client:
        for path in (f"/services/{gone.id}", f"/organizations/{gone.organization_id}"):
            assert (await client.get(f"/open-referral/v3{path}")).status == 404
        assert [service["name"] for service in await pages(client, "/services")] == ["Walks"]
        assert [who["name"] for who in await pages(client, "/organizations")] == ["Village Friends"]
