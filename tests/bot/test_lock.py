"""One turn at a time for a conversation, in order, and nobody waits for a clock."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.utils.endpoints import EndpointConfig

from bot.lock_store import TurnLocks

TURN = 0.02  # seconds


async def test_turns_of_one_conversation_keep_their_order() -> None:
    """A turn begins when the one before it has ended, in the order in which they came."""
    locks, log = TurnLocks(), []

    async def turn(number: int) -> None:
        async with locks.lock("c1"):
            log.append(("begins", number))
            await asyncio.sleep(TURN / (number + 1))  # later turns would be quicker
            log.append(("ends", number))

    await asyncio.gather(*(turn(number) for number in range(5)))
    assert log == [(what, number) for number in range(5) for what in ("begins", "ends")]


async def test_two_conversations_do_not_wait_for_each_other() -> None:
    """A slow turn of one resident holds up nobody else."""
    locks = TurnLocks()

    async def turn(conversation: str) -> None:
        async with locks.lock(conversation):
            pass

    async with locks.lock("c1"):
        await asyncio.wait_for(turn("c2"), 0.5)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(turn("c1"), 0.05)


async def turns_at_once(locks: LockStore, number: int) -> float:
    """Seconds that `number` turns of one conversation take when they come at once."""

    async def turn() -> None:
        async with locks.lock("c1"):
            await asyncio.sleep(TURN)

    began = time.perf_counter()
    await asyncio.gather(*(turn() for _ in range(number)))
    return time.perf_counter() - began


async def test_four_turns_at_once_do_not_poll() -> None:
    """Four queued turns take as long as four turns: a resident who sends four texts is answered within 150 ms."""
    assert await turns_at_once(TurnLocks(), 4) < 4 * TURN + 0.1


async def test_polling_without_it() -> None:
    """Rasa's own lock store asks once a second: this is what ours is for."""
    assert await turns_at_once(InMemoryLockStore(), 2) > 0.9


async def test_a_failed_turn_lets_go() -> None:
    """After an error, and after a turn that was cancelled while it waited, the next turn runs."""
    locks = TurnLocks()
    with pytest.raises(RuntimeError):
        async with locks.lock("c1"):
            waiting = asyncio.create_task(turns_at_once(locks, 1))
            await asyncio.sleep(0)
            waiting.cancel()
            raise RuntimeError
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with locks.lock("c1"):
        pass


async def test_nothing_is_kept_of_a_conversation() -> None:
    """A year of conversations leaves no locks behind."""
    locks = TurnLocks()
    for number in range(100):
        async with locks.lock(f"c{number}"):
            assert len(locks._locks) <= 2
    gc.collect()
    assert len(locks._locks) == 0


def test_rasa_makes_it_from_endpoints() -> None:
    """The name in endpoints.yml gives this class, with whatever Rasa passes to a lock store."""
    assert isinstance(LockStore.create(EndpointConfig(type="bot.lock_store.TurnLocks")), TurnLocks)
