"""The read API as a web service: metadata, paging, bad requests, CORS, copies that are still good, JSON lines."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from common.database import Base, Database, open_database
from service_catalogue.load import LoadReport
from service_catalogue.open_referral import BASE
from tests.service_catalogue.conftest import row
from tests.service_catalogue.open_referral_client import Client, get, ids, pages, serving, settings_in
from tests.service_catalogue.open_referral_schemas import validator
from tests.service_catalogue.open_referral_shape import MINIMAL, page


@pytest.fixture
async def client(shipped: Database, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(shipped, settings_in(tmp_path)) as client:
        yield client


async def test_metadata_stands_at_the_base_with_and_without_a_slash(client: Client) -> None:
    for path in ("", "/"):
        assert set(await get(client, path)) == {"version", "profile", "openapi_url"}


async def test_pages_say_where_they_stand_and_one_beyond_the_end_is_empty(client: Client) -> None:
    first = await get(client, "/services")
    assert (first["page_number"], first["size"], first["first_page"], first["last_page"]) == (1, 50, True, False)
    beyond = await get(client, "/services", page=999)
    assert (beyond["empty"], beyond["last_page"], beyond["contents"]) == (True, True, [])
    everything = await pages(client, "/services", per_page=500)
    assert ids(await pages(client, "/services", per_page=17)) == ids(everything)
    assert len(ids(everything)) == len(everything) == first["total_items"]


async def test_a_minimal_list_has_every_id_in_one_page(client: Client) -> None:
    minimal = await get(client, "/services", minimal="true")
    validator(page(MINIMAL)).validate(minimal)
    assert minimal["last_page"] and ids(minimal["contents"]) == ids(await pages(client, "/services"))


async def test_json_lines_hold_what_the_pages_hold_in_the_same_order(client: Client) -> None:
    """More services than one batch, so that going on after a batch is tried too."""
    for full in ("false", "true"):
        answer = await client.get(f"{BASE}/services", params={"format": "ndjson", "full": full})
        assert answer.content_type == "application/x-ndjson"
        lines = [json.loads(line) for line in (await answer.text()).splitlines()]
        assert lines == await pages(client, "/services", full=full)
        assert len(lines) > 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        *(
            ("GET", f"/{kind}/{id}", 404, "not_found")
            for kind in ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
            for id in ("00000000-0000-0000-0000-000000000000", "not-an-id", "%27%20OR%201%3D1")
        ),
        ("GET", "/nothing", 404, "not_found"),
        *(
            ("GET", f"/{kind}?{query}", 400, "bad_page")
            for kind in ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
            for query in ("page=0", "page=-1", "page=two", "page=", "page=%D9%A1", "per_page=501")
        ),
        ("GET", "/services?per_page=99999999999999999999", 400, "bad_page"),
        ("GET", "/services?full=true&per_page=101", 400, "bad_page"),
        *(
            ("GET", f"/services?{query}", 400, "bad_parameter")
            for query in (
                "modified_after=yesterday",
                "modified_after=2026-13-01",
                "minimum_age=old",
                "minimum_age=-1",
                "maximum_age=1e3",
                "minimum_age=60&maximum_age=50",
                "organization_id=1",
                "taxonomy_id=food",
                "taxonomy_term_id=%00",
                "day=someday",
                "day=tunnel",
                "start_time=25:00",
                "end_time=noon",
                "postcode=hello",
                "postcode=LE11%203AB&proximity=far",
                "postcode=LE11%203AB&proximity=-5",
                "proximity=1000",
                "full=perhaps",
                "minimal=1",
                "format=csv",
                f"search={'a' * 201}",
            )
        ),
        ("GET", "/services?postcode=ZE1%200AA&proximity=1000", 400, "bad_parameter"),
        ("GET", "/services?format=ndjson&day=someday", 400, "bad_parameter"),
        ("POST", "/services", 405, "read_only"),
        ("PUT", "/", 405, "read_only"),
        ("DELETE", "/services/00000000-0000-0000-0000-000000000000", 405, "read_only"),
    ],
)
async def test_a_bad_request_gets_a_clear_json_error(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, BASE + path)
    content = await answer.json()
    assert answer.status == status, content
    assert set(content) == {"error"} and set(content["error"]) == {"code", "message"}
    assert content["error"]["code"] == code and content["error"]["message"].endswith(".")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in answer.headers


async def test_any_website_may_read_it(client: Client) -> None:
    preflight = await client.options(f"{BASE}/services")
    assert preflight.status == 204 and preflight.headers["Access-Control-Allow-Origin"] == "*"
    for path in ("", "/services", "/organizations", "/taxonomies", "/services?format=ndjson"):
        assert (await client.get(BASE + path)).headers["Access-Control-Allow-Origin"] == "*"


async def test_head_gives_the_headers_of_get_and_no_body(client: Client) -> None:
    for path in ("/services", "/taxonomies", "/services?format=ndjson"):
        got, headed = await client.get(BASE + path), await client.head(BASE + path)
        assert headed.status == 200 and await headed.read() == b""
        for name in ("Content-Type", "ETag", "Content-Length"):
            assert headed.headers.get(name) == got.headers.get(name)


async def test_a_reader_who_has_it_already_gets_304_until_the_catalogue_changes(
    db: Database, tmp_path: Path, load: Callable[..., LoadReport]
) -> None:
    load([row("tea-club")])
    path = f"{BASE}/services"
    async with serving(db, settings_in(tmp_path)) as client:
        first = await client.get(path)
        by_tag = {"If-None-Match": first.headers["ETag"]}
        by_time = {"If-Modified-Since": first.headers["Last-Modified"]}
        for headers in (by_tag, by_time, {"If-None-Match": f'"other", {first.headers["ETag"]}'}):
            again = await client.get(path, headers=headers)
            assert (again.status, await again.read()) == (304, b"")
            assert again.headers["ETag"] == first.headers["ETag"]
            assert again.headers["Access-Control-Allow-Origin"] == "*"
        assert (await client.get(f"{path}?per_page=7", headers=by_tag)).status == 200
        assert (await client.get(path, headers={"If-None-Match": '"other"'} | by_time)).status == 200
        load([row("tea-club", summary="Coffee as well.")])
        for headers in (by_tag, by_time):
            changed = await client.get(path, headers=headers)
            assert changed.status == 200 and "Coffee as well." in await changed.text()


async def test_a_database_that_cannot_be_read_is_said_to_be_unavailable(tmp_path: Path) -> None:
    """503 with a JSON error; no detail of the database goes out."""
    broken = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert "catalogue_service" in Base.metadata.tables
    try:
        async with serving(broken, settings_in(tmp_path)) as client:
            for path in ("/services", "/services?format=ndjson", "/taxonomies", "/organizations"):
                answer = await client.get(BASE + path)
                assert answer.status == 503
                assert (await answer.json())["error"]["code"] == "unavailable"
    finally:
        broken.close()
