"""One referral: the packet, the safe-contact rules before the number, and what staff did with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from desk.case_keys import CASE_RULES
from desk.case_view import case_view
from desk.contact import hide
from desk.history import history
from desk.keys import DESK, SIGNED_IN
from desk.referral_words import EVENTS, REFUSED, SAID, not_now
from desk.render import due_state
from desk.security import show
from desk.sessions import SignedIn
from referrals import follow_up, handling
from referrals.case_rules import CaseRules
from referrals.exports.formats import FORMATS
from referrals.model import EMAIL, FAILED, OPEN, SKIPPED, URGENT, WITHDRAWN, Referral
from referrals.packet import Packet, contact_unsafe, risk
from referrals.packet_folding import folded
from referrals.packet_sections import contact_label, sections
from referrals.packet_words import PacketWords


def add_referral(app: web.Application, one: str) -> None:
    """The page under the address `one` of a referral."""
    app.router.add_get(one, referral_page, name="referral")
    app.router.add_post(f"{one}/contact", show_contact, name="contact")
    app.router.add_post(f"{one}/notice", notice_again, name="notice")


async def referral_page(request: web.Request) -> web.StreamResponse:
    """The packet. Every view is written to the audit."""
    return await _page(request, said=SAID.get(request.query.get("said", ""), ""))


async def show_contact(request: web.Request) -> web.StreamResponse:
    """The safe-contact rules were read: from now on, in this session, the page shows the contact details."""
    if (await request.post()).get("read") != "yes":
        return await refuse(request, "read", 422)
    return await act(request, "", _acknowledge, anchor="contact")


async def notice_again(request: web.Request) -> web.StreamResponse:
    """Put a failed or skipped e-mail notice back in the outbox."""
    return await act(request, "again", handling.send_again)


def _acknowledge(session: Session, referral: Referral, *, who: str, now: datetime) -> bool:
    if referral.state == WITHDRAWN:
        return False
    handling.note(session, referral, who=who, what=handling.CONTACT_SHOWN, now=now)
    return True


async def act(
    request: web.Request, code: str, action: Callable[..., Any], anchor: str = "", **more: Any
) -> web.StreamResponse:
    """Do `action(session, referral, who=, now=, **more)` for a referral that they may see, and go back to its page.

    `action` answers True when it is done; False when it came too late (then 409 and how things stand); or words that say
    what is missing (then 422).
    """
    desk, who, reference = request.app[DESK], request[SIGNED_IN], request.match_info["reference"]

    def work(session: Session) -> bool | str | None:
        seen = seen_by(session, reference, who)
        if seen is None:
            return None
        done: bool | str = action(session, seen.referral, who=who.name, now=desk.clock.now(), **more)
        return not_now(code, seen.referral) if done is False else "" if done is True else f"!{done}"

    problem = await desk.db.run(work)
    if problem is None:
        raise web.HTTPNotFound
    if problem:
        words = str(problem)
        return await _page(request, problem=words.removeprefix("!"), status=422 if words.startswith("!") else 409)
    page = request.app.router["referral"].url_for(reference=reference)
    raise web.HTTPSeeOther(str((page.with_query(said=code) if code else page).with_fragment(anchor or None)))


async def refuse(request: web.Request, code: str, status: int) -> web.Response:
    """The page again, with the reason (`REFUSED`) why nothing was done."""
    return await _page(request, problem=REFUSED[code], status=status)


async def _page(request: web.Request, said: str = "", problem: str = "", status: int = 200) -> web.Response:
    desk, who, rules = request.app[DESK], request[SIGNED_IN], request.app[CASE_RULES]
    words = desk.team.words
    view = await desk.db.run(_view, request.match_info["reference"], who, desk.clock.now(), words.packet, rules)
    if view is None:
        raise web.HTTPNotFound
    return show(
        request,
        "withdrawn.html" if view["referral"].state == WITHDRAWN else "referral.html",
        status,
        said=said,
        problem=problem,
        outcomes=words.outcomes,
        rules=rules,
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
    if referral is None or not who.sees_team(referral.team):
        return None
    packet = Packet.from_dict(referral.packet)
    contact_shown = referral.state != WITHDRAWN and handling.contact_shown_since(referral, who.name, who.since)
    return Seen(referral, packet if contact_shown else hide(packet), contact_shown)


def _view(
    session: Session, reference: str, who: SignedIn, now: datetime, words: PacketWords, rules: CaseRules
) -> dict[str, Any] | None:
    seen = seen_by(session, reference, who)
    if seen is None:
        return None
    referral = seen.referral
    views = [entry for entry in referral.events if entry.what == handling.VIEWED]
    handling.note(session, referral, who=who.name, what=handling.VIEWED, now=now)
    always = {
        "referral": referral,
        "history": history(session, referral, who),
        "seen_by": Counter(entry.who for entry in views),
        "notice_problems": [d for d in referral.deliveries if d.state in (FAILED, SKIPPED) or d.problem],
        "team_notice": (EMAIL, handling.GONE[0]),
    }
    if referral.state == WITHDRAWN:
        return always
    return {**always, **_packet_view(seen, now, words), **case_view(session, seen, who, rules, now)} | {
        "follow_up": follow_up.of_referral(session, reference)
    }


def _packet_view(seen: Seen, now: datetime, words: PacketWords) -> dict[str, Any]:
    referral, packet = seen.referral, seen.packet
    return {
        "parts": {part.key: part for part in sections(folded(packet, words), words)},
        "whole": {part.key: part for part in sections(packet, words)},
        "own_words_count": len(packet.own_words.split()),
        "contact_label": contact_label(packet, words),
        "risk": risk(packet),
        "urgent": referral.priority == URGENT,
        "is_open": referral.state in OPEN,
        "due_state": due_state(referral.due_at, now),
        "contact_shown": seen.contact_shown,
        "contact_unsafe": contact_unsafe(packet),
    }
