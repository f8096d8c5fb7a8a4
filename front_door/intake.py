"""Messages are taken in: stored, watched over, and their turn started when it was claimed with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from front_door.claiming import Lease, Turn
from front_door.inbox import Accepted, WebPost, accept_web
from front_door.news import News
from front_door.saying import Voice
from front_door.silence import SilenceWatch
from front_door.timing import Timing

T = TypeVar("T")
P = ParamSpec("P")


class Intake:
    """`run(conversation, turn)` is called for a turn that this process now holds."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        timing: Timing,
        lease: Lease,
        silence: SilenceWatch,
        news: News,
        run: Callable[[str, Turn], None],
        voice: Voice,
    ) -> None:
        self._db = db
        self._clock = clock
        self._timing = timing
        self._lease = lease
        self._silence = silence
        self._news = news
        self._run = run
        self._voice = voice

    async def submit_web(self, post: WebPost, may_open: bool) -> Accepted:
        """Store a web message and start its turn. Raises SQLAlchemyError or TimeoutError when it could not be stored in
        time (a post stored after all is found again by its id when the resident sends it again).
        """
        now = self._clock.now()
        storing = asyncio.ensure_future(
            self.store(accept_web, post, self._lease, now, may_open, self._timing.session_idle, self._voice)
        )
        storing.add_done_callback(self._stored)
        async with asyncio.timeout(self._timing.store):
            return await asyncio.shield(storing)

    async def store(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a storing transaction; once more when another process made the same row first."""
        try:
            return await self._db.run(function, *args, **kwargs)
        except IntegrityError:
            return await self._db.run(function, *args, **kwargs)

    def _stored(self, done: asyncio.Future[Accepted]) -> None:
        if not done.cancelled() and done.exception() is None:
            accepted = done.result()
            if accepted.outcome == "stored" and accepted.message:
                self._news.expect(accepted.message)
            self.begin(accepted)

    def begin(self, accepted: Accepted) -> None:
        """Watch over a message that was just stored, and run its turn when it was claimed with it."""
        if accepted.outcome == "stored" and accepted.message and accepted.conversation:
            self._silence.watch(accepted.message, accepted.conversation)
        if accepted.turn:
            self._run(accepted.turn.conversation, accepted.turn)
