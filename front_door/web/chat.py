"""The chat's routes. All of it works without JavaScript; a script only spares the reload."""

from __future__ import annotations

import logging
from dataclasses import replace

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from common.clock import Clock
from common.database import Database
from front_door.forms import BadBody, read_fields
from front_door.inbox import Accepted, WebPost
from front_door.safeguarding.unsaved import Unsaved
from front_door.screening import Screening
from front_door.timing import Pace
from front_door.web.answers import Answers, Refused
from front_door.web.closing import Closing
from front_door.web.keeping import Keeping
from front_door.web.limits import PerMinute
from front_door.web.middleware import wants_json
from front_door.web.pages import Pages, page
from front_door.web.reading import Reading, line_number
from front_door.web.said import PERSON, Said, new_page_id
from front_door.web.sessions import Sessions
from front_door.web.transcript import Transcript
from front_door.words import Words
from front_door.worker import Engine

logger = logging.getLogger(__name__)


class Chat:
    """GET and POST /chat, and what belongs to them."""

    def __init__(
        self,
        *,
        engine: Engine,
        screening: Screening,
        sessions: Sessions,
        pages: Pages,
        words: Words,
        db: Database,
        clock: Clock,
        pace: Pace,
        unsaved: Unsaved,
    ) -> None:
        self._engine = engine
        self._screening = screening
        self._sessions = sessions
        self._pages = pages
        self._words = words
        self._unsaved = unsaved
        self._clock = clock
        self._pace = pace
        self._reading = Reading(db, sessions, clock, pace)
        self._answers = Answers(engine, db, pages, sessions, self._reading, pace)
        self._keeping = Keeping(pages, self._reading)
        self._closing = Closing(sessions, pages, words, db, clock, pace.timing)
        self._chats = PerMinute(pace.limits.chats_a_minute)
        self._messages = PerMinute(pace.limits.messages_a_minute)
        self._one_chat = PerMinute(pace.limits.one_chat_a_minute)
        self._refused = PerMinute(pace.limits.chats_a_minute)  # of refused posts with danger: so many are kept

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.landing),
            web.get("/person", self.person),
            web.get("/chat", self.show),
            web.post("/chat", self.post),
            web.get("/chat/messages", self.messages),
            *self._keeping.routes(),
            *self._closing.routes(),
        ]

    async def landing(self, request: web.Request) -> web.Response:
        return page(self._pages.landing())

    async def person(self, request: web.Request) -> web.Response:
        """Where "Talk to a person" leads from pages without a chat: to the chat, with that sentence in the box."""
        return web.Response(status=303, headers={"Location": f"/chat?say={PERSON}"})

    async def show(self, request: web.Request) -> web.Response:
        """The chat page; as JSON, the transcript and the hidden fields a client needs to post."""
        token, transcript = await self._reading.of(request)
        notices = {
            "empty": self._words.empty,
            "stale": self._words.stale_choice,
            "ended": self._words.trouble["ended"].text,
            "moved": self._words.trouble["moved"].text,
        }
        over = "moved" if transcript.moved else "ended" if transcript.over else ""
        notice = notices.get(over or request.query.get("notice", ""), "")
        if token is None or transcript.over:
            token, transcript = self._sessions.fresh(), Transcript()
        page_id = new_page_id()
        form_token = self._sessions.form_token(token)
        if wants_json(request):
            response = web.json_response(
                {
                    "messages": self._pages.welcome_json() + [line.as_json() for line in transcript.lines],
                    "conversation": transcript.conversation,
                    "owed": transcript.owed,
                    "after": transcript.last,
                    "hidden": {"csrf": form_token, "client_id": page_id},
                }
            )
        else:
            wanted = self._words.talk_to_a_person if request.query.get("say") == PERSON else ""
            response = page(self._pages.chat(transcript, form_token, page_id, notice=notice, kept_text=wanted))
        self._sessions.give(request, response, token)
        return response

    async def post(self, request: web.Request) -> web.StreamResponse:
        """A message or a choice. Every refusal gives the words back, and answers danger in them all the same."""
        try:
            fields = await read_fields(request)
        except BadBody:
            raise web.HTTPBadRequest() from None
        said = Said.of(fields, self._words)
        flags = await self._screening.flags(said.text) if said.choice is None else ()
        token = self._sessions.read(request)
        post = self._as_post(request, token, said, flags)
        try:
            if token is None or not self._sessions.may_post(request, token, said.form_token):
                raise Refused("forbidden", 403)
            self._check(request, said, token)
            accepted = await self._store(request.remote or "", post)
            return await self._answers.to(request, token, accepted)
        except Refused as refused:
            return await self._refuse(request, token, post, refused)

    def _check(self, request: web.Request, said: Said, token: str) -> None:
        limits = self._pace.limits
        if said.choice is None and not said.text.strip():
            raise Refused("empty", 422)
        if len(said.text) > limits.text_characters:
            raise Refused("too_long", 422)
        if not (self._messages.take(request.remote or "") and self._one_chat.take(self._sessions.digest(token))):
            raise Refused("too_many", 429)
        if self._engine.backlog >= limits.backlog:
            raise Refused("busy", 503)

    def _as_post(self, request: web.Request, token: str | None, said: Said, flags: tuple[str, ...]) -> WebPost:
        post = WebPost(
            session_digest=self._sessions.digest(token) if token else "",
            channel=said.channel,
            text=said.text,
            choice=said.choice,
            client_id=said.client_id,
            wants_json=wants_json(request),
            flags=flags,
            received_at=self._clock.now(),
        )
        return replace(post, post_key=self._sessions.post_key(token, post.repeat_key(post.text))) if flags else post

    async def _store(self, address: str, post: WebPost) -> Accepted:
        try:
            accepted = await self._engine.submit_web(post, self._chats.has_room(address))
        except (SQLAlchemyError, TimeoutError) as error:
            logger.error("a web message could not be stored: %s", type(error).__name__)
            raise Refused("busy", 503) from None
        if accepted.seq == 1 and accepted.outcome == "stored":
            self._chats.take(address)
        refusals = {
            "limited": Refused("too_many", 429),
            "ended": Refused("ended", 403),
            "moved": Refused("moved", 403),
            "stale_choice": Refused("stale", 409),
        }
        if accepted.outcome in refusals:
            raise refusals[accepted.outcome]
        return accepted

    async def _refuse(
        self, request: web.Request, token: str | None, post: WebPost, refused: Refused
    ) -> web.StreamResponse:
        crisis = self._screening.reply(post.flags, None, "web", post.text) if post.flags else ""
        if post.flags and self._refused.take(request.remote or ""):
            await self._unsaved.keep(
                post.flags,
                words=post.text,
                now=post.received_at,
                session_digest=post.session_digest,
                post_key=post.post_key or "",
                reply_shown=crisis,
            )
        return await self._answers.refused(request, token, post.text, crisis, refused, self._words)

    async def messages(self, request: web.Request) -> web.Response:
        """What was said after line `after`, as JSON: asked for by the script, only while a reply is owed."""
        token, transcript = await self._reading.of(request, line_number(request))
        if token is None or transcript.over or transcript.conversation is None:
            return web.json_response({"error": "ended", "message": self._words.trouble["ended"].text}, status=404)
        return web.json_response(self._answers.as_json(request, token, transcript, transcript.lines))
