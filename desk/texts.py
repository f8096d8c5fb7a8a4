"""The record of every text in and out: for one referral, for one conversation, and the list to choose from.

Numbers are shown only for a referral, after the safe-contact rules were read on its page; so are numbers that somebody typed
into a text. Every view is written down: with the referral where there is one, else in the desk's own record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from common import phone
from desk import audit
from desk.contact import mask
from desk.keys import DESK, SIGNED_IN
from desk.security import show
from desk.sessions import SignedIn
from front_door.model import Conversation
from front_door.sms import budget, cost, overview, record
from front_door.sms.record import TextLine
from front_door.sms.text_rules import Day, TextRules
from referrals import follow_up, handling, staff_text
from referrals.model import OPEN, WITHDRAWN, Referral
from referrals.packet import Packet, contact_unsafe

DAY = web.AppKey("day", Day)  # how many texts may go out in a day
LOST_FOR = timedelta(days=7)
WEEKS = timedelta(weeks=8)
_SLACK = timedelta(seconds=5)  # two processes write a referral and its text; their clocks may differ a little


def add_texts(app: web.Application) -> None:
    """Put the three pages into the desk."""
    settings = app[DESK].settings
    app[DAY] = TextRules.load(settings.data_dir, settings.public_base_url).day
    app.router.add_get("/texts", texts_page, name="texts")
    app.router.add_get("/texts/{conversation:[0-9a-f]{32}}", conversation_page, name="conversation_texts")
    app.router.add_get("/referrals/{reference:[0-9A-Z-]{1,16}}/texts", referral_texts_page, name="referral_texts")


async def texts_page(request: web.Request) -> web.StreamResponse:
    """Texts that did not arrive, confirmations first; then the newest conversations; then what texts cost."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    return show(request, "texts/list.html", **await desk.db.run(_list, who, desk.clock.now(), request.app[DAY]))


async def conversation_page(request: web.Request) -> web.StreamResponse:
    """The texts of a conversation. Where a referral came of it, the page of its newest referral shows them."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    conversation = request.match_info["conversation"]
    found = await desk.db.run(_conversation, conversation, who, desk.clock.now())
    if found is None:
        raise web.HTTPNotFound
    if isinstance(found, str):
        raise web.HTTPSeeOther(str(request.app.router["referral_texts"].url_for(reference=found)))
    return show(request, "texts/record.html", **found)


async def referral_texts_page(request: web.Request) -> web.StreamResponse:
    """The texts that belong to a referral, and the text that asked afterwards if it helped."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    view = await desk.db.run(_of_referral, request.match_info["reference"], who, desk.clock.now())
    if view is None:
        raise web.HTTPNotFound
    if view["referral"].state == WITHDRAWN:  # nothing of it is read any more; its page says why
        raise web.HTTPSeeOther(str(request.app.router["referral"].url_for(reference=view["referral"].reference)))
    return show(request, "texts/record.html", **view)


def lost_confirmations(session: Session, now: datetime, who: SignedIn) -> tuple[str, ...]:
    """References of open referrals whose resident was not told, because the text with the reference did not arrive; of those chats
    from which `who` may see a referral."""
    lost = [line for line in record.lost(session, now - LOST_FOR, _own(who)) if line.lost_confirmation]
    return tuple(
        referral.reference
        for referral in (_referral_at(session, line) for line in lost)
        if referral is not None and referral.state in OPEN
    )


def _list(session: Session, who: SignedIn, now: datetime, day: Day) -> dict[str, Any]:
    audit.note(session, who=who.name, what=audit.VIEWED, object="texts", now=now)
    talks = overview.talks(session, of=_own(who))
    lost = [_with_referral(session, line, who) for line in record.lost(session, now - LOST_FOR, _own(who))]
    return {
        "talks": talks,
        "lost": [one for one in lost if who.whole_county or one[1]],
        "references": _newest_references(session, [talk.conversation for talk in talks], who),
        "costs": [_readable(one) for one in cost.costs(session, now, since=(now - WEEKS).date())],
        "days": LOST_FOR.days,
        "spent": budget.spent_today(session, day, now),
        "alarm": round(day.alarm),
    }


def _conversation(session: Session, conversation: str, who: SignedIn, now: datetime) -> dict[str, Any] | str | None:
    found = session.get(Conversation, conversation)
    lines = record.lines(session, [conversation]) if found else []
    if found is None or not lines:
        return None
    if reference := _newest_references(session, [conversation], who).get(conversation):
        return reference
    if not who.whole_county:  # somebody else's, or nobody's yet
        return None
    audit.note(session, who=who.name, what=audit.VIEWED, object=f"texts {conversation}", now=now)
    return _page(lines, shown=False, stopped=found.texts_stopped)


def _of_referral(session: Session, reference: str, who: SignedIn, now: datetime) -> dict[str, Any] | None:
    referral = handling.find(session, reference)
    if referral is None or not who.sees_team(referral.team):
        return None
    shown = handling.contact_shown_since(referral, who.name, who.since)
    handling.note(session, referral, who=who.name, what=handling.VIEWED, now=now, detail="texts")
    lines = record.lines(session, [referral.conversation])
    asked = follow_up.of_referral(session, reference)
    if asked and asked.sent_in and asked.sent_in != referral.conversation:
        # Of a later conversation only what we sent for this referral: the rest of it was not given to this team.
        lines += [line for line in record.lines(session, [asked.sent_in]) if line.kind == record.FOLLOW_UP]
    lines = sorted(lines + _of_staff(session, referral), key=lambda line: line.at)
    conversation = session.get(Conversation, referral.conversation)
    return _page(
        lines,
        shown=shown,
        stopped=bool(conversation and conversation.texts_stopped),
        referral=referral,
        number=phone.national(conversation.address) if shown and conversation and conversation.address else "",
    )


def _of_staff(session: Session, referral: Referral) -> list[TextLine]:
    """The texts that staff sent for this referral, where they went out in another conversation than its own."""
    sent = {
        (row.sent_in, row.sent_at, row.body)
        for row in staff_text.of_referral(session, referral)
        if row.sent_in and row.sent_in != referral.conversation
    }
    lines = record.lines(session, [conversation for conversation, _, _ in sent if conversation])
    return [line for line in lines if line.kind == record.STAFF and (line.conversation, line.at, line.words) in sent]


def _page(
    lines: Sequence[TextLine],
    *,
    shown: bool,
    stopped: bool,
    referral: Referral | None = None,
    number: str = "",
) -> dict[str, Any]:
    if not shown:
        lines = [replace(line, words=mask(line.words)) for line in lines]
    return {
        "lines": lines,
        "lost": [line for line in lines if line.lost_confirmation],
        "referral": referral,
        "contact_shown": shown,
        "contact_unsafe": bool(referral and contact_unsafe(Packet.from_dict(referral.packet))),
        "may_ring": bool(referral and _may_ring(referral)),
        "stopped": stopped,
        "number": number,
        "segments": sum(line.segments for line in lines if line.billed),
    }


def _seen_by(who: SignedIn) -> tuple[ColumnElement[bool], ...]:
    """The referrals that they may see."""
    return () if who.whole_county else (Referral.team.in_(who.teams),)


def _own(who: SignedIn) -> Select[Any] | None:
    """The conversations of those; None for all."""
    return None if who.whole_county else select(Referral.conversation).where(*_seen_by(who))


def _newest_references(session: Session, conversations: Sequence[str], who: SignedIn) -> dict[str, str]:
    rows = session.execute(
        select(Referral.conversation, Referral.reference)
        .where(Referral.conversation.in_(conversations), *_seen_by(who))
        .order_by(Referral.id)
    )
    return {row[0]: row[1] for row in rows}


def _readable(one: cost.Cost) -> tuple[cost.Cost, date | None]:
    """(figures, Monday); no Monday for all weeks together."""
    return one, date.fromisoformat(one.week) if one.week else None


def _with_referral(session: Session, line: TextLine, who: SignedIn) -> tuple[TextLine, str, bool]:
    """(text, reference or "", whether ringing is known to be safe); without what they may not see."""
    referral = _referral_at(session, line)
    if referral is None or not who.sees_team(referral.team):
        return line, "", False
    return line, referral.reference, _may_ring(referral)


def _may_ring(referral: Referral) -> bool:
    packet = Packet.from_dict(referral.packet)
    return packet.contact_method == "phone" and packet.safe_to_call is True and not contact_unsafe(packet)


def _referral_at(session: Session, line: TextLine) -> Referral | None:
    """The referral that a text of this conversation tells of: the newest there was when it was written."""
    return session.scalars(
        select(Referral)
        .where(Referral.conversation == line.conversation, Referral.created_at <= line.at + _SLACK)
        .order_by(Referral.id.desc())
        .limit(1)
    ).first()
