"""Sends the texts of the outbox: each once, as far as that can be known, and crisis texts at least once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from common.clock import Clock
from common.database import Database
from front_door.sms import sending
from front_door.sms.provider import Sent, SmsProvider
from front_door.sms.sending import Outgoing
from front_door.timing import SendTiming

logger = logging.getLogger(__name__)
NOT_CARRIED = "words not carried"


class Outbox:
    """The sending loop of one process. `wake()` when a text was queued; else it looks every `poll` seconds."""

    def __init__(self, db: Database, provider: SmsProvider, clock: Clock, timing: SendTiming, owner: str) -> None:
        self._db = db
        self._provider = provider
        self._clock = clock
        self._timing = timing
        self._owner = owner
        self._news = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        self._news.set()

    async def start(self) -> None:
        if self._db.engine.dialect.name == "sqlite":  # one file, one sender
            await self._db.run(sending.free_abandoned, self._clock.now())
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Take nothing new; sends under way are cut off after their own time limit and looked up by the next process."""
        if self._loop:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._sending:
            await asyncio.wait(self._sending, timeout=self._timing.call)
        await self._provider.close()

    async def _run(self) -> None:
        while True:
            self._news.clear()
            try:
                room = len(self._sending) < self._timing.at_once
                due = await self._db.run(sending.take_due, self._owner, self._clock.now(), self._timing) if room else []
            except SQLAlchemyError as error:
                logger.error("outbox: database: %s", type(error).__name__)
                due = []
            for text in due:
                task = asyncio.create_task(self._send(text))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            # Not wait_for: in Python 3.11 it can swallow the cancellation that stops this loop.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timing.poll):
                    await self._news.wait()

    async def _send(self, text: Outgoing) -> None:
        try:
            sent = await self._once(text)
        except Exception as error:  # a fault of ours must not lose track of a text that may have gone out
            logger.error("text %s: %s", text.id, type(error).__name__)
            sent = Sent("unknown", error=type(error).__name__)
        if sent.outcome != "sent":
            logger.warning("text %s: %s (%s)", text.id, sent.outcome, sent.error)
        try:
            await self._db.run(sending.record, text, sent, self._clock.now(), self._timing)
        except SQLAlchemyError as error:
            logger.error("text %s: database: %s", text.id, type(error).__name__)  # its lease runs out: looked up then
        self.wake()

    async def _once(self, text: Outgoing) -> Sent:
        if text.look_up and text.tried_at is not None:
            found = await self._provider.find_sent(text.to, text.body, text.id, text.tried_at)
            if found is None and not text.crisis:
                return Sent("unknown", error="no look-up")
            fresh = await self._unaccounted(found or [])
            if fresh:
                return Sent("sent", fresh[0])
        if not text.crisis and not self._provider.carries(text.body):
            return Sent("failed", error=NOT_CARRIED)  # of a crisis reply the phone numbers arrive at least
        if self._clock.now() + timedelta(seconds=self._timing.call) > text.until:
            # This process stood still for so long that another may take the text while we send it. It is left to that one.
            return Sent("unknown", error="too late to send")
        return await self._provider.send(text.to, text.body, text.id)

    async def _unaccounted(self, provider_ids: list[str]) -> list[str]:
        known = await self._db.read(sending.known_ids, provider_ids) if provider_ids else set()
        return [sid for sid in provider_ids if sid not in known]
