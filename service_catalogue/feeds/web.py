"""Asking a feed's server, politely and with a limit on everything: size, time, redirects, attempts."""

from __future__ import annotations

import asyncio
import random
import tempfile
import zlib
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import IO

import aiohttp
from yarl import URL

from service_catalogue.feeds.addresses import Guard
from service_catalogue.feeds.bytes_in import too_large
from service_catalogue.feeds.limits import FeedError, Limits

_AGENT = "Leicestershire-self-referral-assistant (Open Referral importer)"
_TRY_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_CHUNK = 64 * 1024
_IN_MEMORY = 1_000_000


class NotThere(Exception):
    """The server answered, and has nothing at this address (or refuses to show it). `status`: its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Web:
    """Use as an async context manager. One for each feed; it keeps a pause that the server asked for across all requests."""

    def __init__(self, guard: Guard, limits: Limits) -> None:
        self._guard, self._limits = guard, limits
        self._gate = asyncio.Semaphore(limits.at_once)
        self._not_before = 0.0
        timeout = aiohttp.ClientTimeout(
            total=limits.answer_seconds, sock_connect=limits.connect_seconds, sock_read=limits.silence_seconds
        )
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=guard, limit=limits.at_once, use_dns_cache=False),
            timeout=timeout,
            auto_decompress=False,  # unpacked below, where the size is watched
            headers={"User-Agent": _AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def __aenter__(self) -> Web:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, url: URL, attempts: int | None = None) -> IO[bytes]:
        """The body, unpacked, in a file that holds small ones in memory. Raises NotThere, and FeedError when the server cannot be
        asked, sends too much, leads elsewhere, or still does not answer after the last attempt."""
        problem = ""
        for attempt in range(attempts or self._limits.attempts):
            if attempt:
                await asyncio.sleep(self._limits.first_wait * 2 ** (attempt - 1) * random.uniform(0.8, 1.2))
            async with self._gate:
                await self._pause()
                try:
                    return await self._follow(url)
                except _Again as again:
                    problem = again.problem
                    self._not_before = max(self._not_before, asyncio.get_running_loop().time() + again.wait)
                except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                    problem = (
                        "it does not answer in time"
                        if isinstance(error, asyncio.TimeoutError)
                        else type(error).__name__
                    )
        raise FeedError(f"the server {url.host} could not be read: {problem}")

    async def _pause(self) -> None:
        wait = self._not_before - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    async def _follow(self, url: URL) -> IO[bytes]:
        for _ in range(self._limits.redirects + 1):
            await self._guard.check(url)
            async with self._session.get(url, allow_redirects=False) as answer:
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    try:
                        url = url.join(URL(answer.headers["Location"])).with_fragment(None)
                    except ValueError:
                        raise FeedError("the feed leads to an address that is no plain web address") from None
                    continue
                if answer.status in _TRY_AGAIN:
                    raise _Again(f"HTTP {answer.status}", self._wait_asked(answer.headers.get("Retry-After", "")))
                if answer.status != 200:
                    raise NotThere(answer.status)
                return await self._body(answer)
        raise FeedError("the feed leads from address to address without end")

    def _wait_asked(self, said: str) -> float:
        try:
            wait = (
                float(said)
                if said.strip().isdigit()
                else (parsedate_to_datetime(said) - datetime.now(timezone.utc)).total_seconds()
            )
        except (ValueError, TypeError):
            return 0.0
        if wait > self._limits.longest_wait:
            raise FeedError("the server asks us to come back much later")
        return max(wait, 0.0)

    async def _body(self, answer: aiohttp.ClientResponse) -> IO[bytes]:
        if (answer.content_length or 0) >= self._limits.body_bytes:
            raise too_large(self._limits)
        body: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (handed to the caller)
        total = 0
        try:
            async for piece in self._unpacked(answer):
                total += len(piece)
                if total >= self._limits.body_bytes:
                    raise too_large(self._limits)
                body.write(piece)
        except BaseException:
            body.close()
            raise
        body.seek(0)
        return body

    async def _unpacked(self, answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        packed = answer.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip", "deflate")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
        async for chunk in answer.content.iter_chunked(_CHUNK):
            if unpack is None:
                yield chunk
                continue
            while chunk:
                try:
                    yield unpack.decompress(chunk, _CHUNK)
                except zlib.error:
                    raise FeedError("the packed feed is damaged") from None
                chunk = unpack.unconsumed_tail


class _Again(Exception):
    def __init__(self, problem: str, wait: float) -> None:
        super().__init__(problem)
        self.problem, self.wait = problem, wait
