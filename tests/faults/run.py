"""One run: so many conversations, so many faults, and the verdict."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

import aiohttp
from sqlalchemy import func, select

from bench.people import load_cast
from referrals.delivery import LEASE
from referrals.model import Referral
from tests.faults.judge import broken_rules, quiet
from tests.faults.kinds import KINDS
from tests.faults.residents import Ledger, by_text, on_the_web
from tests.faults.world import World
from tests.front_door.support import eventually

# A notice that a dead process held is free again after its lease; a clock may be 40 seconds behind.
SETTLE_SECONDS = LEASE.total_seconds() + 100
AT_ONCE = 24
FIRST_TEXTS = (
    "cant pay the leccy and me mum keeps falling, were in Hinckley",
    "im behind with my council tax and lonely, live in Syston",
    "need some help with food this week, Loughborough",
)


@dataclass
class Report:
    """What happened. Seconds are of the real clock."""

    seed: int
    conversations: int
    messages: int = 0
    referrals: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    first_word_p50: float = 0.0
    first_word_worst: float = 0.0
    answer_p50: float = 0.0
    answer_p99: float = 0.0
    answer_worst: float = 0.0
    broken: list[str] = field(default_factory=list)

    as_json = asdict


async def run(world: World, conversations: int, faults: int, seed: int, kinds: Sequence[str] = tuple(KINDS)) -> Report:
    """Half of the residents on the web, half by text, `AT_ONCE` at a time; faults spread over the whole run, each kind in turn."""
    chance, ledger, cast = random.Random(seed), Ledger(), load_cast()
    report = Report(seed, conversations)
    began = time.monotonic()
    numbers = iter(range(conversations))

    async def worker(http: aiohttp.ClientSession) -> None:
        for number in numbers:
            if number % 2:
                await by_text(world, http, FIRST_TEXTS[number // 2 % len(FIRST_TEXTS)], number // 2, ledger)
            else:
                await on_the_web(world, http, cast.people[number // 2 % len(cast.people)], number // 2, ledger)

    async def breaker() -> None:
        left = [kind for _ in range(-(-faults // len(kinds))) for kind in chance.sample(kinds, len(kinds))][:faults]
        for number, kind in enumerate(left, 1):
            # Spread over the run by what was answered, so that the last fault comes before the last resident.
            wanted = number * conversations // (faults + 2)
            await eventually(partial(ledger.ended, wanted), 3600)
            await KINDS[kind](world, chance)
            report.faults[kind] = report.faults.get(kind, 0) + 1

    connector = aiohttp.TCPConnector(limit=AT_ONCE * 2, force_close=True)
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        await asyncio.gather(breaker(), *(worker(http) for _ in range(min(AT_ONCE, conversations))))
    try:
        await eventually(lambda: world.db.read(quiet), SETTLE_SECONDS)
    except AssertionError:
        report.broken.append(f"not quiet after {SETTLE_SECONDS:.0f} s")
    report.seconds = time.monotonic() - began
    report.messages = len(ledger.acknowledged)
    report.restarts = {name: starts - 1 for name, starts in world.starts().items()}
    report.first_word_p50, report.first_word_worst = statistics.median(ledger.first_words), max(ledger.first_words)
    waits = sorted(ledger.waits)
    report.answer_p50, report.answer_p99, report.answer_worst = (
        waits[len(waits) // 2],
        waits[len(waits) * 99 // 100],
        waits[-1],
    )
    report.broken += broken_rules(world, ledger)
    report.referrals = _count_references(world)
    return report


def _count_references(world: World) -> int:
    with world.db.reading() as session:
        return int(session.scalar(select(func.count()).select_from(Referral)) or 0)


def table(report: Report) -> str:
    """For people."""
    counts = Counter(report.faults)
    lines = [f"{kind:28} {counts[kind]:4}" for kind in KINDS if counts[kind]]
    return "\n".join(
        [
            f"seed {report.seed}: {report.conversations} conversations, {report.messages} messages, {report.referrals} referrals, "
            f"{sum(counts.values())} faults in {report.seconds:.0f} s",
            *lines,
            f"started again: {', '.join(f'{name} {number}' for name, number in report.restarts.items())}",
            f"first word after p50 {report.first_word_p50:.2f} s, worst {report.first_word_worst:.1f} s; answer p50 "
            f"{report.answer_p50:.2f}, p99 {report.answer_p99:.1f}, worst {report.answer_worst:.1f} s",
            *(["every rule held"] if not report.broken else ["BROKEN:", *report.broken]),
        ]
    )
