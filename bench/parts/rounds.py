"""Conversations at 1, 8, 32 and 128 at once, on our assistant or on stock Rasa."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import aiohttp

from bench.doors import Door
from bench.figures import round_figures
from bench.load import play
from bench.machine import Processes
from bench.options import TURNS
from bench.people import Script


async def measure(
    make_door: Callable[[aiohttp.ClientSession], Door],
    scripts: Sequence[Script],
    rounds: Sequence[tuple[int, int]],
    pids: Callable[[], dict[str, int]],
    say: Callable[[str], None],
) -> dict[str, Any]:
    """The figures of each round, by conversations at once. One conversation goes before, so that nobody pays for what is read only once."""
    found: dict[str, Any] = {}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        await play(lambda: make_door(http), scripts, len(scripts), 1, TURNS)
        for at_once, conversations in rounds:
            before = Processes.now(pids())
            played = await play(lambda: make_door(http), scripts, conversations, at_once, TURNS)
            found[str(at_once)] = round_figures(played, before.used_since(), before.memory())
            say(f"{at_once} at once: {found[str(at_once)]['turns_a_second']} turns/s")
    return found
