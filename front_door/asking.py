"""Asking the bot: not too many at once, not at all while it is known to be down, and knowing whether it is the trouble."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from front_door.bot_client import BotFailed, Reply
from front_door.bot_fleet import BotFleet
from front_door.breaker import Breaker
from front_door.claiming import Turn
from front_door.moving.late import arrived
from front_door.takeover.keeping import CALL_BACK
from front_door.timing import Timing
from front_door.words import Words

_FRESH = 1.5  # seconds for which one good answer shows that the bot is well


class Asker:
    """`ask(turn)` gives the bot's replies or raises BotFailed; `recovered` is True right after the answer that closed the
    breaker.
    """

    def __init__(self, bot: BotFleet, words: Words, timing: Timing) -> None:
        self._bot = bot
        self._words = words
        self._timing = timing
        self.breaker = Breaker(timing.breaker_failures, timing.breaker_pause)
        self._room = asyncio.Semaphore(timing.bot_calls_at_once)
        self._began: dict[str, float] = {}

    async def ask(self, turn: Turn) -> tuple[list[Reply], bool]:
        """(replies, recovered)."""
        if not self.breaker.allow():
            raise BotFailed("breaker open")
        async with self._room:
            self._began[turn.conversation] = time.monotonic()
            try:
                replies = await self._bot.turn(
                    conversation=turn.conversation,
                    message_id=turn.id,
                    text=self._words.talk_to_a_person if CALL_BACK in turn.kinds else turn.text,
                    choice=turn.choice,
                    channel=turn.channel,
                    metadata=turn.metadata,
                )
            except BotFailed:
                self.breaker.failed()
                raise
            finally:
                self._began.pop(turn.conversation, None)
        recovered = self.breaker.is_open
        self.breaker.succeeded()
        if "picture" in turn.kinds:
            replies = [replace(replies[0], text=f"{self._words.picture}\n{replies[0].text}"), *replies[1:]]
        return arrived(turn.kinds, replies, self._words.moving), recovered

    def troubled(self, conversation: str) -> bool:
        """True when a wait is the bot's fault, not that of a long queue before a healthy bot."""
        began = self._began.get(conversation)
        hangs = began is not None and time.monotonic() - began > self._timing.break_silence / 2
        return hangs or self.breaker.troubled or not self.breaker.succeeded_within(_FRESH)

    async def may_try_again(self) -> bool:
        """True when the breaker is open, its pause is over and the bot says that it is ready."""
        return self.breaker.trial_due and await self._bot.ready()
