"""Lets a request wait until something was said in its conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

_ELSEWHERE = 0.5  # seconds between looks for what another process said


class News:
    """`tell(conversation)` wakes everybody who waits for it; `close()` wakes everybody at shutdown."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}
        self._waiting: dict[str, int] = {}
        self._closed = False

    def tell(self, conversation: str) -> None:
        if event := self._events.pop(conversation, None):
            event.set()

    def close(self) -> None:
        self._closed = True
        for conversation in list(self._events):
            self.tell(conversation)

    async def wait(self, conversation: str, seconds: float, done: Callable[[], Awaitable[bool]]) -> bool:
        """Wait until `done()` is true, at most `seconds`; `done` is asked again after each piece of news."""
        end = time.monotonic() + seconds
        self._waiting[conversation] = self._waiting.get(conversation, 0) + 1
        try:
            while True:
                event = self._events.setdefault(conversation, asyncio.Event())
                if await done():
                    return True
                left = end - time.monotonic()
                if left <= 0 or self._closed:
                    return False
                try:
                    await asyncio.wait_for(event.wait(), min(left, _ELSEWHERE))
                except asyncio.TimeoutError:
                    continue
        finally:
            self._waiting[conversation] -= 1
            if not self._waiting[conversation]:
                del self._waiting[conversation]
                self._events.pop(conversation, None)
