"""What a message costs late in a conversation: turns 5, 50, 100 and 500 of the same one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import aiohttp

from bench.assistant import Assistant
from bench.load import Played, one
from bench.machine import Processes
from bench.people import Heard, Person, Script

# Messages from first words to "start again": a whole circle is measured, so that the same messages are compared.
CIRCLE = 6
Turn = tuple[float, dict[str, float]]  # seconds until it was answered; processor seconds by process


async def measure(assistant: Assistant, script: Script, marks: Sequence[int], conversations: int) -> dict[str, Any]:
    """At each mark, over the circle that follows it in each conversation: ms a message (median, mean), and processor ms by process.

    The first circle is left out; the mark 5 is the circle from message 7 on.
    """
    talks = [await talk(assistant, script, max(marks) + 2 * CIRCLE) for _ in range(conversations)]
    found: dict[str, dict[str, Any]] = {}
    for mark in marks:
        begin = max(CIRCLE, (mark + CIRCLE - 1) // CIRCLE * CIRCLE)
        turns = [turn for talk in talks for turn in talk[begin : begin + CIRCLE]]
        times = [seconds * 1000 for seconds, _ in turns]
        used = {
            name: round(statistics.mean(part[name] for _, part in turns) * 1000, 1)
            for name in turns[0][1]
            if name != "supervisor"
        }
        found[str(mark)] = {
            "median_ms": round(statistics.median(times), 1),
            "mean_ms": round(statistics.mean(times), 1),
            "cpu_ms": used,
            "cpu_ms_together": round(sum(used.values()), 1),
        }
    first = found[str(marks[0])]
    ratios = {
        name: {mark: round(one[name] / first[name], 2) for mark, one in found.items()}
        for name in ("median_ms", "mean_ms", "cpu_ms_together")
    }
    return {"turns": found, "times_the_first": ratios}


async def talk(assistant: Assistant, script: Script, turns: int) -> list[Turn]:
    """One conversation of that many messages, circle after circle. Raises Failed."""
    pids, used, played = assistant.pids(), [], Played()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        door, person = assistant.door(http), Person(script)
        heard: Heard | None = None
        await door.open()
        while played.turns < turns:
            if person.said == CIRCLE:
                person.start_again()
                heard = None  # a new circle begins with the script's first words, whatever was asked
            before = Processes.now(pids)
            heard = await one(door, person, heard, played)
            used.append(before.used_since())
    return list(zip(played.latencies, used, strict=True))
