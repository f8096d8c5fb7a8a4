"""The pages of a move. They work without JavaScript; a code stands in no address, and only in the body of a post or of its answer."""

from __future__ import annotations

import logging

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from common import phone
from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from common.settings import Settings
from front_door.inbox import Accepted
from front_door.moving import codes
from front_door.moving.by_text import PATH
from front_door.moving.codes import MOST_WRONG_OF_ADDRESS, Guesser
from front_door.moving.on_web import bring_code, code_for_page
from front_door.timing import Pace
from front_door.web.limits import PerMinute
from front_door.web.pages import Pages, page
from front_door.web.posting import posted
from front_door.web.sessions import Sessions
from front_door.web.transcript import read_heard
from front_door.words import Words
from front_door.worker import Engine

logger = logging.getLogger(__name__)
CODES_A_MINUTE = 10  # for one address to be shown, or to try


class Moving:
    """GET and POST /chat/move (a code from a text) and /chat/move/text (a code for a text)."""

    def __init__(
        self,
        *,
        engine: Engine,
        sessions: Sessions,
        pages: Pages,
        words: Words,
        db: Database,
        clock: Clock,
        cipher: Cipher,
        settings: Settings,
        pace: Pace,
    ) -> None:
        self._engine = engine
        self._sessions = sessions
        self._pages = pages
        self._words = words
        self._db = db
        self._clock = clock
        self._digest = cipher.digest
        self._number = our_number(settings)
        self._timing = pace.timing
        self._posts = PerMinute(min(CODES_A_MINUTE, pace.limits.messages_a_minute))

    def routes(self) -> list[web.RouteDef]:
        """None of them where no texts can be sent or received."""
        if not self._number:
            return []
        return [
            web.get(PATH, self.ask),
            web.post(PATH, self.bring),
            web.get(f"{PATH}/text", self.explain),
            web.post(f"{PATH}/text", self.give),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """The box for a code."""
        token = self._sessions.read(request) or self._sessions.fresh()
        response = page(self._pages.move(self._sessions.form_token(token)))
        self._sessions.give(request, response, token)
        return response

    async def bring(self, request: web.Request) -> web.StreamResponse:
        """A code: the chat goes on in this browser, or the page says what is wrong with it."""
        token, fields = await posted(request, self._sessions, self._posts)
        typed = fields.get("code", "")
        words = self._words.moving
        code = codes.read_code(typed)
        if code is None:
            return self._again(token, words.not_a_code, 422)
        session_digest = self._sessions.digest(token)
        guessers = [
            Guesser(self._digest(f"move try: {session_digest}")),
            Guesser(self._digest(f"move try: {request.remote or ''}"), MOST_WRONG_OF_ADDRESS),
        ]
        try:
            outcome, accepted = await self._engine.store(
                bring_code,
                self._digest,
                session_digest,
                code,
                guessers,
                words.code_sent,
                self._engine.lease,
                self._clock.now(),
                self._engine.voice,
            )
        except SQLAlchemyError as error:
            logger.error("a code could not be tried: %s", type(error).__name__)
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None
        if outcome == "wrong":
            return self._again(token, words.wrong_on_page, 422)
        if outcome == "blocked":
            return self._again(token, words.wrong_on_page_too_often, 429)
        if accepted is not None:
            await self._answered(accepted)
        return web.Response(status=303, headers={"Location": "/chat#latest"})

    async def explain(self, request: web.Request) -> web.Response:
        """What it means to go on by text, and a button for the code: opening a link makes none."""
        token = self._sessions.read(request)
        return page(self._pages.move_to_text(self._sessions.form_token(token) if token else "", self._number))

    async def give(self, request: web.Request) -> web.Response:
        """The code and our number."""
        token, _ = await posted(request, self._sessions, self._posts)
        try:
            code = await self._engine.store(
                code_for_page,
                self._digest,
                self._sessions.digest(token),
                self._clock.now(),
                self._timing.session_idle,
            )
        except SQLAlchemyError as error:
            logger.error("a code could not be made: %s", type(error).__name__)
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None
        shown = codes.written(code) if code else ""
        form_token = self._sessions.form_token(token)
        return page(self._pages.move_to_text(form_token, self._number, shown, may=code is not None))

    async def _answered(self, accepted: Accepted) -> None:
        message, conversation = accepted.message or "", accepted.conversation or ""
        if accepted.outcome == "stored":
            self._engine.news.expect(message)
        self._engine.begin(accepted)
        await self._engine.news.wait(
            conversation, message, self._timing.web_wait, lambda: self._db.read(read_heard, message)
        )

    def _again(self, token: str, notice: str, status: int) -> web.Response:
        return page(self._pages.move(self._sessions.form_token(token), notice), status)


def our_number(settings: Settings) -> str:
    """The number that residents text, as people read it; "" without a provider."""
    if not settings.sms_configured:
        return ""
    raw = settings.notify.number if settings.sms_provider == "notify" else settings.twilio_number or ""
    e164 = phone.normalise(raw, settings.allow_test_numbers)
    return phone.national(e164) if e164 else raw
