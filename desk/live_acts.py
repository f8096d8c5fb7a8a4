"""What staff do in a live chat: each act is one transaction with its row in the desk's record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from sqlalchemy.orm import Session

from desk import audit
from desk.keys import DESK, SIGNED_IN
from desk.live_pages import LIVE, chat_response
from desk.live_view import NUMBERS_SHOWN, is_theirs, object_of
from desk.roles import Role
from front_door.model import Conversation
from front_door.takeover import joining, speaking
from front_door.takeover.rules import ADVISER, AGAIN, LAC, NO_TEXTS

_NOT_FOUND = "not_found"


async def join(request: web.Request) -> web.StreamResponse:
    """Join; of two at once one wins. 409 with the reason when it may not be."""
    desk, who, form = request.app[DESK], request[SIGNED_IN], await request.post()
    override = str(form.get("override", "")) if Role.LEAD in who.roles else ""
    speaker = ADVISER if who.whole_county else LAC

    def work(session: Session, conversation: str, now: datetime) -> tuple[str, str]:
        refused = joining.join(
            session,
            conversation,
            who=who.name,
            speaker=speaker,
            voice=request.app[LIVE].voice,
            now=now,
            override=override,
        )
        return refused, override

    return await _do(request, work, "live_joined", texts=desk.settings.sms_configured)


async def say(request: web.Request) -> web.StreamResponse:
    """Say one thing; the same form sent twice says it once. What could not be said stays in the box."""
    desk, who, form = request.app[DESK], request[SIGNED_IN], await request.post()
    text, form_id = str(form.get("text", "")), str(form.get("form_id", ""))
    if not 16 <= len(form_id) <= 64:
        raise web.HTTPBadRequest

    def work(session: Session, conversation: str, now: datetime) -> tuple[str, str]:
        voice = request.app[LIVE].voice
        refused = speaking.speak(session, conversation, who=who.name, text=text, form_id=form_id, voice=voice, now=now)
        return refused, ""

    return await _do(request, work, "live_line", kept=text, texts=desk.settings.sms_configured)


async def release(request: web.Request) -> web.StreamResponse:
    """Leave the chat to the assistant."""
    who = request[SIGNED_IN]

    def work(session: Session, conversation: str, now: datetime) -> tuple[str, str]:
        lead = Role.LEAD in who.roles
        voice = request.app[LIVE].voice
        return joining.release(session, conversation, who=who.name, voice=voice, now=now, lead=lead), ""

    return await _do(request, work, "live_left")


async def show_numbers(request: web.Request) -> web.StreamResponse:
    """Show phone numbers that stand in the chat, to who has read what to ask before one is used."""
    form = await request.post()
    if form.get("read") != "yes":
        raise web.HTTPBadRequest
    return await _do(request, lambda session, conversation, now: ("", ""), NUMBERS_SHOWN)


async def _do(
    request: web.Request,
    work: Callable[[Session, str, datetime], tuple[str, str]],
    what: str,
    kept: str = "",
    texts: bool = True,
) -> web.StreamResponse:
    """Run `work` (it gives a refusal or "", and a detail for the audit) in one transaction with its audit row."""
    desk, live, who = request.app[DESK], request.app[LIVE], request[SIGNED_IN]
    conversation = request.match_info["conversation"]

    def change(session: Session) -> str:
        found = session.get(Conversation, conversation)
        if found is None or not is_theirs(who, found, live.coverage, desk.clock.london().date()):
            return _NOT_FOUND
        if found.channel == "sms" and not texts:
            return NO_TEXTS
        now = desk.clock.now()
        refused, detail = work(session, conversation, now)
        if not refused:
            audit.note(session, who=who.name, what=what, object=object_of(conversation), now=now, detail=detail)
        return "" if refused == AGAIN else refused

    refused = await desk.db.run(change)
    if refused == _NOT_FOUND:
        raise web.HTTPNotFound
    if refused:
        return await chat_response(request, refused, kept, 409)
    page = request.app.router["live_chat"].url_for(conversation=conversation)
    raise web.HTTPSeeOther(f"{page}#write")
