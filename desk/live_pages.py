"""The pages of live chats, and the parts of them that the script reads again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from assessment.coverage import Coverage
from desk import audit
from desk.keys import DESK, SIGNED_IN, Desk
from desk.live_view import Chat, chat_of, is_theirs, object_of
from desk.roles import Role
from desk.security import show
from desk.sessions import SignedIn
from front_door.saying import Voice
from front_door.takeover.model import ASKED
from front_door.takeover.overview import live_talks, unanswered
from front_door.takeover.rules import ADVISER, LAC

UNANSWERED_FOR = timedelta(days=7)
LOOK_EVERY = 3  # seconds between two looks of the script


@dataclass(frozen=True)
class Live:
    """What the pages need beside the desk: the words and rules of the front door, and which team covers a place."""

    voice: Voice
    coverage: Coverage


LIVE: web.AppKey[Live] = web.AppKey("live", Live)


async def list_page(request: web.Request) -> web.StreamResponse:
    """The chats that are open now, who waits first; for a lead also those in which somebody waited in vain."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    await desk.db.run(audit.note, who=who.name, what=audit.VIEWED, object="live", now=desk.clock.now())
    return await _list(request, "live/list.html")


async def talks_part(request: web.Request) -> web.StreamResponse:
    """Only the list, for the script that keeps it true."""
    return await _list(request, "live/_talks.html")


async def chat_page(request: web.Request) -> web.StreamResponse:
    """One chat. Opening it is written down."""
    return await chat_response(request)


async def lines_part(request: web.Request) -> web.StreamResponse:
    """Only its lines, for the script."""
    desk, conversation = request.app[DESK], request.match_info["conversation"]
    chat = await desk.db.read(_read, desk, request.app[LIVE], request[SIGNED_IN], conversation, False)
    if chat is None:
        raise web.HTTPNotFound
    return show(request, "live/_lines.html", chat=chat)


async def chat_response(request: web.Request, refused: str = "", kept: str = "", status: int = 200) -> web.Response:
    """The page of the chat in the address; `refused`: a code of what could not be done, with the words it was about."""
    desk, live, who = request.app[DESK], request.app[LIVE], request[SIGNED_IN]
    chat = await desk.db.run(_read, desk, live, who, request.match_info["conversation"], True)
    if chat is None:
        raise web.HTTPNotFound
    rules = live.voice.words.live
    return show(
        request,
        "live/chat.html",
        status,
        chat=chat,
        refused=rules.refused.get(refused, ""),
        kept=kept,
        open_now=rules.is_open(desk.clock.now()),
        hours=desk.team.working_time.week.describe(),
        lead=Role.LEAD in who.roles,
        speaker=rules.speakers[ADVISER if who.whole_county else LAC],
        form_id=secrets.token_hex(16),
        every=LOOK_EVERY,
    )


async def _list(request: web.Request, template: str) -> web.Response:
    desk, live, who = request.app[DESK], request.app[LIVE], request[SIGNED_IN]
    now, today = desk.clock.now(), desk.clock.london().date()
    found = await desk.db.read(_talks, live, who, now, today)
    rules = live.voice.words.live
    return show(
        request,
        template,
        open_now=rules.is_open(now),
        offered=rules.confirmed,
        hours=desk.team.working_time.week.describe(),
        every=LOOK_EVERY,
        **found,
    )


def _talks(session: Session, live: Live, who: SignedIn, now: datetime, today: date) -> dict[str, Any]:
    talks = [talk for talk in live_talks(session, now) if is_theirs(who, talk, live.coverage, today)]
    waited = unanswered(session, now - UNANSWERED_FOR) if Role.LEAD in who.roles else []
    return {"talks": talks, "unanswered": waited, "waiting": sum(talk.person == ASKED for talk in talks)}


def _read(session: Session, desk: Desk, live: Live, who: SignedIn, conversation: str, noted: bool) -> Chat | None:
    now = desk.clock.now()
    chat = chat_of(session, conversation, who, live.coverage, now, desk.clock.london().date())
    if chat is not None and noted:
        audit.note(session, who=who.name, what=audit.VIEWED, object=object_of(conversation), now=now)
    return chat
