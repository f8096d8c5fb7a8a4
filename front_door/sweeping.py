"""What a worker finds when it looks at the database now and then, because other workers come, go and die beside it."""

from __future__ import annotations

import time
from datetime import datetime

from common.clock import Clock
from common.database import Database
from front_door import claiming
from front_door.news import News
from front_door.silence import SilenceWatch


class Sweep:
    """Takes up what a dead worker left, and lets go of what another worker has answered (every `settle` seconds)."""

    def __init__(self, db: Database, clock: Clock, silence: SilenceWatch, news: News, settle: float) -> None:
        self._every = settle
        self._db = db
        self._clock = clock
        self._silence = silence
        self._news = news
        self._settled_at = time.monotonic()

    async def watch_everything(self) -> None:
        """At the start: whatever waits is watched, whoever took it in."""
        self._watch(await self._db.read(claiming.waiting_messages))

    async def abandoned(self) -> list[str]:
        """Conversations with messages that wait and that nobody works on. From now on these messages are watched here too: who
        took them in may be dead, and danger in them must not wait for a bot.
        """
        found = await self._db.read(claiming.unanswered, self._clock.now())
        if found:
            self._watch(await self._db.read(claiming.waiting_messages, found))
        return found

    async def settle(self) -> None:
        """Every few seconds: stop waiting for messages that another worker has answered."""
        watched = self._silence.messages
        if not watched or time.monotonic() - self._settled_at < self._every:
            return
        self._settled_at = time.monotonic()
        for message in await self._db.read(claiming.settled, watched):
            self._silence.done(message)
            self._news.forget(message)

    def _watch(self, waiting: list[tuple[str, str, datetime]]) -> None:
        now = self._clock.now()
        for message, conversation, arrived in waiting:
            self._silence.watch(message, conversation, (now - arrived).total_seconds())
