"""The public read API: its shape, what stays private, paging and errors.

The published Open Referral UK 3.0 schemas (`service.json` and `service_list.json` of schema/compiled in
github.com/OpenReferralUK/uk-profile) are checked too when ORUK_SCHEMA_DIR names a folder that holds them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import select

from common.database import Base, Database, open_database
from common.settings import Settings
from common.settings import load as load_settings
from service_catalogue.load import LoadReport
from service_catalogue.model import Phone, Service
from service_catalogue.open_referral import routes
from tests.service_catalogue.conftest import ROOT, digits, row, starter_rows, unverified_numbers
from tests.service_catalogue.open_referral_shape import PAGE, WHOLE_SERVICE

BASE = "/open-referral/v3"


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=FormatChecker())


def published(name: str) -> Draft202012Validator:
    """A schema as Open Referral UK publishes it (see tests/data/oruk-3.0/README.md)."""
    return validator(json.loads((ROOT / "tests/data/oruk-3.0" / name).read_text()))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"VAR_DIR": str(tmp_path / "var"), "DATA_DIR": str(ROOT / "data" / "leicestershire")})


async def client_of(db: Database, settings: Settings) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.add_routes(routes(db, settings))
    client = TestClient(TestServer(app, host="127.0.0.1"))
    await client.start_server()
    return client


async def crawl(client: TestClient[web.Request, web.Application], per_page: int) -> list[dict[str, Any]]:
    """Every service's full record, read the way a stranger's crawler would: page by page, then each by id."""
    page, found = 1, []
    while True:
        envelope = await (await client.get(f"{BASE}/services", params={"page": page, "per_page": per_page})).json()
        validator(PAGE).validate(envelope)
        assert envelope["size"] == len(envelope["contents"]) <= per_page
        assert envelope["first_page"] == (page == 1)
        for listed in envelope["contents"]:
            full = await (await client.get(f"{BASE}/services/{listed['id']}")).json()
            assert full["name"] == listed["name"]
            found.append(full)
        if envelope["last_page"]:
            assert envelope["total_items"] == len(found) and envelope["total_pages"] == page
            return found
        page += 1


async def test_every_shipped_service_is_valid_and_leaks_no_unverified_number(
    shipped: Database, settings: Settings
) -> None:
    client = await client_of(shipped, settings)
    try:
        services = await crawl(client, 60)
    finally:
        await client.close()
    loadable = [cells for cells in starter_rows() if cells["verified"] != "no"]
    assert len(services) == len({service["id"] for service in services}) == len(loadable)
    check, hidden = validator(WHOLE_SERVICE), unverified_numbers()
    for service in services:
        check.validate(service)
        # Ids are random digits; everything else must be free of them.
        text = digits("".join(str(value) for value in leaves(service)))
        assert not [number for number in hidden if len(number) > 5 and number in text], service["name"]
        assert not hidden & {digits(phone["number"]) for phone in service.get("phones", [])}
    with shipped.reading() as session:
        verified = session.scalars(select(Phone.number).join(Service).where(Phone.verified)).all()
    assert sorted(phone["number"] for service in services for phone in service.get("phones", [])) == sorted(verified)


async def test_every_shipped_service_follows_the_published_schemas(shipped: Database, settings: Settings) -> None:
    whole, in_list = published("service.json"), published("service_list.json")
    client = await client_of(shipped, settings)
    try:
        for service in await crawl(client, 100):
            whole.validate(service)
        for listed in (await (await client.get(f"{BASE}/services?per_page=500")).json())["contents"]:
            in_list.validate(listed)
    finally:
        await client.close()


def leaves(value: Any, key: str = "") -> list[Any]:
    """All values but ids and times."""
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in leaves(part, name)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part, key)]
    return [] if key == "id" or key.endswith("_id") or key == "last_modified" else [f" {value} "]


async def test_a_whole_record_and_no_empty_field_anywhere(
    db: Database, settings: Settings, load: Callable[..., LoadReport]
) -> None:
    load(
        [
            row(
                "tea-club",
                needs="loneliness;food",
                eligibility="18+",
                languages="English; interpreter on request",
                checked_on="2026-11-20",
            )
        ]
    )
    client = await client_of(db, settings)
    try:
        (service,) = await crawl(client, 10)
    finally:
        await client.close()
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


async def test_metadata_paging_search_and_cors(shipped: Database, settings: Settings) -> None:
    client = await client_of(shipped, settings)
    try:
        for path in (BASE, f"{BASE}/"):
            answer = await client.get(path)
            assert answer.status == 200 and set(await answer.json()) == {"version", "profile", "openapi_url"}
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        envelope = await (await client.get(f"{BASE}/services")).json()
        assert (envelope["page_number"], envelope["size"], envelope["last_page"]) == (1, 50, False)
        beyond = await (await client.get(f"{BASE}/services?page=999")).json()
        assert (beyond["empty"], beyond["last_page"], beyond["contents"]) == (True, True, [])
        found = await (await client.get(f"{BASE}/services", params={"search": "bereavement"})).json()
        assert 0 < found["total_items"] < 20
        assert "Cruse Bereavement Support helpline" in [service["name"] for service in found["contents"]]
        preflight = await client.options(f"{BASE}/services")
        assert preflight.status == 204 and preflight.headers["Access-Control-Allow-Origin"] == "*"
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/services/00000000-0000-0000-0000-000000000000", 404, "not_found"),
        ("GET", "/services/not-an-id", 404, "not_found"),
        ("GET", "/services/%27%20OR%201%3D1", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/services?page=0", 400, "bad_page"),
        ("GET", "/services?page=-1", 400, "bad_page"),
        ("GET", "/services?page=two", 400, "bad_page"),
        ("GET", "/services?page=", 400, "bad_page"),
        ("GET", "/services?page=%D9%A1", 400, "bad_page"),
        ("GET", "/services?per_page=501", 400, "bad_page"),
        ("GET", "/services?per_page=99999999999999999999", 400, "bad_page"),
        ("POST", "/services", 405, "read_only"),
        ("DELETE", "/services/00000000-0000-0000-0000-000000000000", 405, "read_only"),
    ],
)
async def test_a_bad_request_gets_a_clear_json_error(
    shipped: Database, settings: Settings, method: str, path: str, status: int, code: str
) -> None:
    client = await client_of(shipped, settings)
    try:
        answer = await client.request(method, BASE + path)
        content = await answer.json()
    finally:
        await client.close()
    assert answer.status == status
    assert set(content) == {"error"} and set(content["error"]) == {"code", "message"}
    assert content["error"]["code"] == code and content["error"]["message"].endswith(".")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_withdrawn_services_are_gone_from_the_api(
    db: Database, settings: Settings, load: Callable[..., LoadReport]
) -> None:
    load([row("tea-club"), row("walks")])
    with db.reading() as session:
        id = session.scalars(select(Service.id).where(Service.external_id == "tea-club")).one()
    load([row("walks")])
    client = await client_of(db, settings)
    try:
        assert (await client.get(f"{BASE}/services/{id}")).status == 404
        assert (await (await client.get(f"{BASE}/services")).json())["total_items"] == 1
    finally:
        await client.close()


async def test_a_database_that_cannot_be_read_is_said_to_be_unavailable(tmp_path: Path, settings: Settings) -> None:
    """503 with a JSON error; no detail of the database goes out."""
    broken = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert "catalogue_service" in Base.metadata.tables
    client = await client_of(broken, settings)
    try:
        answer = await client.get(f"{BASE}/services")
        assert answer.status == 503
        assert (await answer.json())["error"]["code"] == "unavailable"
    finally:
        await client.close()
        broken.close()
