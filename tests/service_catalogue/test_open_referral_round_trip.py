"""Export, import, export again: what one catalogue publishes another takes in, and publishes without a change."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from common.database import Base, Database, open_database
from service_catalogue.feeds import normalise
from service_catalogue.feeds.terms import Crosswalk
from service_catalogue.importing import import_feed
from service_catalogue.local import local_data
from service_catalogue.model import Phone, Service, Source
from service_catalogue.open_referral import BASE
from service_catalogue.publishing.prose import held_back
from tests.service_catalogue.conftest import NOON, ROOT
from tests.service_catalogue.open_referral_client import crawl, serving, settings_in
from tests.service_catalogue.open_referral_records import feed, full_service, provider, refuge, store

pytestmark = pytest.mark.skipif(
    not hasattr(normalise, "read_back"), reason="the importer does not read our own fields back yet"
)
DATA = ROOT / "data" / "leicestershire"
LEFT_OUT = Crosswalk.load(DATA, local_data(DATA).needs.known).number_left_out
_PARTS = ("phones", "schedules", "service_areas", "service_at_locations", "cost_options", "languages", "attributes")


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'second.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


async def copied(first: Database, second: Database, folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the first catalogue publishes, and what the second publishes after it has imported that twice."""
    settings = settings_in(folder)
    async with serving(first, settings) as client:
        published = await crawl(client)
        counts = []
        for _ in range(2):
            address = str(client.make_url(BASE))
            report = await asyncio.to_thread(
                import_feed,
                second,
                address,
                settings=settings,
                now=NOON,
                source_name="the first catalogue",
                vouched_by="an officer",
            )
            assert not report.error, report
            counts.append((report.new, report.changed, report.unchanged, report.withdrawn, report.quarantined))
    assert counts == [(len(published), 0, 0, 0, 0), (0, 0, len(published), 0, 0)]
    with second.transaction() as session:
        # People of the second council have asked for the licence and rung everybody.
        session.execute(update(Source).values(licence="Open Government Licence v3.0"))
        session.execute(update(Phone).where(Phone.description != "found in the description").values(verified=True))
        session.execute(update(Service).values(verified=True))
    async with serving(second, settings) as client:
        return published, await crawl(client)


def content(service: dict[str, Any]) -> dict[str, Any]:
    """All of a record but the ids of its parts, which every catalogue gives anew, and numbers in running text, which
    every catalogue confirms for itself."""
    service = held_back(copy.deepcopy(service), (), LEFT_OUT)
    for name in _PARTS:
        for part in service.get(name, []):
            del part["id"]
    return service


async def test_the_shipped_catalogue_comes_through_whole(shipped: Database, second: Database, tmp_path: Path) -> None:
    first, again = await copied(shipped, second, tmp_path)
    found = {service["id"]: content(service) for service in again}
    for service in first:
        assert found[service["id"]] == content(service), service["name"]
    assert len(again) == len(first) > 200


async def test_records_with_every_column_come_through_whole(db: Database, second: Database, tmp_path: Path) -> None:
    source = feed()
    who = provider(source)
    one, two = full_service("one", source, who), full_service("two", source, who, description="")
    store(db, one, two, refuge("three", source, who))
    first, again = await copied(db, second, tmp_path)
    assert [content(service) for service in again] == [content(service) for service in first]
