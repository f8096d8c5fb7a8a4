"""Does anything grow? Memory after 2,000 turns and after 20,000."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp

from bench.assistant import Assistant
from bench.load import play
from bench.machine import Processes
from bench.options import TURNS
from bench.people import Script

MARKS = (2_000, 20_000)  # turns
AT_ONCE = 16


async def measure(assistant: Assistant, scripts: tuple[Script, ...], say: Callable[[str], None]) -> dict[str, Any]:
    """Memory (MB, PSS) by process at each mark, and the ratio of the sums."""
    found: dict[str, dict[str, float]] = {}
    turns = failures = 0
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for mark in MARKS:
            played = await play(lambda: assistant.door(http), scripts, (mark - turns) // TURNS, AT_ONCE, TURNS)
            turns += played.turns
            failures += len(played.failures)
            found[str(mark)] = Processes.now(assistant.pids()).memory()
            say(f"after {turns} turns: {found[str(mark)]}")
    first, last = (sum(found[str(mark)].values()) for mark in MARKS)
    return {"memory_mb": found, "turns": turns, "failures": failures, "ratio": round(last / first, 3)}
