"""Watches over messages that have no answer yet, so that nobody waits in silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from front_door.timing import Timing

logger = logging.getLogger(__name__)
Break = Callable[[str, str, bool], Awaitable[bool]]


class SilenceWatch:
    """Calls `break_silence(message, conversation, patience_over)` when a message has waited too long, and again every half
    second until it returns True or the message is done. patience_over: the wait is long even for a busy, healthy bot.
    """

    def __init__(self, timing: Timing, break_silence: Break) -> None:
        self._timing = timing
        self._break = break_silence
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._waiting: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def watched(self) -> int:
        return len(self._waiting)

    @property
    def messages(self) -> list[str]:
        return list(self._waiting)

    def watch(self, message: str, conversation: str, waited: float = 0.0) -> None:
        """Watch a message that has waited for `waited` seconds already. One that is watched already stays as it is."""
        if message in self._waiting:
            return
        self._waiting.add(message)
        self._arm(message, conversation, waited, max(0.0, self._timing.break_silence - waited))

    def done(self, message: str) -> None:
        self._waiting.discard(message)
        if timer := self._timers.pop(message, None):
            timer.cancel()

    def close(self) -> None:
        for message in list(self._waiting):
            self.done(message)

    def _arm(self, message: str, conversation: str, waited: float, delay: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[message] = loop.call_later(delay, self._fire, message, conversation, waited + delay)

    def _fire(self, message: str, conversation: str, waited: float) -> None:
        self._timers.pop(message, None)
        task = asyncio.create_task(self._speak(message, conversation, waited))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _speak(self, message: str, conversation: str, waited: float) -> None:
        try:
            over = await self._break(message, conversation, waited >= self._timing.busy_silence)
        except SQLAlchemyError as error:
            logger.error("conversation %s: database: %s", conversation, type(error).__name__)
            over = False
        if not over and message in self._waiting:
            self._arm(message, conversation, waited, min(0.5, self._timing.break_silence))
