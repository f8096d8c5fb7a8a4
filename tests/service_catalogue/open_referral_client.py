"""Reading our API the way a stranger does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from common.database import Database
from common.settings import Settings
from common.settings import load as load_settings
from service_catalogue.open_referral import BASE, routes
from tests.service_catalogue.conftest import ROOT

Client = TestClient[web.Request, web.Application]


def settings_in(folder: Path) -> Settings:
    return load_settings({"VAR_DIR": str(folder / "var"), "DATA_DIR": str(ROOT / "data" / "leicestershire")})


@asynccontextmanager
async def serving(db: Database, settings: Settings) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(routes(db, settings))
    client = TestClient(TestServer(app, host="127.0.0.1"))
    await client.start_server()
    try:
        yield client
    finally:
        await client.close()


async def get(client: Client, path: str, **query: object) -> Any:
    """The JSON of a 200 answer."""
    answer = await client.get(BASE + path, params={name: str(value) for name, value in query.items()})
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def pages(client: Client, path: str, per_page: int = 60, **query: object) -> list[dict[str, Any]]:
    """Everything a list holds, page by page; what each envelope says about itself is held against what it holds."""
    page, found = 1, []
    while True:
        envelope = await get(client, path, page=page, per_page=per_page, **query)
        assert envelope["size"] == len(envelope["contents"]) <= per_page
        assert (envelope["page_number"], envelope["first_page"]) == (page, page == 1)
        assert envelope["empty"] == (not envelope["contents"])
        found += envelope["contents"]
        if envelope["last_page"]:
            assert envelope["total_items"] == len(found)
            assert envelope["total_pages"] == page or not found
            return found
        page += 1


async def crawl(client: Client, path: str = "/services", per_page: int = 60) -> list[dict[str, Any]]:
    """Every full record of a list: page by page, then each by id."""
    return [await get(client, f"{path}/{listed['id']}") for listed in await pages(client, path, per_page)]


def leaves(value: Any, key: str = "") -> list[str]:
    """All values but ids and times, with a space on either side."""
    if isinstance(value, dict):
        return [leaf for name, part in value.items() for leaf in leaves(part, name)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part, key)]
    return [] if key == "id" or key.endswith("_id") or key == "last_modified" else [f" {value} "]


def ids(records: Iterable[dict[str, Any]]) -> set[str]:
    return {record["id"] for record in records}
