"""Several bots: who answers whom, and what happens when one is gone, hung, or cannot do a turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from common.encryption import Cipher
from front_door.bot_client import BotClient, BotFailed
from front_door.bot_fleet import BotFleet
from tests.fakes.rasa import FakeRasa

CONVERSATIONS = [f"conversation-{number}" for number in range(300)]
PAUSE = 5.0


class Street:
    """Three fake bots, and a fleet over them whose clock is turned by hand."""

    def __init__(self) -> None:
        self.bots = [FakeRasa() for _ in range(3)]
        self.servers = [TestServer(bot.app()) for bot in self.bots]
        self.now = 100.0

    async def open(self, seconds: float = 0.3) -> BotFleet:
        for server in self.servers:
            await server.start_server()
        self.http = aiohttp.ClientSession()
        cipher = Cipher("x" * 40)
        clients = [
            BotClient(self.http, str(server.make_url("")).rstrip("/"), cipher, seconds) for server in self.servers
        ]
        return BotFleet(clients, PAUSE, lambda: self.now)

    async def close(self) -> None:
        await self.http.close()
        for server in self.servers:
            await server.close()


async def ask(fleet: BotFleet, conversation: str, message: str = "m1") -> str:
    replies = await fleet.turn(
        conversation=conversation,
        message_id=f"{conversation}-{message}",
        text="hello",
        choice=None,
        channel="web",
        metadata={},
    )
    return replies[0].text


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    made = Street()
    yield made
    await made.close()


async def test_every_turn_of_a_conversation_goes_to_the_same_bot_and_the_load_is_spread(street: Street) -> None:
    """300 conversations, two turns each: both turns of one with one bot; no bot has more than twice the share of another."""
    fleet = await street.open()
    for conversation in CONVERSATIONS:
        await ask(fleet, conversation)
        await ask(fleet, conversation, "m2")
    served = [{turn["conversation"] for turn in bot.turns} for bot in street.bots]
    assert sum(len(part) for part in served) == len(set.union(*served)) == 300
    assert max(map(len, served)) < 2 * min(map(len, served))
    assert [len(bot.turns) for bot in street.bots] == [2 * len(part) for part in served]


async def test_when_a_bot_dies_its_conversations_move_at_once_and_no_others(street: Street) -> None:
    """Nobody hears that something went wrong, and who had another bot keeps it; after the pause they move back."""
    fleet = await street.open()
    before = {conversation: fleet.owner(conversation) for conversation in CONVERSATIONS}
    dead = street.servers[1]
    port = dead.port
    await dead.close()
    for conversation in CONVERSATIONS:
        assert await ask(fleet, conversation) == "You said: hello"
    after = {conversation: fleet.owner(conversation) for conversation in CONVERSATIONS}
    assert {c for c in CONVERSATIONS if after[c] != before[c]} == {c for c in CONVERSATIONS if before[c] == 1}
    assert set(Counter(after.values())) == {0, 2}

    street.servers[1] = TestServer(street.bots[1].app(), port=port)
    await street.servers[1].start_server()
    street.now += PAUSE
    assert {conversation: fleet.owner(conversation) for conversation in CONVERSATIONS} == before
    mine = next(c for c in CONVERSATIONS if before[c] == 1)
    assert await ask(fleet, mine, "m2") and street.bots[1].turns[-1]["conversation"] == mine


async def test_a_hung_bot_costs_one_try_and_the_next_goes_to_another(street: Street) -> None:
    """The message is not given to two bots in one try, so that the resident's wait stays what it is with one bot."""
    fleet = await street.open(seconds=0.2)
    mine = next(c for c in CONVERSATIONS if fleet.owner(c) == 2)
    street.bots[2].mode = "hang"
    with pytest.raises(BotFailed):
        await ask(fleet, mine)
    assert [len(bot.turns) for bot in street.bots] == [0, 0, 1]
    assert await ask(fleet, mine) == "You said: hello"


async def test_a_turn_that_a_living_bot_cannot_do_is_not_sent_round(street: Street) -> None:
    """Its actions or the database failed: another bot would fail alike, so one try asks one bot."""
    fleet = await street.open()
    for bot in street.bots:
        bot.mode = "503"
    with pytest.raises(BotFailed, match="503"):
        await ask(fleet, "one")
    assert sum(len(bot.turns) for bot in street.bots) == 1


async def test_when_all_are_gone_all_are_tried_again(street: Street) -> None:
    """A fleet that was down a moment ago answers as soon as one of its bots does."""
    fleet = await street.open()
    ports = [server.port for server in street.servers]
    for server in street.servers:
        await server.close()
    with pytest.raises(BotFailed):
        await ask(fleet, "one")
    assert not await fleet.ready(0.2)
    street.servers[0] = TestServer(street.bots[0].app(), port=ports[0])
    await street.servers[0].start_server()
    assert await ask(fleet, "one") == "You said: hello"
    assert await fleet.ready(0.5)
