"""What a post to /chat gets back: the page again, or JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from common.database import Database
from front_door.inbox import Accepted
from front_door.timing import Pace
from front_door.web.middleware import wants_json
from front_door.web.pages import Pages, page
from front_door.web.reading import Reading, line_number
from front_door.web.said import new_page_id
from front_door.web.sessions import Sessions
from front_door.web.transcript import Line, Transcript, line_of, read_heard
from front_door.words import Words
from front_door.worker import Engine

_HTML_VIEW = "X-Chat-View"  # our own script asks for finished HTML beside the plain messages


class Refused(Exception):
    """A post that was not stored. `name` is a key of `trouble` in front_door.yml, or empty, too_long, stale."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(name)
        self.name = name
        self.status = status


class Answers:
    """Waits for the reply to a stored message and answers in the form that the client asked for."""

    def __init__(
        self, engine: Engine, db: Database, pages: Pages, sessions: Sessions, reading: Reading, pace: Pace
    ) -> None:
        self._engine = engine
        self._db = db
        self._pages = pages
        self._sessions = sessions
        self._reading = reading
        self._pace = pace

    async def to(self, request: web.Request, token: str, accepted: Accepted) -> web.StreamResponse:
        """The answer to a stored (or repeated) message: after its reply, or after `web_wait` without one."""
        message, conversation = accepted.message or "", accepted.conversation or ""
        heard = await self._engine.news.wait(
            conversation, message, self._pace.timing.web_wait, lambda: self._db.read(read_heard, message)
        )
        if not wants_json(request):
            return _see_other("/chat#latest")
        lines = [line_of(said) for said in heard.said]
        if request.headers.get(_HTML_VIEW) != "html":
            return web.json_response(_messages(lines, conversation, heard.owed))
        transcript = await self._reading.by(token, line_number(request))
        return web.json_response(self.as_json(request, token, transcript, lines))

    def as_json(
        self, request: web.Request, token: str, transcript: Transcript, lines: Sequence[Line]
    ) -> dict[str, Any]:
        """`lines` as JSON; for our own script also the HTML of all that the page does not show yet."""
        body = _messages(lines, transcript.conversation, transcript.owed)
        body["after"] = transcript.last
        if request.headers.get(_HTML_VIEW) == "html":
            body["left"] = transcript.left
            body["person"] = self._pages.person(transcript)
            body["progress"] = self._pages.progress(transcript)
            body["log_html"] = self._pages.lines(transcript)
            body["choices_html"] = self._pages.choices(transcript, self._sessions.form_token(token), new_page_id())
        return body

    async def refused(
        self, request: web.Request, token: str | None, text: str, crisis: str, refused: Refused, words: Words
    ) -> web.StreamResponse:
        """A clear answer to a post that was not stored, with its words kept and danger in them answered."""
        notes = {"empty": words.empty, "too_long": words.too_long, "stale": words.stale_choice}
        note = notes.get(refused.name) or words.trouble[refused.name].text
        wait = {"Retry-After": "30"} if refused.status in (429, 503) else {}
        if wants_json(request):
            said = [Line(0, "assistant", crisis)] if crisis else []
            if refused.name == "empty":
                return web.json_response(_messages([Line(0, "assistant", note)], None, False))
            body = {**_messages(said, None, False), "error": refused.name, "message": note}
            return web.json_response(body, status=refused.status, headers=wait)
        if refused.name in ("empty", "stale"):
            return _see_other(f"/chat?notice={refused.name}#composer")
        if refused.name in ("forbidden", "ended", "moved") or token is None:
            return page(self._pages.trouble(words.trouble[refused.name], crisis, text), refused.status)
        try:
            async with asyncio.timeout(1.0):
                transcript = await self._reading.by(token)
        except (SQLAlchemyError, TimeoutError):
            transcript = Transcript()
        form_token = self._sessions.form_token(token)
        html = self._pages.chat(transcript, form_token, new_page_id(), notice=note, crisis=crisis, kept_text=text)
        response = page(html, refused.status)
        response.headers.update(wait)
        return response


def _messages(lines: Sequence[Line], conversation: str | None, owed: bool) -> dict[str, Any]:
    return {"messages": [line.as_json() for line in lines], "conversation": conversation, "owed": owed}


def _see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
