"""Many residents at once, each sending the next message as soon as the last one is answered."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.doors import Door, Failed
from bench.people import Heard, Person, Script

REFERENCE = re.compile(r"Your reference is ([A-Z0-9-]+)")


@dataclass
class Played:
    """What became of a number of conversations. latencies: seconds from sending a message to its last reply, in the order of answering.

    seconds: from the first message to the last reply of all. searches: replies that showed services.
    """

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    searches: int = 0
    referrals: int = 0

    @property
    def turns(self) -> int:
        return len(self.latencies)

    @property
    def turns_a_second(self) -> float:
        return self.turns / self.seconds if self.seconds else 0.0


async def converse(door: Door, script: Script, turns: int, played: Played) -> None:
    """One conversation of `turns` messages; a message that fails ends it."""
    person, heard = Person(script), None
    try:
        await door.open()
        for _ in range(turns):
            heard = await one(door, person, heard, played)
    except Failed as failure:
        played.failures.append(str(failure))


async def one(door: Door, person: Person, heard: Heard | None, played: Played) -> Heard:
    """The next message of somebody, timed. Raises Failed."""
    said = person.next(heard)
    began = time.perf_counter()
    heard = await door.say(said)
    played.latencies.append(time.perf_counter() - began)
    played.searches += heard.services
    played.referrals += bool(REFERENCE.search(heard.text))
    return heard


async def play(
    make_door: Callable[[], Door], scripts: Sequence[Script], conversations: int, at_once: int, turns: int
) -> Played:
    """`conversations` of `turns` messages each, `at_once` at a time, the scripts taken in turn."""
    played, waiting = Played(), iter(range(conversations))

    async def worker() -> None:
        for number in waiting:
            await converse(make_door(), scripts[number % len(scripts)], turns, played)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(min(at_once, conversations))))
    played.seconds = time.perf_counter() - began
    return played
