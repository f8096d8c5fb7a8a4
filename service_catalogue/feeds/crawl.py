"""A live API: page after page, and each service's own record, in any dialect's style of paging."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO
from urllib.parse import quote

from yarl import URL

from service_catalogue.feeds.addresses import Guard
from service_catalogue.feeds.bytes_in import as_text, file_pieces, unpacked
from service_catalogue.feeds.decode import Unreadable, decode
from service_catalogue.feeds.dialect import OUTPOST, dialect_of
from service_catalogue.feeds.items import Envelope, Item, Note, Reading, items_of
from service_catalogue.feeds.limits import FeedError, Limits
from service_catalogue.feeds.naming import external_id
from service_catalogue.feeds.paging import Page, is_last, is_service, key_of_item, numbered
from service_catalogue.feeds.reading import refuse
from service_catalogue.feeds.slices import Cutter
from service_catalogue.feeds.values import whole_id
from service_catalogue.feeds.web import NotThere, Web

_PAGES_MISSED = 3  # in a row: then the rest is given up
_DETAILS_MISSED = 5  # when far more details fail than come: then the list must do
_DETAIL_ATTEMPTS = 3


def crawl(feed: str, reading: Reading, limits: Limits) -> Iterator[Item]:
    """The records behind an address (of an API, or of its list of services, or of one file). Fills in `reading`.

    Runs an event loop of its own. Raises FeedError when there is nothing to read; what fails on the way is noted in `reading`.
    """
    with asyncio.Runner() as runner:
        crawler = _Crawler(reading, limits)
        try:
            yield from crawler.run(runner, URL(feed))
        except ValueError as error:
            raise FeedError(f"{feed!r} is not a web address") from error
        finally:
            runner.run(crawler.close())


class _Crawler:
    def __init__(self, reading: Reading, limits: Limits) -> None:
        self._reading, self._limits = reading, limits
        self._web: Web | None = None
        self._ids: set[str] = set()
        self._texts: set[tuple[str, int]] = set()
        self._count = 0
        self._details_failed = self._details_got = 0
        self._no_details = False

    async def close(self) -> None:
        if self._web is not None:
            await self._web.__aexit__(None, None, None)

    def run(self, runner: asyncio.Runner, url: URL) -> Iterator[Item]:
        runner.run(self._open(url))
        first, base = runner.run(self._first(url))
        if not first.is_list:  # one record at its own address
            self._reading.complete = False
            yield from first.items
            return
        if first.envelope.first is False:  # a server that counts its pages from 0
            earlier = runner.run(self._page(base, 0))
            if earlier is not None and self._fresh(earlier):
                yield from self._take(runner, earlier, base)
        total = first.envelope.total
        page: Page | None = first
        number, missed = 1, 0
        while True:
            if page is None:
                missed += 1
                self._reading.broken_off("page_failed", f"page {number}")
            else:
                missed = 0
                total = page.envelope.total if page.envelope.total is not None else total
                fresh = self._fresh(page)
                yield from self._take(runner, page, base)
                if not fresh or is_last(page, number):
                    break
            if missed >= _PAGES_MISSED or (missed and not number < (first.envelope.pages or 0)):
                break
            number += 1
            if number > self._limits.pages:
                self._reading.broken_off("too_many_pages", str(number))
                break
            page = runner.run(self._page(base, number))
        self._compare(first.envelope.total, total)

    async def _open(self, url: URL) -> None:
        if url.scheme not in ("http", "https") or not url.host:
            raise FeedError("the feed is not a web address")
        self._web = Web(await Guard.for_feed(url), self._limits)

    async def _first(self, url: URL) -> tuple[Page, URL]:
        """The first page, and the address of the list: the given one, or /services below it."""
        url = url.with_fragment(None)
        assert self._web is not None
        path = url.path.rstrip("/")
        bases = (
            [url.with_path(path).with_query(url.query)]
            if path.endswith("/services")
            else [url, url.with_path(f"{path}/services").with_query(url.query)]
        )
        problem = ""
        for base in bases:
            for asked in (numbered(base, 1), base):  # some servers refuse page and per_page
                try:
                    body = await self._web.get(asked)
                except NotThere as answer:
                    problem = f"the server answered {answer}"
                    continue
                try:
                    page = self._parsed(body, str(asked))
                except FeedError as error:
                    problem = str(error)
                    break
                if page.is_list or is_service(page):
                    return page, base
                problem = "the address holds no list of services"
                break
        raise FeedError(problem)

    async def _page(self, base: URL, number: int) -> Page | None:
        """None when it could not be read."""
        try:
            return await self._read(numbered(base, number))
        except NotThere as answer:
            # Past the last page many servers answer 404.
            return Page(is_list=True) if answer.status == 404 else None
        except FeedError:
            return None

    async def _read(self, url: URL, attempts: int | None = None) -> Page:
        assert self._web is not None
        body = await self._web.get(url, attempts)
        try:
            return self._parsed(body, str(url))
        finally:
            body.close()

    def _parsed(self, body: IO[bytes], url: str) -> Page:
        cutter = Cutter(as_text(unpacked(file_pieces(body), self._limits)), self._limits)
        page = Page()
        for piece in cutter:
            page.items += items_of(piece, url)
            if len(page.items) + self._count > self._limits.records:
                raise FeedError(f"the feed has more than {self._limits.records} records")
        if page.items and all(item.problem for item in page.items):
            refuse(page.items[0].problem, self._limits)
        page.envelope, page.is_list, page.cut_off = Envelope.of_texts(cutter.envelope), cutter.is_list, cutter.cut_off
        if page.cut_off:
            self._reading.broken_off("page_cut_off", url)
        return page

    def _take(self, runner: asyncio.Runner, page: Page, base: URL) -> Iterator[Item]:
        """The items of a page, each with its detail where the API has details."""
        for start in range(0, len(page.items), 50):
            yield from runner.run(self._with_details(page.items[start : start + 50], base))

    def _fresh(self, page: Page) -> bool:
        """True when a page brings a new id. What came on an earlier page word for word is taken out of it: pages shift while a
        feed is read, and a server may know no pages at all."""
        named = [(key_of_item(item), hash(item.text), item) for item in page.items]
        fresh = any(key not in self._ids for key, _, _ in named)
        page.items = [item for key, text, item in named if (key, text) not in self._texts]
        self._ids.update(key for key, _, _ in named)
        self._texts.update((key, text) for key, text, _ in named)
        self._count += len(page.items)
        if self._count > self._limits.records:
            raise FeedError(f"the feed has more than {self._limits.records} records")
        return fresh

    async def _with_details(self, items: Sequence[Item], base: URL) -> list[Item]:
        return list(await asyncio.gather(*(self._hydrated(item, base) for item in items)))

    async def _hydrated(self, item: Item, base: URL) -> Item:
        if item.problem or not base.path.endswith("/services"):
            return item
        if self._no_details:
            return replace(item, detail_failed=True)
        record = decode(item.text)
        identity = whole_id(record.get("id"))
        if not identity or dialect_of(record).startswith(OUTPOST):  # Outpost's list holds everything
            return item
        url = base.with_query(None).with_path(f"{base.raw_path}/{quote(identity, safe='')}", encoded=True)
        try:
            page = await self._read(url, _DETAIL_ATTEMPTS)
            if len(page.items) != 1 or page.items[0].problem:
                raise Unreadable
            detail = decode(page.items[0].text)
            if external_id(detail)[0] not in (external_id(record)[0], whole_id(detail.get("_id"))):
                raise Unreadable  # an answer about something else
        except (NotThere, FeedError, Unreadable):
            self._details_failed += 1
            if self._details_failed >= _DETAILS_MISSED + 4 * self._details_got and not self._no_details:
                self._no_details = True
                self._reading.notes.append(Note("no_details", "the list is all there is"))
            return replace(item, detail_failed=True)
        self._details_got += 1
        return replace(item, detail=page.items[0].text)

    def _compare(self, at_first: int | None, at_last: int | None) -> None:
        self._reading.stated_total = at_last
        if at_first is not None and at_last is not None and at_first != at_last:
            self._reading.notes.append(Note("feed_changed_while_read", f"{at_first}, then {at_last}"))
        stated = [total for total in (at_first, at_last) if total is not None]
        if stated and self._count < min(stated):
            self._reading.broken_off("fewer_than_stated", f"{self._count} of {min(stated)}")
