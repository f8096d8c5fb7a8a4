"""Each filter of the read API leaves exactly the services it should, alone and together with others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from common.database import Database
from service_catalogue.model import ServiceTerm
from tests.service_catalogue.open_referral_client import Client, get, pages, serving, settings_in
from tests.service_catalogue.open_referral_records import (
    AT_PUBLISHER,
    CHANGED,
    feed,
    full_service,
    new_id,
    provider,
    refuge,
    store,
)

ON_BOTH_DATABASES = True


@pytest.fixture
async def client(db: Database, tmp_path: Path) -> AsyncIterator[Client]:
    """Four services: craft (Charnwood, 50 to 90, at Loughborough), tea (anybody, anywhere, far away), refuge (masked, at
    the place of craft) and swim (Harborough, to 17)."""
    source = feed()
    one, other = provider(source), provider(source, "100% Welcome")
    craft = full_service("craft", source, one)
    tea = full_service(
        "tea",
        source,
        other,
        name="Tea_time",
        summary="Tea and cake",
        description="",
        minimum_age=None,
        maximum_age=None,
        eligibility_text="Anyone",
        areas=[],
        schedules=[],
        needs=[],
        terms=[],
        source_changed_at=None,
        changed_at=CHANGED - timedelta(days=30),
    )
    for place in tea.locations:
        place.latitude, place.longitude = 52.4776, -0.9206  # Market Harborough, about 38 km from Loughborough
    hidden = refuge("refuge", source, one, summary="Somewhere safe", description="", needs=[], terms=[], schedules=[])
    swim = full_service("swim", source, other, summary="Swimming", description="", minimum_age=None, maximum_age=17)
    swim.areas = swim.areas[:1]
    swim.areas[0].name = "Harborough"
    swim.locations, swim.needs = [], swim.needs[1:]
    swim.terms = [
        ServiceTerm(id=new_id("swim term"), position=0, name="Sport", taxonomy="Made-up labels", code="", uri="")
    ]
    swim.schedules = swim.schedules[1:2]
    swim.source_changed_at = AT_PUBLISHER + timedelta(days=1)
    store(db, craft, tea, hidden, swim)
    async with serving(db, settings_in(tmp_path)) as client:
        yield client


KEYS = {new_id("service", key): key for key in ("craft", "tea", "refuge", "swim")}


async def found(client: Client, path: str = "/services", **query: Any) -> set[str]:
    """Keys of what the list holds."""
    return {KEYS[item.get("service_id", item["id"])] for item in await pages(client, path, **query)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "craft tea refuge swim"),
        ({"search": "SWIM"}, "swim"),
        ({"text": "cake"}, "tea"),
        ({"search": "craft circle"}, ""),
        ({"search": "hands company"}, "craft"),
        ({"search": "tea_"}, "tea"),
        ({"search": "100%"}, "tea swim"),
        ({"search": "%"}, "tea swim"),
        ({"search": "_"}, "tea"),
        ({"search": "sport"}, "swim"),
        ({"search": "arts creative"}, "craft"),
        ({"search": "' OR 1=1 --"}, ""),
        ({"organization_id": new_id("organization", "Made-up feed", "100% Welcome")}, "tea swim"),
        ({"organization_id": new_id("nobody")}, ""),
        ({"minimum_age": 60}, "craft tea refuge"),
        ({"minimum_age": 90}, "craft tea refuge"),
        ({"minimum_age": 91}, "tea"),
        ({"maximum_age": 17}, "tea swim"),
        ({"maximum_age": 49.5}, "tea swim"),
        ({"minimum_age": 17, "maximum_age": 50}, "craft tea refuge swim"),
        ({"minimum_age": 18, "maximum_age": 49}, "tea"),
        ({"day": "TU"}, "craft"),
        ({"day": "tuesday"}, "craft"),
        ({"day": "MO"}, "craft swim"),
        ({"day": "SU"}, ""),
        ({"start_time": "10:00"}, "craft swim"),
        ({"start_time": "10:01"}, "craft swim"),
        ({"start_time": "18:31"}, ""),
        ({"end_time": "12:00"}, "craft"),
        ({"end_time": "11:59"}, ""),
        ({"day": "TU", "start_time": "18:00"}, ""),
        ({"day": "FR", "start_time": "18:00"}, "craft swim"),
        ({"postcode": "LE11 3AB"}, "craft tea refuge"),
        ({"postcode": "le113ab"}, "craft tea refuge"),
        ({"postcode": "LE11"}, "craft tea refuge"),
        ({"postcode": "LE16 7AA"}, "tea swim craft refuge"),
        ({"postcode": "SW1A 1AA"}, "tea"),
        ({"postcode": "LE11 3AB", "proximity": 5000}, "craft"),
        ({"postcode": "LE11 3AB", "proximity": 60000}, "craft tea"),
        ({"postcode": "LE11 3AB", "proximity": 0}, ""),
        ({"modified_after": "2026-11-20"}, "craft refuge swim"),
        ({"modified_after": "2026-11-20T10:30:15.123Z"}, "craft refuge swim"),
        ({"modified_after": "2026-11-20T11:30:15.123+01:00"}, "craft refuge swim"),
        ({"modified_after": "2026-11-20T12:30:15.124+01:00"}, ""),
        ({"modified_after": "2026-10-20"}, "craft tea refuge swim"),
        ({"modified_after": "2030-01-01"}, ""),
        ({"search": "made-up", "minimum_age": 60}, "craft refuge"),
        ({"search": "", "organization_id": "", "minimum_age": "", "day": ""}, "craft tea refuge swim"),
        ({"unheard_of": "x"}, "craft tea refuge swim"),
    ],
)
async def test_a_filter_leaves_exactly_what_it_says(client: Client, query: dict[str, Any], expected: str) -> None:
    assert await found(client, **query) == set(expected.split())


async def test_a_plus_that_arrives_as_a_space_is_still_a_zone(client: Client) -> None:
    answer = await client.get("/open-referral/v3/services?modified_after=2026-11-20T11:30:15.123+01:00")
    assert answer.status == 200 and (await answer.json())["total_items"] == 3


async def test_terms_and_taxonomies_lead_to_the_services_that_carry_them(client: Client) -> None:
    taxonomies = {taxonomy["name"]: taxonomy["id"] for taxonomy in await pages(client, "/taxonomies")}
    assert set(taxonomies) == {"Leicestershire needs", "Made-up labels", "Other labels"}
    expected = {
        "Leicestershire needs": {"craft", "swim"},
        "Made-up labels": {"craft", "swim"},
        "Other labels": {"craft"},
    }
    for name, id in taxonomies.items():
        assert await found(client, taxonomy_id=id) == expected[name]
        assert (await get(client, f"/taxonomies/{id}"))["name"] == name
        for term in await pages(client, "/taxonomy_terms", taxonomy_id=id):
            assert term["taxonomy_id"] == id
            assert await get(client, f"/taxonomy_terms/{term['id']}") == term
    terms = {term["name"]: term["id"] for term in await pages(client, "/taxonomy_terms")}
    for name, keys in {
        "arts creative": {"craft"},
        "loneliness": {"craft", "swim"},
        "food": set(),
        "Sport": {"swim"},
        "Arts and crafts": {"craft"},
        "Older people": {"craft"},
    }.items():
        assert await found(client, taxonomy_term_id=terms[name]) == keys, name
    assert await found(client, taxonomy_term_id=new_id("no term")) == set()
    assert await found(
        client, taxonomy_id=taxonomies["Made-up labels"], taxonomy_term_id=terms["loneliness"], day="TU"
    ) == {"craft"}


async def test_ids_of_needs_are_the_same_on_every_machine(client: Client) -> None:
    """They are published; whoever filters by them must be able to go on doing so."""
    terms = {term.get("term"): term["id"] for term in await pages(client, "/taxonomy_terms")}
    assert terms["food"] == "f9bcf00b-3dcc-5441-b590-c6bcf7369580"


async def test_places_are_filtered_as_services_are_and_by_their_own_distance(client: Client) -> None:
    assert await found(client, "/service_at_locations") == {"craft", "tea", "refuge"}
    assert await found(client, "/service_at_locations", minimum_age=91) == {"tea"}
    near = await pages(client, "/service_at_locations", postcode="LE11 3AB", proximity=5000)
    assert [(KEYS[item["service_id"]], item["location"]["name"]) for item in near] == [("craft", "Village hall")]


async def test_lists_without_services_can_be_searched_by_name(client: Client) -> None:
    assert [who["name"] for who in await pages(client, "/organizations", search="welcome")] == ["100% Welcome"]
    assert [term["name"] for term in await pages(client, "/taxonomy_terms", search="older")] == [
        "older people",
        "Older people",
    ]
    assert [taxonomy["name"] for taxonomy in await pages(client, "/taxonomies", search="needs")] == [
        "Leicestershire needs"
    ]
    assert await pages(client, "/taxonomy_terms", parent_id=new_id("a parent")) == []


async def test_pages_of_a_filtered_list_count_only_what_is_left(client: Client) -> None:
    envelope = await get(client, "/services", minimum_age=60, per_page=2)
    assert (envelope["total_items"], envelope["total_pages"], envelope["size"]) == (3, 2, 2)
