"""What staff decide shows in what goes out: corrections, services held back, licences of feeds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from common.database import Database
from service_catalogue.corrections import correct, withdraw_correction
from service_catalogue.holding import bring_back, hold_back
from service_catalogue.starter_record import STARTER_ID
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.open_referral_client import get, pages, serving, settings_in
from tests.service_catalogue.open_referral_records import (
    feed,
    full_service,
    provider,
    store,
)
from tests.service_catalogue.open_referral_schemas import published

DATA = ROOT / "data" / "leicestershire"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


async def test_the_councils_corrections_show_and_go_again_when_withdrawn(db: Database, tmp_path: Path) -> None:
    service = full_service()
    store(db, service)
    values = {
        "name": "Craft circle",
        "summary": "We knit.",
        "url": "https://new.example.org",
        "email": "new@friends.example.org",
        "opening_hours": "We 14:00-16:00",
        "hours_note": "Not in August",
        "status": "temporarily closed",
        "alert": "Back in spring",
        "phone": "0116 496 0555",
        "cost": "free",
        "eligibility_text": "Women 60+",
        "waiting_text": "None",
        "capacity": "full",
    }

    async def read() -> dict[str, Any]:
        async with serving(db, settings_in(tmp_path)) as client:
            listed = (await pages(client, "/services"))[0]
            whole = await get(client, f"/services/{service.id}")
            assert {key: whole[key] for key in listed} == listed
            return whole

    before = await read()
    assert before["last_modified"] == "2026-10-03T08:15:00.250Z"
    for field, value in values.items():
        with db.transaction() as session:
            correct(session, service.id, field, value, by="officer", reason="rang them", now=NOW)
    after = await read()
    published("service").validate(after)
    assert [after[key] for key in ("name", "description", "url", "email", "status", "alert", "wait_time")] == [
        values[key] for key in ("name", "summary", "url", "email", "status", "alert", "waiting_text")
    ]
    assert (after["minimum_age"], "maximum_age" in after, after["fees"]) == (60, False, "Free")
    assert after["phones"][0]["number"] == "0116 496 0555" and "0116 496 0001" not in json.dumps(after)
    assert [(row["byday"], row["opens_at"], row["notes"]) for row in after["schedules"]] == [
        ("WE", "14:00", "Not in August")
    ]
    assert (after["self_referral"]["capacity"], after["self_referral"]["cost"]) == ("full", "free")
    assert after["last_modified"] == "2026-11-22T09:00:00.000Z"
    for field in values:
        with db.transaction() as session:
            assert withdraw_correction(session, service.id, field, now=NOW)
    assert await read() == before


async def test_what_staff_hold_back_goes_out_nowhere_and_comes_back_when_they_say(db: Database, tmp_path: Path) -> None:
    service = full_service()
    store(db, service)
    lists = ("/services", "/service_at_locations", "/organizations")
    decide: Callable[..., None]
    async with serving(db, settings_in(tmp_path)) as client:
        for decide, count in ((hold_back, 0), (bring_back, 1)):
            with db.transaction() as session:
                decide(session, service.id, by="officer", reason="closed", now=NOW)
            for path in lists:
                assert bool(await pages(client, path)) == bool(count), path
            assert (await client.get(f"/open-referral/v3/services/{service.id}")).status == (200 if count else 404)


@pytest.mark.parametrize("licence", ["unknown", "", "  Unknown ", "none stated", "All rights reserved"])
async def test_a_feed_without_a_licence_is_not_passed_on(db: Database, tmp_path: Path, licence: str) -> None:
    """Neither its services nor its places, providers, labels or taxonomies; our own file needs no licence."""
    closed, ours = feed(licence=licence), feed("starter", id=STARTER_ID, licence="unknown")
    hidden = full_service("hidden", closed, provider(closed, "Hidden provider"))
    shown = full_service("shown", ours, provider(ours, "Our provider"), terms=[])
    store(db, hidden, shown)
    async with serving(db, settings_in(tmp_path)) as client:
        assert [service["id"] for service in await pages(client, "/services")] == [shown.id]
        assert (await client.get(f"/open-referral/v3/services/{hidden.id}")).status == 404
        for place in hidden.locations:
            assert (await client.get(f"/open-referral/v3/service_at_locations/{place.id}")).status == 404
        assert (await client.get(f"/open-referral/v3/organizations/{hidden.organization_id}")).status == 404
        for path in ("/services", "/service_at_locations", "/organizations", "/taxonomies", "/taxonomy_terms"):
            text = json.dumps(await pages(client, path))
            assert (
                "Hidden provider" not in text
                and "Made-up labels" not in text
                and "craft club hidden" not in text.lower()
            )
        assert {place["service_id"] for place in await pages(client, "/service_at_locations")} == {shown.id}
