"""A life in danger while Rasa is dead: how long until the crisis numbers are there."""

from __future__ import annotations

import time
from typing import Any

import aiohttp

from bench.assistant import Assistant
from bench.doors import FrontDoor
from bench.figures import percentile
from bench.people import Said

NUMBER = "999"


async def measure(assistant: Assistant, danger: str, times: int) -> dict[str, Any]:
    """Seconds until a reply named 999, for `times` people one after the other, while Rasa is kept dead; `answered` of them had one."""
    taken, answered = [], 0
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for _ in range(times):
            door: FrontDoor = assistant.door(http)
            await door.open()
            assistant.kill_rasa()
            began = time.perf_counter()
            heard = await door.say(Said(danger), settled=False)
            taken.append(time.perf_counter() - began)
            answered += NUMBER in heard.text
    return {
        "median_s": round(percentile(taken, 0.5), 2),
        "worst_s": round(max(taken), 2),
        "answered": f"{answered} of {times}",
    }
