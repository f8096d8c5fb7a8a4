"""The session of a request and what may be shown of its conversation."""

from __future__ import annotations

from aiohttp import web

from common.clock import Clock
from common.database import Database
from front_door.timing import Pace
from front_door.web.sessions import Sessions
from front_door.web.transcript import Transcript, read_transcript


class Reading:
    """Reads transcripts, with the limits of `pace`."""

    def __init__(self, db: Database, sessions: Sessions, clock: Clock, pace: Pace) -> None:
        self._db = db
        self._sessions = sessions
        self._clock = clock
        self._pace = pace

    async def of(self, request: web.Request, after: int = 0) -> tuple[str | None, Transcript]:
        """(token of the request's cookie or None, its transcript after line `after`)."""
        token = self._sessions.read(request)
        return token, await self.by(token, after) if token else Transcript()

    async def by(self, token: str, after: int = 0) -> Transcript:
        """The transcript of a session's token, see `read_transcript`."""
        timing, limits = self._pace.timing, self._pace.limits
        return await self._db.read(
            read_transcript,
            self._sessions.digest(token),
            self._clock.now(),
            timing.session_idle,
            limits.transcript_lines,
            after,
        )


def line_number(request: web.Request) -> int:
    """The `after` of the query: the last line that the page shows; 0 when it is missing or nonsense."""
    raw = request.query.get("after", "0")
    return int(raw) if raw.isdecimal() and len(raw) < 9 else 0
