"""Several bots behind one front door: each conversation has a bot of its own, and moves when that one is gone."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from front_door.bot_client import BotClient, BotFailed, BotGone, Reply


class BotFleet:
    """Used like one `BotClient`. Which bot owns a conversation is the same in every front door and after every restart
    (rendezvous hashing: when a bot is added or lost, only its share of the conversations moves).

    pause: seconds for which a bot that was gone or hung is passed over. What a conversation remembers lies in the database,
    and a message id is saved there once, so a bot that comes back from a long stop cannot answer a moved turn again.
    """

    def __init__(self, bots: Sequence[BotClient], pause: float, now: Callable[[], float] = time.monotonic) -> None:
        if not bots:
            raise ValueError("a fleet has at least one bot")
        self._bots = tuple(bots)
        self._pause = pause
        self._now = now
        self._down_until = [0.0] * len(self._bots)

    async def turn(self, *, conversation: str, **turn: Any) -> list[Reply]:
        """As `BotClient.turn`, by the conversation's own bot, or by the next in line when that one is gone.

        A bot that is there and could not do the turn (its actions or the database failed) raises BotFailed at once:
        another one would fail alike, and the engine tries again later.
        """
        failure = BotFailed("no bot")
        for index in self._line(conversation):
            try:
                replies = await self._bots[index].turn(conversation=conversation, **turn)
            except BotGone as error:
                self._down_until[index] = self._now() + self._pause
                failure = error
                if error.hung:  # the resident has waited long enough: the next try goes elsewhere
                    raise
            else:
                self._down_until[index] = 0.0
                return replies
        raise failure

    async def ready(self, seconds: float = 1.0) -> bool:
        """True when any bot can take messages."""
        return any(await asyncio.gather(*(bot.ready(seconds) for bot in self._bots)))

    def owner(self, conversation: str) -> int:
        """The index of the bot that a turn of this conversation is given to first, now."""
        return self._line(conversation)[0]

    def _line(self, conversation: str) -> list[int]:
        now = self._now()
        ranked = sorted(range(len(self._bots)), key=lambda index: _weight(conversation, index), reverse=True)
        # When all are down, all are tried: nobody is refused because of what was true a moment ago.
        return sorted(ranked, key=lambda index: self._down_until[index] > now)


def _weight(conversation: str, index: int) -> bytes:
    return hashlib.blake2b(f"{index}:{conversation}".encode(), digest_size=8).digest()
