"""The safety screen as the front door uses it: it reads every raw text first, and answers without the bot if it must."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Protocol

from assessment.answers import young
from common.clock import Clock
from front_door.faults import where

logger = logging.getLogger(__name__)


class Screen(Protocol):
    """`safety.screen.Screen`: `check(text)` gives findings, each with a `flag`."""

    def check(self, text: str) -> Sequence[Any]: ...


class Replies(Protocol):
    """`safety.replies.Replies`: the whole crisis reply for some flags, from confirmed contacts."""

    def for_flags(
        self,
        flags: Sequence[str],
        *,
        area: str | None,
        channel: Any,
        is_open: Callable[[str], bool | None],
        young: bool = False,
    ) -> str: ...


class CrisisReplies:
    """The crisis reply for flags found by whomever, as of now: also for the desk, where staff join a chat in danger."""

    def __init__(
        self, replies: Replies, clock: Clock, is_open: Callable[[str, datetime], bool | None], fallback: str
    ) -> None:
        self._replies, self._clock, self._is_open, self._fallback = replies, clock, is_open, fallback

    def reply(self, flags: Sequence[str], area: str | None, channel: str, text: str = "") -> str:
        """The whole crisis reply for `flags`, with the words for young people when `text` says that a child writes; the fallback words should that fail, because silence would be worse."""
        now = self._clock.now()
        try:
            return self._replies.for_flags(
                flags,
                area=area,
                channel=channel,
                is_open=lambda hours: self._is_open(hours, now),
                young=young(text),
            )
        except Exception as error:
            logger.error("no crisis reply for %s: %s", ", ".join(flags), where(error))
            return self._fallback


class Screening:
    """Runs the screen off the event loop, one text at a time (its matcher is not made for several threads)."""

    def __init__(
        self,
        screen: Screen,
        replies: Replies,
        clock: Clock,
        is_open: Callable[[str, datetime], bool | None],
        fallback: str,
    ) -> None:
        self._screen = screen
        self.reply = CrisisReplies(replies, clock, is_open, fallback).reply
        self._thread = ThreadPoolExecutor(1, "screen")

    async def flags(self, text: str) -> tuple[str, ...]:
        """The red flags in `text`, each once, in the order found. A screen that breaks is logged and finds nothing:
        the message still goes to the bot, which has the same screen.
        """
        if not text.strip():
            return ()
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._screen.check, text)
        except Exception as error:
            logger.error("the safety screen failed: %s", type(error).__name__)
            return ()
        return tuple(dict.fromkeys(finding.flag for finding in found))

    def close(self) -> None:
        self._thread.shutdown()
