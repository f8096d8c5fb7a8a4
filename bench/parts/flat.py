"""What a message costs late in a conversation: turns 5, 50, 100 and 500 of the same one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import aiohttp

from bench.assistant import Assistant
from bench.load import Played, one
from bench.machine import processor_seconds
from bench.people import Heard, Person, Script

CIRCLE = (
    6  # messages from first words to "start again": a whole circle is measured, so that the same messages are compared
)


async def measure(assistant: Assistant, script: Script, marks: Sequence[int]) -> dict[str, Any]:
    """At each mark, over the circle that follows it: the median message in ms, and the processor ms a message of the bot's process.

    The first circle is left out; the mark 5 is the circle from message 7 on.
    """
    pid = assistant.pids()["rasa"]
    used: list[float] = []
    played = Played()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        door, person, heard = assistant.door(http), Person(script), None
        await door.open()
        while played.turns < max(marks) + 2 * CIRCLE:
            if person.said == CIRCLE:
                person.start_again()
            before = processor_seconds(pid)
            heard = await circling(door, person, heard, played)
            used.append(processor_seconds(pid) - before)
    found = {}
    for mark in marks:
        begin = max(CIRCLE, (mark + CIRCLE - 1) // CIRCLE * CIRCLE)
        times, seconds = played.latencies[begin : begin + CIRCLE], used[begin : begin + CIRCLE]
        found[str(mark)] = {
            "median_ms": round(statistics.median(times) * 1000, 1),
            "mean_ms": round(statistics.mean(times) * 1000, 1),
            "rasa_cpu_ms_a_turn": round(statistics.mean(seconds) * 1000, 1),
        }
    first = found[str(marks[0])]
    return {"turns": found, "ratio_of_means": {m: round(f["mean_ms"] / first["mean_ms"], 2) for m, f in found.items()}}


async def circling(door: Any, person: Person, heard: Heard | None, played: Played) -> Heard:
    """The next message; one that begins a new circle is the script's first words, whatever was asked."""
    return await one(door, person, heard if person.said else None, played)
