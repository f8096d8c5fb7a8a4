"""The page about a referral: looked up, read, taken back. Works without JavaScript; no reference stands in an address."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from aiohttp import web
from sqlalchemy.orm import Session

from front_door.resident import visits
from front_door.resident.changing import ChangingRoutes
from front_door.resident.chatting import PATH
from front_door.resident.contact_form import masked
from front_door.resident.copying import CopyingRoutes
from front_door.resident.door import ReferralDoor, Seen
from front_door.resident.taking_back import take_back
from referrals import handling
from referrals.contact_change import Contact
from referrals.model import CLOSED
from referrals.packet import Packet
from referrals.reference import read_reference
from referrals.resident_copy import CopyWords
from referrals.staff_text_rules import StaffTextRules
from referrals.status import sentence_case

LONGEST = 120  # characters of a box
# What the page may say after a post, by a code that stands in the address.
_SAID = {"withdrawn": "page_withdrawn", "changed": "page_changed", "same": "page_same", "old": "old_page"}
_SAID |= {"person": "by_a_person", "closed": "closed_page"}


def referral_routes(door: ReferralDoor, data_dir: Path, rules: StaffTextRules | None) -> list[web.RouteDef]:
    """Every route about a referral. rules: the hours of texts; None where none can be sent."""
    copying = CopyingRoutes(door, CopyWords.load(data_dir))
    return [*ReferralRoutes(door).routes(), *ChangingRoutes(door, rules).routes(), *copying.routes()]


class ReferralRoutes:
    """GET and POST /referral, /referral/take-back, /referral/close."""

    def __init__(self, door: ReferralDoor) -> None:
        self._door = door
        self._one_by_one = asyncio.Lock()  # tries sent at once are counted like those sent after each other

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PATH, self.show),
            web.post(PATH, self.look_up),
            web.get(f"{PATH}/take-back", self.ask_take_back),
            web.post(f"{PATH}/take-back", self.take_back),
            web.post(f"{PATH}/close", self.close),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """The referral that this browser may see, else the two boxes."""
        door, seen = self._door, await self._door.seen(request)
        said = self._said(request.query.get("said", ""), seen)
        if seen.referral is None:
            return door.show(request, "referral_find.html", seen, notice="", said=said, reference="")
        return door.show(
            request,
            "referral.html",
            seen,
            said=said,
            progress=door.status.in_words(seen.referral, door.now, door.team(seen)),
            still_open=seen.referral.state not in CLOSED,
            contact=masked(Contact.of(Packet.from_dict(seen.referral.packet))),
        )

    async def look_up(self, request: web.Request) -> web.Response:
        """The check. What is wrong is never said."""
        door = self._door
        token, fields = await door.posted(request)
        typed, contact = fields.get("reference", "").strip()[:LONGEST], fields.get("contact", "").strip()[:LONGEST]
        reference = read_reference(typed) or ""
        seen = await door.seen(request)
        of_chat = bool(reference) and reference in (*seen.others, seen.form)
        if not typed or not (contact or of_chat):
            return door.show(
                request, "referral_find.html", seen, 422, notice=door.words.missing, said="", reference=typed
            )
        async with self._one_by_one:
            outcome = await door.run(
                visits.open_typed,
                door.checks,
                reference,
                contact,
                door.digest(token),
                request.remote or "",
                door.now,
                door.idle,
            )
        if outcome == "right":
            return door.back()
        notice, status = (door.words.blocked, 429) if outcome == "blocked" else (door.words.wrong, 422)
        return door.show(request, "referral_find.html", seen, status, notice=notice, said="", reference=typed)

    async def ask_take_back(self, request: web.Request) -> web.Response:
        """What taking back means, and a button."""
        seen = await self._door.seen(request)
        if seen.referral is None or seen.referral.state in CLOSED:
            return self._door.back()
        return self._door.show(request, "referral_take_back.html", seen, days=self._door.status.days)

    async def take_back(self, request: web.Request) -> web.Response:
        """Take it back, once, however often the button is pressed."""
        door = self._door
        token, fields = await door.posted(request)
        seen = await door.seen(request)
        if seen.referral is None or not door.is_about(seen, fields):
            return door.back("old")
        by = "chat" if seen.referral.reference in await door.run(self._of_chat, token) else "web"
        outcome = await door.run(self._take_back, seen.referral.reference, by, door.now)
        return door.back("closed" if outcome == "closed" else "withdrawn")

    async def close(self, request: web.Request) -> web.Response:
        """Close this page: the browser sees it no more without the check."""
        token, _ = await self._door.posted(request)
        await self._door.run(visits.close, self._door.digest(token))
        return web.Response(status=303, headers={"Location": "/"})

    def _of_chat(self, session: Session, token: str) -> tuple[str, ...]:
        visit = visits.current(session, self._door.digest(token), self._door.now, self._door.idle)
        return (visit.referral.reference,) if visit.chat and visit.referral else ()

    def _take_back(self, session: Session, reference: str, by: str, now: datetime) -> str:
        referral = handling.find(session, reference)
        return take_back(session, referral, by=by, now=now) if referral else "already"

    def _said(self, code: str, seen: Seen) -> str:
        text = str(getattr(self._door.words, _SAID[code])) if code in _SAID else ""
        return sentence_case(text.format(team=self._door.team(seen))) if seen.referral else "" if "{" in text else text
