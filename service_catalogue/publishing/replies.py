"""Answers over HTTP: JSON or JSON lines, open to other sites, not sent again to a reader who has them already."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common.database import Database
from service_catalogue import version
from service_catalogue.publishing.etags import Freshness, still_good
from service_catalogue.publishing.parameters import Query
from service_catalogue.publishing.record import Json
from service_catalogue.publishing.refusal import Refused

_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Last-Modified"}
PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
_AT_ONCE = 2  # however many ask: the same process serves residents
_KEPT = "public, no-cache"  # may be kept, and is asked about each time
_log = logging.getLogger(__name__)

Answer = Callable[[Session], Json]
Batch = Callable[
    [Session, Any], tuple[list[Json], Any]
]  # what comes after a mark (None: the start), and the next mark (None: the end)


class Replies:
    """`salt`: what answers follow from besides the catalogue."""

    def __init__(self, db: Database, salt: str) -> None:
        self._db = db
        self._freshness = Freshness(salt)
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def json(self, request: web.Request, asked: Callable[[Query], Answer]) -> web.Response:
        """`asked` checks the parameters and gives what answers them from a session, off the event loop; either may raise
        Refused."""

        def work(session: Session, answer: Answer) -> tuple[dict[str, str], bytes | None]:
            tag, since = self._freshness.stamp(version.current(session), request.path_qs)
            headers = {
                "ETag": f'W/"{tag}"',
                "Last-Modified": f"{since:%a, %d %b %Y %H:%M:%S} GMT",
                "Cache-Control": _KEPT,
                **_CORS,
            }
            return headers, None if still_good(request, tag, since) else _encoded(answer(session))

        try:
            answer = asked(request.query)
            async with self._turn:
                headers, body = await self._db.read(work, answer)
        except (Refused, SQLAlchemyError) as refused:
            return error(refused)
        if body is None:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)

    async def lines(self, request: web.Request, asked: Callable[[Query], Batch]) -> web.StreamResponse:
        """One record a line, read batch by batch. What fails after the first batch breaks the answer off."""
        try:
            batch = asked(request.query)
            async with self._turn:
                records, mark = await self._db.read(batch, None)
        except (Refused, SQLAlchemyError) as refused:
            return error(refused)
        response = web.StreamResponse(headers={**_CORS, "Content-Type": "application/x-ndjson; charset=utf-8"})
        await response.prepare(request)
        while request.method != "HEAD":
            await response.write(b"".join(_encoded(record) + b"\n" for record in records))
            if mark is None:
                break
            async with self._turn:
                records, mark = await self._db.read(batch, mark)
        await response.write_eof()
        return response


def error(problem: Exception) -> web.Response:
    if not isinstance(problem, Refused):
        _log.error("the catalogue cannot be read: %s", type(problem).__name__)
        problem = Refused(503, "unavailable", "The catalogue cannot be read just now. Please try again later.")
    said = {"error": {"code": problem.code, "message": problem.message}}
    return web.json_response(said, status=problem.status, headers=_CORS)


def _encoded(content: Json) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
