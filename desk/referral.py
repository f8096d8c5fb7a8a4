"""One referral: the packet, the safe-contact rules before the number, and what staff do with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from desk.contact import hide
from desk.event_words import DELIVERED
from desk.keys import DESK, SIGNED_IN
from desk.render import due_state
from desk.security import show
from desk.sessions import SignedIn
from referrals import follow_up, handling
from referrals.exports.formats import FORMATS
from referrals.model import FAILED, SKIPPED, URGENT, Referral
from referrals.packet import Packet, contact_unsafe, risk
from referrals.packet_folding import folded
from referrals.packet_sections import contact_label, sections
from referrals.packet_words import PacketWords

SAID = {  # what a page says after an action; chosen by code, never from the address
    "taken": "You have taken this referral.",
    "done": "This referral is finished.",
    "again": "The e-mail notice goes out again within a minute.",
}
REFUSED = {
    "taken": "This referral had been taken already. Nothing was changed.",
    "done": "Only a referral that somebody has taken can be finished. Nothing was changed.",
    "outcome": "Choose an outcome before you finish the referral.",
    "again": "There is no failed notice to send again.",
    "withdrawn": "The person has taken back their agreement. Nothing may be copied out.",
    "too_many": "You have taken out many files in a short time. Wait a quarter of an hour, or ask your lead.",
}
EXPORTED = "exported"
EVENTS = {
    "received": "Received",
    "taken": "Taken",
    "done": "Finished",
    handling.CONTACT_SHOWN: "Read the contact rules and saw the contact details",
    "notice_sent": "E-mail notice sent",
    "notice_failed": "E-mail notice failed",
    "notice_skipped": "E-mail notice not sent",
    "notice_again": "E-mail notice put back to send",
    EXPORTED: "Copied out",
    **DELIVERED,
}


async def referral_page(request: web.Request) -> web.StreamResponse:
    """The packet. Every view is written to the audit."""
    return await _page(request, said=SAID.get(request.query.get("said", ""), ""))


async def take(request: web.Request) -> web.StreamResponse:
    """Take it, unless somebody was faster: then 409 and who it was."""
    return await _act(request, "taken", handling.take)


async def finish(request: web.Request) -> web.StreamResponse:
    """Close it with one of the outcomes of referral_words.yml."""
    outcome = str((await request.post()).get("outcome", ""))
    if outcome not in request.app[DESK].team.words.outcomes:
        return await _page(request, problem=REFUSED["outcome"], status=422)
    return await _act(request, "done", handling.finish, outcome=outcome)


async def show_contact(request: web.Request) -> web.StreamResponse:
    """The safe-contact rules were read: from now on, in this session, the page shows the contact details."""
    if (await request.post()).get("read") != "yes":
        return await _page(request, problem="Tick that you have read how to contact this person.", status=422)
    return await _act(request, "", _acknowledge, anchor="#contact")


async def notice_again(request: web.Request) -> web.StreamResponse:
    """Put a failed or skipped e-mail notice back in the outbox."""
    return await _act(request, "again", handling.send_again)


def _acknowledge(session: Session, referral: Referral, *, who: str, now: datetime) -> bool:
    handling.note(session, referral, who=who, what=handling.CONTACT_SHOWN, now=now)
    return True


async def _act(request: web.Request, code: str, action: Any, anchor: str = "", **more: str) -> web.StreamResponse:
    desk, who, reference = request.app[DESK], request[SIGNED_IN], request.match_info["reference"]

    def act(session: Session) -> bool | None:
        seen = seen_by(session, reference, who)
        return None if seen is None else action(session, seen.referral, who=who.name, now=desk.clock.now(), **more)

    changed = await desk.db.run(act)
    if changed is None:
        raise web.HTTPNotFound
    if not changed:
        return await _page(request, problem=REFUSED[code], status=409)
    page = request.app.router["referral"].url_for(reference=reference)
    raise web.HTTPSeeOther(f"{page.with_query(said=code) if code else page}{anchor}")


async def refuse(request: web.Request, code: str, status: int) -> web.Response:
    """The page again, with the reason (`REFUSED`) why nothing was done."""
    return await _page(request, problem=REFUSED[code], status=status)


async def _page(request: web.Request, said: str = "", problem: str = "", status: int = 200) -> web.Response:
    desk, who = request.app[DESK], request[SIGNED_IN]
    words = desk.team.words
    view = await desk.db.run(_view, request.match_info["reference"], who, desk.clock.now(), words.packet)
    if view is None:
        raise web.HTTPNotFound
    return show(
        request,
        "referral.html",
        status,
        said=said,
        problem=problem,
        outcomes=words.outcomes,
        event_words=EVENTS,
        formats=FORMATS,
        **view,
    )


@dataclass(frozen=True)
class Seen:
    """A referral as one member of staff may see it: without contact details in `packet` until they have read the rules."""

    referral: Referral
    packet: Packet
    contact_shown: bool


def seen_by(session: Session, reference: str, who: SignedIn) -> Seen | None:
    """What `who` may see of a referral, on the page and in every export alike; None when there is nothing for them."""
    referral = handling.find(session, reference)
    if referral is None:
        return None
    packet = Packet.from_dict(referral.packet)
    contact_shown = handling.contact_shown_since(referral, who.name, who.since)
    return Seen(referral, packet if contact_shown else hide(packet), contact_shown)


def _view(session: Session, reference: str, who: SignedIn, now: datetime, words: PacketWords) -> dict[str, Any] | None:
    seen = seen_by(session, reference, who)
    if seen is None:
        return None
    referral, packet = seen.referral, seen.packet
    whole = {part.key: part for part in sections(packet, words)}
    views = [entry for entry in referral.events if entry.what == handling.VIEWED]
    handling.note(session, referral, who=who.name, what=handling.VIEWED, now=now)
    return {
        "referral": referral,
        "parts": {part.key: part for part in sections(folded(packet, words), words)},
        "whole": whole,
        "own_words_count": len(packet.own_words.split()),
        "contact_label": contact_label(packet, words),
        "risk": risk(packet),
        "urgent": referral.priority == URGENT,
        "due_state": due_state(referral.due_at, now),
        "contact_shown": seen.contact_shown,
        "contact_unsafe": contact_unsafe(packet),
        "history": [entry for entry in referral.events if entry.what != handling.VIEWED],
        "seen_by": Counter(entry.who for entry in views),
        "follow_up": follow_up.of_referral(session, reference),
        "notice_problem": next((d for d in referral.deliveries if d.state in (FAILED, SKIPPED) or d.problem), None),
    }
