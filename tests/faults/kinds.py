"""The faults. Each is put into the running world for a short while and taken out again; recovery is the assistant's own affair."""

from __future__ import annotations

import asyncio
import random
import resource
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy import text

from tests.faults.world import World

Fault = Callable[[World, random.Random], Awaitable[None]]


def kill(part: str) -> Fault:
    async def fault(world: World, chance: random.Random) -> None:
        world.signal(part, signal.SIGKILL)
        await asyncio.sleep(0.5)

    return fault


def hang(part: str) -> Fault:
    """Stopped for one to seven seconds, with its connections open: longer than some time limits, shorter than others."""

    async def fault(world: World, chance: random.Random) -> None:
        world.signal(part, signal.SIGSTOP)
        await asyncio.sleep(chance.uniform(1.0, 7.0))
        world.signal(part, signal.SIGCONT)

    return fault


def actions_answer(mode: str) -> Fault:
    async def fault(world: World, chance: random.Random) -> None:
        world.actions.mode, world.actions.seconds = mode, chance.uniform(0.3, 2.0)
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        world.actions.mode = "ok"

    return fault


async def database_locked(world: World, chance: random.Random) -> None:
    """Somebody else holds the write lock of the whole database (SQLite), or of the messages (PostgreSQL)."""
    seconds = chance.uniform(0.5, 4.0)
    if not world.settings.database_url.startswith("sqlite"):
        with world.db.engine.begin() as postgres:
            postgres.execute(text("LOCK TABLE message, conversation IN ACCESS EXCLUSIVE MODE"))
            await asyncio.sleep(seconds)
        return
    connection = sqlite3.connect(
        world.var_dir / "assistant.db", timeout=10, isolation_level=None, check_same_thread=False
    )
    try:
        await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
        await asyncio.sleep(seconds)
    except sqlite3.OperationalError:
        pass  # so busy that we did not get the lock: then nobody else was kept from it
    finally:
        with suppress(sqlite3.OperationalError):
            connection.rollback()
        connection.close()


def disk(bytes_more: int) -> Fault:
    """No file of any process can grow beyond `bytes_more` over nothing: a full disk (with some room in old files) or a read-only one.

    The kernel then answers every such write with an error, as a full disk does.
    """

    async def fault(world: World, chance: random.Random) -> None:
        limited = world.pids()
        for pid in limited:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (bytes_more, resource.RLIM_INFINITY))
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        for pid in limited:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    return fault


def texts_fail(mode: str) -> Fault:
    async def fault(world: World, chance: random.Random) -> None:
        world.twilio.set(mode, times=chance.randint(1, 6))
        await asyncio.sleep(1.0)

    return fault


async def mail_down(world: World, chance: random.Random) -> None:
    await world.mail.down()
    await asyncio.sleep(chance.uniform(1.0, 4.0))
    await world.mail.up()


async def clock_jumps(world: World, chance: random.Random) -> None:
    """The clock of every process jumps by up to forty seconds, on or back, as each of them starts again."""
    world.shift_clock(chance.uniform(-40.0, 40.0))
    for part in ("rasa", "actions", "front door"):
        world.signal(part, signal.SIGKILL)
    await asyncio.sleep(1.0)


KINDS: dict[str, Fault] = {
    "Rasa killed": kill("rasa"),
    "actions killed": kill("actions"),
    "front door killed": kill("front door"),
    "Rasa hung": hang("rasa"),
    "actions hung": hang("actions"),
    "front door hung": hang("front door"),
    "actions slow": actions_answer("slow"),
    "actions answer garbage": actions_answer("garbage"),
    "actions answer 500": actions_answer("500"),
    "database locked": database_locked,
    "disk full": disk(64 * 1024),
    "disk read-only": disk(0),
    "texts: 429": texts_fail("429"),
    "texts: 500": texts_fail("500"),
    "texts: no answer": texts_fail("timeout"),
    "texts: connection lost": texts_fail("drop"),
    "texts: taken, then 500": texts_fail("accept_then_500"),
    "mail server down": mail_down,
    "clock jumps": clock_jumps,
}
