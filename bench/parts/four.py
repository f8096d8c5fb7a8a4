"""One impatient person: four messages sent at once, answered in order."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp

from bench.assistant import Assistant
from bench.doors import FrontDoor
from bench.figures import percentile
from bench.people import Said

MESSAGES = ("im so lonely", "i live in Shepshed", "who sees this?", "are you open now?")


async def measure(assistant: Assistant, times: int) -> dict[str, Any]:
    """Milliseconds until the last of the four was answered (median and worst of `times`), and how often the order was kept."""
    lasts, in_order = [], 0
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for _ in range(times):
            door = assistant.door(http)
            await door.open()
            await door.say(Said("hello"))
            answered = await asyncio.gather(*(_timed(door, text) for text in MESSAGES))
            lasts.append(max(answered))
            in_order += answered == sorted(answered)
    return {
        "median_ms": round(percentile(lasts, 0.5) * 1000, 1),
        "worst_ms": round(max(lasts) * 1000, 1),
        "in_order": f"{in_order} of {times}",
    }


async def _timed(door: FrontDoor, text: str) -> float:
    began = time.perf_counter()
    await door.say(Said(text))
    return time.perf_counter() - began
