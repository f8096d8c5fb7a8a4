"""What the pages about a referral share: whose browser it is, what it may see, and how posts are checked."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from common.settings import Settings
from front_door.model import Conversation
from front_door.resident import visits
from front_door.resident.chatting import PATH
from front_door.resident.checking import Checks, told_of_abuse
from front_door.resident.naming import plain_team
from front_door.resident.words import ResidentWords
from front_door.safeguarding.recording import record_flags
from front_door.screening import Screening
from front_door.sms.text_rules import Private
from front_door.web.limits import PerMinute
from front_door.web.pages import Pages, page
from front_door.web.posting import posted
from front_door.web.sessions import Sessions
from referrals.model import Referral
from referrals.status import StatusWords, sentence_case
from referrals.words import ReferralWords

logger = logging.getLogger(__name__)
POSTS_A_MINUTE = 30  # from one address
T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """What one request may see. referral: None for nothing; trusted: also what somebody near must not see or change."""

    token: str
    referral: Referral | None
    trusted: bool
    others: tuple[str, ...]

    @property
    def form(self) -> str:
        return self.referral.reference if self.referral else ""


class ReferralDoor:
    """Reads and answers requests; the routes say what is done."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        cipher: Cipher,
        sessions: Sessions,
        pages: Pages,
        screening: Screening,
        settings: Settings,
        words: ResidentWords,
        status: StatusWords,
        checks: Checks,
        private: Private,
        idle: timedelta,
    ) -> None:
        self.db, self.clock, self.words, self.status, self.checks = db, clock, words, status, checks
        self.idle, self.screening, self._private = idle, screening, private
        self.packet_words = ReferralWords.load(settings.data_dir).packet
        self._cipher, self._sessions, self._pages = cipher, sessions, pages
        self._posts = PerMinute(POSTS_A_MINUTE)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def digest(self, token: str) -> str:
        return self._sessions.digest(token)

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """`db.run`; 503 with our own page when the database fails."""
        try:
            return await self.db.run(work, *args)
        except SQLAlchemyError as error:
            logger.error("a page about a referral failed: %s", type(error).__name__)
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None

    async def seen(self, request: web.Request) -> Seen:
        """What this request may see."""
        token = self._sessions.read(request)
        if token is None:
            return Seen(self._sessions.fresh(), None, False, ())
        return await self.run(self.see, token)

    def see(self, session: Session, token: str) -> Seen:
        """The same, within a transaction."""
        visit = visits.current(session, self.digest(token), self.now, self.idle)
        trusted = visit.referral is not None and (visit.chat or not told_of_abuse(session, visit.referral))
        return Seen(token, visit.referral, trusted, visit.others)

    async def posted(self, request: web.Request) -> tuple[str, Mapping[str, str]]:
        """As `front_door.web.posting.posted`."""
        return await posted(request, self._sessions, self._posts)

    def team(self, seen: Seen) -> str:
        """What this browser may read that the team is called; "" without a referral. Somebody near may sit there."""
        if seen.referral is None:
            return ""
        return seen.referral.team if seen.trusted else plain_team(seen.referral, self.words, self._private)

    def is_about(self, seen: Seen, fields: Mapping[str, str]) -> bool:
        """Whether a post was made on a page about the referral that is open now: another tab may have opened another one."""
        which = fields.get("which", "").encode()
        return seen.referral is not None and hmac.compare_digest(self._which(seen).encode(), which)

    def show(self, request: web.Request, name: str, seen: Seen, status: int = 200, **context: object) -> web.Response:
        """One of our pages."""
        html = self._pages.about_referral(
            name,
            form_token=self._sessions.form_token(seen.token),
            which=self._which(seen),
            referral=seen.referral,
            others=seen.others,
            trusted=seen.trusted,
            team=sentence_case(self.team(seen)),
            **context,
        )
        response = page(html, status)
        self._sessions.give(request, response, seen.token)
        return response

    def back(self, said: str = "") -> web.Response:
        """To the page itself, which then says `said` (a name of words, never content)."""
        return web.Response(status=303, headers={"Location": f"{PATH}?said={said}" if said else PATH})

    async def danger(self, seen: Seen, text: str) -> str:
        """The crisis reply for what was typed here, written down as for any message; "" when there is none."""
        flags = await self.screening.flags(text)
        if not flags or seen.referral is None:
            return ""
        reply = self.screening.reply(flags, None, "web", text)
        await self.run(
            _keep, flags, text, seen.referral, self._cipher.digest(f"typed: {seen.token} {text}"), reply, self.now
        )
        return reply

    def _which(self, seen: Seen) -> str:
        return self._cipher.sign("referral form", f"{seen.token}\0{seen.form}") if seen.referral else ""


def _keep(
    session: Session, flags: Sequence[str], text: str, referral: Referral, source: str, reply: str, now: datetime
) -> None:
    """The same words again (read back, then saved) are one event."""
    talk = session.get(Conversation, referral.conversation)
    record_flags(
        session,
        flags,
        words=text,
        channel="web",
        now=now,
        source=source,
        conversation_id=talk.id if talk else None,
        reply_shown=reply,
    )
