"""Red flags in posts that were refused: written down beside the reply, which never waits for it, and tried until it works."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from common.database import Database
from front_door.safeguarding.recording import record_refused

logger = logging.getLogger(__name__)
PATIENCE = 0.1  # seconds for which a reply lets it be done first, so that hardly any is lost to a kill
MOST = 1000  # that may wait at once
RETRY = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between tries; the last one again and again


@dataclass
class Unsaved:
    """Keeps what could not be stored in memory until it is written, or the process ends."""

    db: Database
    retry: Sequence[float] = RETRY
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def keep(
        self,
        flags: Sequence[str],
        *,
        words: str,
        now: datetime,
        session_digest: str,
        post_key: str,
        reply_shown: str,
    ) -> None:
        """Begin to write the flags of one refused post; returns when that is done or after PATIENCE."""
        if len(self._tasks) >= MOST:
            logger.error("a red flag of a refused message could not be kept: too many wait")
            return
        task = asyncio.create_task(self._write(flags, words, now, session_digest, post_key, reply_shown))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=PATIENCE)

    async def close(self, seconds: float) -> None:
        """Give what still waits some time."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                logger.error("%d red flags of refused messages could not be written down", len(late))

    async def _write(
        self, flags: Sequence[str], words: str, now: datetime, session_digest: str, post_key: str, reply_shown: str
    ) -> None:
        tries = 0
        while True:
            try:
                await self.db.run(
                    record_refused,
                    flags,
                    words=words,
                    channel="web",
                    now=now,
                    session_digest=session_digest,
                    post_key=post_key,
                    reply_shown=reply_shown,
                )
                return
            except IntegrityError:
                continue  # the same post was written by another worker meanwhile: look again
            except SQLAlchemyError as error:
                logger.error("a red flag could not be recorded yet: %s", type(error).__name__)
            await asyncio.sleep(self.retry[min(tries, len(self.retry) - 1)])
            tries += 1
