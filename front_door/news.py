"""Lets a request wait for the reply to its message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from front_door.model import Message

_ELSEWHERE = 0.5  # seconds between looks for what another process said


@dataclass(frozen=True)
class Heard:
    """What was said to one message so far, and whether its reply is still owed."""

    said: Sequence[Message]
    owed: bool


class News:
    """The common case needs no look into the database: who stored a message says `expect`, who answered it `answered`.

    `tell` wakes those who wait for anything else in a conversation; `close` wakes everybody at shutdown.
    """

    def __init__(self) -> None:
        self._expected: dict[str, asyncio.Future[Heard]] = {}
        self._events: dict[str, asyncio.Event] = {}
        self._waiting: dict[str, int] = {}
        self._closed = False

    def expect(self, message: str) -> None:
        self._expected[message] = asyncio.get_running_loop().create_future()

    def answered(self, message: str, said: Sequence[Message]) -> None:
        expected = self._expected.pop(message, None)
        if expected is not None and not expected.done():
            expected.set_result(Heard(said, False))

    def forget(self, message: str) -> None:
        """Another process answered it: who waits looks into the database."""
        self._expected.pop(message, None)

    def tell(self, conversation: str) -> None:
        if event := self._events.pop(conversation, None):
            event.set()

    def close(self) -> None:
        self._closed = True
        for conversation in list(self._events):
            self.tell(conversation)

    async def wait(
        self, conversation: str, message: str, seconds: float, look: Callable[[], Awaitable[Heard]]
    ) -> Heard:
        """The reply to `message`, or what there is of it after `seconds`. `look()` reads it from the database: at once when
        this process does not expect it, else after news of the conversation and every half second.
        """
        expected = self._expected.get(message)
        end = time.monotonic() + seconds
        self._waiting[conversation] = self._waiting.get(conversation, 0) + 1
        try:
            heard = Heard((), True) if expected else await look()
            while not heard.said and heard.owed and not self._closed and (left := end - time.monotonic()) > 0:
                event = asyncio.ensure_future(self._events.setdefault(conversation, asyncio.Event()).wait())
                hopes: list[asyncio.Future[Any]] = [event, *([expected] if expected else [])]
                await asyncio.wait(hopes, timeout=min(left, _ELSEWHERE), return_when=asyncio.FIRST_COMPLETED)
                event.cancel()
                heard = expected.result() if expected and expected.done() else await look()
            return heard
        finally:
            self._waiting[conversation] -= 1
            if not self._waiting[conversation]:
                del self._waiting[conversation]
                self._events.pop(conversation, None)
