"""Importing from a live API: a small server on 127.0.0.1 that behaves well, badly and viciously."""

from __future__ import annotations

import asyncio
import json
import threading
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from aiohttp import web

from common.database import Database
from common.settings import Settings
from service_catalogue.feeds.addresses import is_inside
from service_catalogue.feeds.limits import Limits
from service_catalogue.importing import ImportReport, import_feed
from service_catalogue.model import WITHDRAWN
from tests.service_catalogue.conftest import NOON
from tests.service_catalogue.importing.conftest import DAY, QUICK, codes
from tests.service_catalogue.importing.synthetic import Json, envelope_v1, envelope_v3, outpost, v1, v3

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SHALLOW = ("id", "name", "description", "status", "organization", "assured_date")


class Feed:
    """A server whose answers a test sets. `asked` counts requests by path and page."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.listing: Handler = self._missing
        self.detail: Handler = self._missing
        self.root: Handler = self._missing
        self.most_at_once = self._at_once = 0
        self.url = ""

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=404)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/api")
        self.asked[f"{path}?{request.query['page']}" if "page" in request.query else path] += 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            handler = (
                self.listing if path == "/services" else self.detail if path.startswith("/services/") else self.root
            )
            return await handler(request)
        finally:
            self._at_once -= 1


@pytest.fixture
def feed() -> Iterator[Feed]:
    """The server runs in a thread of its own, as a feed does."""
    served, loop, ready = Feed(), asyncio.new_event_loop(), threading.Event()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", served.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api"
        return runner

    def serve() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(5)
    yield served
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture
def crawl(db: Database, settings: Settings, feed: Feed) -> Callable[..., ImportReport]:
    def run(path: str = "/services", limits: Limits = QUICK, now: Any = NOON, **options: Any) -> ImportReport:
        return import_feed(db, feed.url + path, settings=settings, now=now, limits=limits, **options)

    return run


def pages(records: list[Json], size: int, envelope: Callable[..., Json] = envelope_v3, shallow: bool = True) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("page", "1"))
        shown = [
            {key: record[key] for key in SHALLOW if key in record} if shallow else record
            for record in records[(number - 1) * size : number * size]
        ]
        return web.json_response(envelope(shown, len(records), number, -(-len(records) // size)))

    return answer


def details(records: list[Json]) -> Handler:
    by_id = {str(record["id"]): record for record in records}

    async def answer(request: web.Request) -> web.StreamResponse:
        found = by_id.get(request.path.rpartition("/")[2])
        return web.json_response(found) if found else web.Response(status=404)

    return answer


@pytest.mark.parametrize("path", ["/services", "/services/", "", "/"])
def test_rule_5_every_page_and_rule_7_every_detail_is_read(
    feed: Feed, crawl: Callable[..., ImportReport], one: Any, path: str
) -> None:
    records = [v3(n) for n in range(1, 24)]
    feed.listing, feed.detail = pages(records, 10), details(records)
    report = crawl(path)
    assert (report.error, report.new, report.complete) == ("", 23, True)
    assert one(name="Tea and Talk 23").locations[0].postcode == "LE11 3TU"  # only the detail says so
    assert feed.most_at_once <= 8
    assert max(feed.asked.values()) == 1
    again = crawl("/services")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 23)


@pytest.mark.parametrize(("envelope", "record"), [(envelope_v1, v1), (envelope_v1, outpost), (envelope_v3, v3)])
def test_rule_5_each_dialect_of_paging(
    feed: Feed, crawl: Callable[..., ImportReport], envelope: Any, record: Any
) -> None:
    records = [record(n) for n in range(1, 6)]
    feed.listing, feed.detail = pages(records, 2, envelope, shallow=False), details(records)
    assert crawl().new == 5


def test_rule_5_a_server_that_counts_from_nought(feed: Feed, crawl: Callable[..., ImportReport]) -> None:
    records = [v3(n) for n in range(1, 6)]

    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("page", "0"))
        shown = records[number * 2 : number * 2 + 2]
        return web.json_response(
            {
                "content": shown,
                "totalElements": 5,
                "totalPages": 3,
                "number": number,
                "first": number == 0,
                "last": number == 2,
            }
        )

    feed.listing = answer
    report = crawl()
    assert (report.new, report.complete) == (5, True)


def test_rule_5_a_server_without_paging_does_not_go_round_for_ever(
    feed: Feed, crawl: Callable[..., ImportReport]
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response([v3(1), v3(2)])

    feed.listing = answer
    report = crawl()
    assert (report.new, report.merged, sum(count for path, count in feed.asked.items() if "?" in path)) == (2, 0, 2)

    async def first_page_for_ever(request: web.Request) -> web.StreamResponse:
        return web.json_response(envelope_v3([v3(1), v3(2)], 100, 1, 50))

    feed.listing = first_page_for_ever
    report = crawl()
    assert (report.complete, "fewer_than_stated" in codes(report)) == (False, True)


def test_rule_5_a_server_that_grows_while_it_is_read_is_noted(feed: Feed, crawl: Callable[..., ImportReport]) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.query["page"])
        return web.json_response(envelope_v3([v3(number)], 2 + number, number, 3))

    feed.listing = answer
    report = crawl()
    assert (report.new, report.complete) == (3, True)
    assert "feed_changed_while_read" in codes(report)


def test_rule_6_a_page_that_cannot_be_read_deletes_nothing(feed: Feed, crawl: Callable[..., ImportReport]) -> None:
    records = [v3(n) for n in range(1, 11)]
    whole = feed.listing = pages(records, 2)
    assert crawl().new == 10

    async def broken(request: web.Request) -> web.StreamResponse:
        return web.Response(status=500) if request.query["page"] == "3" else await whole(request)

    feed.listing = broken
    for day in range(1, 20, 6):
        report = crawl(now=NOON + day * DAY)
        assert (report.complete, report.withdrawn, report.seen) == (False, 0, 8)
    assert "page_failed" in codes(report)


def test_back_off_honours_retry_after(feed: Feed, crawl: Callable[..., ImportReport]) -> None:
    times: list[float] = []
    whole = pages([v3(1)], 10)

    async def busy(request: web.Request) -> web.StreamResponse:
        times.append(asyncio.get_running_loop().time())
        return web.Response(status=429, headers={"Retry-After": "1"}) if len(times) == 1 else await whole(request)

    feed.listing = busy
    assert crawl().new == 1
    assert times[1] - times[0] >= 1.0


@pytest.mark.parametrize("kind", ["slow", "503", "closed"])
def test_a_server_that_never_answers_is_given_up_with_a_clear_error(
    feed: Feed, crawl: Callable[..., ImportReport], kind: str
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if kind == "slow":
            await asyncio.sleep(30)
        if kind == "closed" and request.transport:
            request.transport.close()
        return web.Response(status=503)

    feed.listing = answer
    limits = Limits(first_wait=0.01, silence_seconds=0.3, answer_seconds=0.5, attempts=2)
    assert "could not be read" in crawl(limits=limits).error


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>Service moved</html>", "text/html"),
        (b"", "application/json"),
        (b"not json", "text/plain"),
        (b'{"error": "no"}', "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
def test_rule_5_what_is_no_feed_is_an_error_whatever_its_status(
    feed: Feed, crawl: Callable[..., ImportReport], body: bytes, kind: str
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=kind)

    feed.listing = answer
    report = crawl()
    assert report.error and report.seen == 0


@pytest.mark.parametrize("how", ["length", "chunked", "bomb"])
def test_rule_14_a_body_past_the_limit_is_refused_while_it_comes(
    feed: Feed, crawl: Callable[..., ImportReport], how: str
) -> None:
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        if how == "length":
            return web.Response(body=b"[" + b" " * 3_000_000 + b"]")
        response = web.StreamResponse(headers={"Content-Encoding": "gzip"} if how == "bomb" else {})
        response.enable_chunked_encoding()
        await response.prepare(request)
        pack = zlib.compressobj(9, zlib.DEFLATED, 31)
        for _ in range(200):
            block = b" " * 1_000_000
            data = pack.compress(block) if how == "bomb" else block
            try:
                await response.write(data)
            except (ConnectionError, RuntimeError):
                break
            sent += len(block)
        return response

    feed.listing = answer
    report = crawl(limits=Limits(body_bytes=2_000_000, attempts=1))
    assert "larger than 2 MB" in report.error
    assert how == "bomb" or sent < 50_000_000


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/services", "http://localhost:1/services", "http://[::1]:1/x", "http://127.0.0.1:1/services",
     "http://[::ffff:127.0.0.1]:1/", "http://2130706433:1/", "file:///etc/passwd", "http://user:secret@127.0.0.1/"],
)  # fmt: skip
def test_rule_14_redirects_into_private_networks_are_not_followed(
    feed: Feed, crawl: Callable[..., ImportReport], target: str
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    feed.listing = answer
    report = crawl()
    assert "leads to" in report.error


def test_rule_14_redirects_on_the_feeds_own_machine_are_followed_but_not_for_ever(
    feed: Feed, crawl: Callable[..., ImportReport]
) -> None:
    async def home(request: web.Request) -> web.StreamResponse:
        return web.json_response([v3()])

    async def away(request: web.Request) -> web.StreamResponse:
        return web.Response(status=301, headers={"Location": "/api/elsewhere?page=1"})

    feed.listing, feed.root = away, home
    assert crawl().new == 1
    feed.root = away
    assert "without end" in crawl().error


def test_rule_14_addresses_in_the_feed_are_never_asked_for(feed: Feed, crawl: Callable[..., ImportReport]) -> None:
    record = v3(
        openapi_url=f"{feed.url}/openapi",
        profile=f"{feed.url}/profile",
        url=f"{feed.url}/site",
        **{"$ref": f"{feed.url}/ref"},
    )
    feed.listing = pages([record], 10, shallow=False)
    crawl()
    assert not {path for path in feed.asked if not path.startswith("/services")}


def test_rule_7_a_detail_that_fails_later_does_not_thin_out_what_we_know(
    feed: Feed, crawl: Callable[..., ImportReport], one: Any
) -> None:
    records = [v3(n) for n in range(1, 4)]
    feed.listing, feed.detail = pages(records, 10), details(records)
    crawl()
    feed.detail = details(records[1:])
    report = crawl()
    assert (report.changed, report.unchanged, "detail_failed" in codes(report)) == (0, 3, True)
    assert one(name="Tea and Talk 1").phones
    feed.detail = details(records)
    assert crawl().unchanged == 3


def test_rule_7_an_api_without_details_is_not_asked_for_ever_and_its_list_counts(
    feed: Feed, crawl: Callable[..., ImportReport]
) -> None:
    records = [v3(n) for n in range(1, 121)]
    feed.listing = pages(records, 100)
    report = crawl()
    assert (report.new, "no_details" in codes(report)) == (120, True)
    assert sum(count for path, count in feed.asked.items() if path.startswith("/services/")) <= 50
    feed.listing = pages([{**record, "name": f"{record['name']} again"} for record in records], 100)
    assert crawl().changed == 120


def test_rule_7_a_detail_about_another_service_is_not_taken(
    feed: Feed, crawl: Callable[..., ImportReport], one: Any
) -> None:
    async def other(request: web.Request) -> web.StreamResponse:
        return web.json_response(v3(9))

    feed.listing, feed.detail = pages([v3(1)], 10), other
    assert crawl().new == 1
    assert one(name="Tea and Talk 1").phones == []


def test_a_dead_feed_keeps_the_last_good_copy(feed: Feed, crawl: Callable[..., ImportReport], one: Any) -> None:
    feed.listing = pages([v3()], 10)
    crawl()

    async def dead(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>gone</html>", content_type="text/html")

    feed.listing = dead
    assert crawl().error
    assert one(name="Tea and Talk 1").state != WITHDRAWN


def test_one_service_by_its_own_address(feed: Feed, crawl: Callable[..., ImportReport]) -> None:
    feed.detail = details([v3()])
    report = crawl(f"/services/{v3()['id']}")
    assert (report.new, report.complete) == (1, False)


def test_packed_answers_are_read(feed: Feed, crawl: Callable[..., ImportReport]) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.Response(body=json.dumps([v3()]).encode(), content_type="application/json")
        response.enable_compression(web.ContentCoding.gzip)
        return response

    feed.listing = answer
    assert crawl().new == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "224.0.0.1",
    ],
)
def test_rule_14_inside_addresses_are_known_in_every_form(address: str) -> None:
    assert is_inside(address)
    assert not is_inside("81.2.69.142")
