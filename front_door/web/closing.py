"""How long a session lasts: it is kept open, closed for a new one, or left at once."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from common.clock import Clock
from common.database import Database
from front_door.forms import BadBody, read_fields
from front_door.timing import Timing
from front_door.web.leaving import end_session, keep_session
from front_door.web.middleware import wants_json
from front_door.web.pages import Pages, page
from front_door.web.sessions import Sessions
from front_door.words import Words

logger = logging.getLogger(__name__)


class Closing:
    """The routes that change only the session."""

    def __init__(
        self, sessions: Sessions, pages: Pages, words: Words, db: Database, clock: Clock, timing: Timing
    ) -> None:
        self._sessions = sessions
        self._pages = pages
        self._words = words
        self._db = db
        self._clock = clock
        self._timing = timing

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/chat/stay", self.stay),
            web.get("/chat/start-again", self.ask_start_again),
            web.post("/chat/start-again", self.start_again),
            web.get("/exit", self.leave),
            web.post("/exit", self.leave),
        ]

    async def stay(self, request: web.Request) -> web.StreamResponse:
        """Another whole hour, as often as it is asked for (WCAG 2.2.1 wants at least ten times). 404 when it is too late."""
        token = await self._own_token(request)
        idle = self._timing.session_idle
        kept = token is not None and await self._db.run(
            keep_session, self._sessions.digest(token), self._clock.now(), idle
        )
        if not wants_json(request):
            return _see_other("/chat")
        if not kept:
            return web.json_response({"error": "ended", "message": self._words.trouble["ended"].text}, status=404)
        return web.json_response({"left": idle.total_seconds()})

    async def ask_start_again(self, request: web.Request) -> web.Response:
        token = self._sessions.read(request)
        return page(self._pages.start_again(self._sessions.form_token(token) if token else ""))

    async def start_again(self, request: web.Request) -> web.StreamResponse:
        """Close this chat and open a new one."""
        token = await self._own_token(request)
        if token is not None:
            await self._db.run(end_session, self._sessions.digest(token))
        response = _see_other("/chat")
        self._sessions.give(request, response, self._sessions.fresh())
        return response

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Leave at once: the session is revoked and the browser goes to a neutral page. A plain link, so it works always."""
        token = self._sessions.read(request)
        if token is not None:
            try:
                async with asyncio.timeout(1.0):
                    await self._db.run(end_session, self._sessions.digest(token))
            except (SQLAlchemyError, TimeoutError) as error:
                logger.error("a session could not be revoked: %s", type(error).__name__)
        response = _see_other(self._words.exit_to)
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        self._sessions.take_back(request, response)
        return response

    async def _own_token(self, request: web.Request) -> str | None:
        """The session's token, None without a session. Raises 400 for an unreadable body and 403 for a foreign post."""
        try:
            fields = await read_fields(request)
        except BadBody:
            raise web.HTTPBadRequest() from None
        if not self._sessions.own_origin(request):
            raise web.HTTPForbidden()
        token = self._sessions.read(request)
        if token is not None and not self._sessions.may_post(request, token, fields.get("csrf", "")):
            raise web.HTTPForbidden()
        return token


def _see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
