"""A copy of what was sent: on the page, and as a PDF file. Each is written to the audit."""

from __future__ import annotations

import asyncio
from datetime import datetime

from aiohttp import web
from sqlalchemy.orm import Session

from front_door.resident.chatting import PATH
from front_door.resident.door import ReferralDoor, Seen
from referrals import handling
from referrals.live import may_leave
from referrals.resident_copy import COPIED, Copy, CopyWords, copy_of
from referrals.withdrawal import RESIDENT

FILE_NAME = "copy.pdf"  # says nothing of what it is about


class CopyingRoutes:
    """GET /referral/copy and /referral/copy.pdf."""

    def __init__(self, door: ReferralDoor, words: CopyWords) -> None:
        self._door = door
        self._words = words

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/copy", self.page), web.get(f"{PATH}/copy.pdf", self.pdf)]

    async def page(self, request: web.Request) -> web.Response:
        """The copy in reading order."""
        seen = await self._door.seen(request)
        made = await self._made(seen, "page")
        return (
            self._elsewhere(seen) if made is None else self._door.show(request, "referral_copy.html", seen, copy=made)
        )

    async def pdf(self, request: web.Request) -> web.Response:
        """The same as a file."""
        seen = await self._door.seen(request)
        made = await self._made(seen, "pdf")
        if made is None:
            return self._elsewhere(seen)
        body = await asyncio.to_thread(made.as_pdf, self._door.packet_words)
        headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def _made(self, seen: Seen, form: str) -> Copy | None:
        if seen.referral is None or not seen.trusted:
            return None
        return await self._door.run(self._make, seen.referral.reference, form, self._door.now)

    def _make(self, session: Session, reference: str, form: str, now: datetime) -> Copy | None:
        referral = handling.find(session, reference)
        if referral is None or not may_leave(referral):
            return None
        handling.note(session, referral, who=RESIDENT, what=COPIED, now=now, detail=form)
        return copy_of(referral, self._door.packet_words, self._words, now)

    def _elsewhere(self, seen: Seen) -> web.Response:
        return self._door.back("person" if seen.referral is not None and not seen.trusted else "")
