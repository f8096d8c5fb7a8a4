"""Texts that never reached the webhook: the provider's own list is read every few minutes, and what is new is taken in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from common.clock import Clock
from common.database import Database
from front_door.faults import where
from front_door.inbox import Accepted
from front_door.sms import seen
from front_door.sms.provider import ReceivedText, SmsProvider
from front_door.timing import Timing

logger = logging.getLogger(__name__)


class MissedTexts:
    """The reading loop of one process. `take` is the webhook's own way in, so that a missed text is screened for danger,
    stored, answered and kept from being taken twice like any other.
    """

    def __init__(
        self,
        db: Database,
        provider: SmsProvider,
        take: Callable[[ReceivedText], Awaitable[Accepted]],
        clock: Clock,
        timing: Timing,
    ) -> None:
        self._db = db
        self._provider = provider
        self._take = take
        self._clock = clock
        self._timing = timing
        self._read_up_to: datetime | None = None
        self._made_at: datetime | None = None
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Note the last text known before anything new comes in, then look at once and again and again."""
        self._made_at = await self._db.run(seen.begin, self._clock.now())
        self._read_up_to = await self._db.read(seen.last_known)
        self._loop = asyncio.create_task(self._for_ever())

    async def stop(self) -> None:
        """Stop looking. A text that is being taken in is either stored or read from the list next time."""
        if self._loop:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop

    async def look(self) -> int:
        """Read the list once and take in what is new, oldest first; returns how many texts were.

        It looks back to the last successful look (at first: to the last text known) and a bit further, at most
        `missed_back`, and never to before this database was made. When the list cannot be read, or a text not be stored, the next look begins at the same point.
        """
        now = self._clock.now()
        furthest = now - self._timing.missed_back
        since = max(furthest, self._read_up_to - self._timing.missed_overlap) if self._read_up_to else furthest
        listed = await self._provider.received_since(since)
        if listed is None:
            logger.warning("the provider's list of texts could not be read")
            return 0
        new = await self._db.read(seen.unseen, {text.provider_id for text in listed})
        taken, whole = 0, True
        for text in listed:
            if text.provider_id in new and not self._from_before(text):
                try:
                    taken += (await self._take(text)).outcome != "repeated"
                except SQLAlchemyError:
                    raise  # the database is in trouble, and so would be the rest
                except Exception as error:  # one text that cannot be taken in must not keep back all others
                    logger.error("a missed text could not be taken in: %s", where(error))
                    whole = False
        await self._db.run(seen.forget, now)
        if whole:
            self._read_up_to = now
        if taken:
            logger.warning("texts that the webhook had missed: %d", taken)
        return taken

    def _from_before(self, text: ReceivedText) -> bool:
        """Whether it came before this database was made. Providers write whole seconds."""
        made = self._made_at.replace(microsecond=0) if self._made_at else None
        return bool(made and text.received_at and text.received_at < made)

    async def _for_ever(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # one bad look must not be the last one
                logger.error("missed texts: %s", where(error))
            await asyncio.sleep(self._timing.missed)
