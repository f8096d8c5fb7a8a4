"""Front-door processes that are killed (-9): nothing lost, nothing twice, on both databases."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from front_door.model import Message
from tests import postgres
from tests.front_door.door import TIMING, Door, Step
from tests.front_door.street import Street, street
from tests.front_door.support import CRISIS, MOBILE, eventually

KILLS, CONVERSATIONS, EACH = 6, 20, 30


async def resident_by_text(place: Street, number: str) -> None:
    async with aiohttp.ClientSession() as http:
        for n in range(EACH):
            await place.send_text(http, number, f"SM{number}{n}", f"text {n} from {number[-2:]}")


async def resident_on_the_web(place: Street, who: int) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        csrf = await place.open_chat(http)
        for n in range(EACH):
            await place.send_web(http, csrf, n, f"message {n} from {who}")


async def killer(place: Street, seed: int) -> None:
    """Kills one of the doors six times, spread over the whole run, at moments that nobody chose."""
    chance = random.Random(seed)
    for number in range(1, KILLS + 1):
        wanted = number * CONVERSATIONS * EACH // (KILLS + 1)
        await eventually(lambda wanted=wanted: place.acknowledged >= wanted, 60)
        await asyncio.sleep(chance.random() * 0.05)
        door = chance.choice(place.doors)
        door.kill()
        await door.start()


async def test_g2_nothing_is_lost_or_doubled_over_six_kills(tmp_path: Path, database_url: str) -> None:
    """600 messages in 20 conversations, half by text, half on the web, six times kill -9. On PostgreSQL two front doors share
    the work, and what a killed one held is taken over when its lease runs out.
    """
    seed = random.randrange(10**6)
    print("seed", seed)  # shown when it fails
    async with street(tmp_path, database_url) as place:
        for _ in range(1 if database_url.startswith("sqlite") else 2):
            await place.door().start()
        texting = [resident_by_text(place, f"+4477009001{n:02}") for n in range(CONVERSATIONS // 2)]
        typing = [resident_on_the_web(place, n) for n in range(CONVERSATIONS // 2)]
        await asyncio.gather(*texting, *typing, killer(place, seed))
        assert place.acknowledged == CONVERSATIONS * EACH
        await place.settled()
        await place.check()
        stored = await place.rows(select(Message).where(Message.direction == "in"))
        assert len(stored) == CONVERSATIONS * EACH


STEPS = [
    Step("accept_text", "inside"),  # insert: written, not committed
    Step("accept_text", "after"),  # acknowledge: committed, Twilio does not know
    Step("finish", "before"),  # turn: the bot has answered, nothing is written
    Step("finish", "inside"),  # commit: written, not committed
    Step("finish", "after"),  # the text waits in the outbox
    Step("take_due", "after"),  # send: taken up, not sent
    Step("record", "before"),  # sent, and nobody wrote that down
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.moment}-{step.function}")
async def test_s5_a_text_survives_a_kill_at_each_step(tmp_path: Path, step: Step) -> None:
    """Insert, acknowledge, turn, commit, send: whoever was told 200 is answered, by one text, and the bot runs the turn once."""
    async with street(tmp_path, f"sqlite:///{tmp_path / 'kills.db'}") as place:
        door = await place.door().start(step)
        async with aiohttp.ClientSession() as http:
            sending = asyncio.create_task(place.send_text(http, MOBILE, "SM1", "hello"))
            assert await door.ended() == -9
            await door.start()
            await sending
        await place.settled()
        await place.check()


@pytest.mark.parametrize(
    "step",
    [Step("accept_web", "inside"), Step("accept_web", "after"), *STEPS[2:5]],
    ids=lambda step: f"{step.moment}-{step.function}",
)
async def test_g1_a_web_message_survives_a_kill_at_each_step(tmp_path: Path, step: Step) -> None:
    """The same for a message of the page, which its script sends again under the same id."""
    async with street(tmp_path, f"sqlite:///{tmp_path / 'kills.db'}") as place:
        door = await place.door().start()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            csrf = await place.open_chat(http)
            door.kill()
            await door.start(step)
            sending = asyncio.create_task(place.send_web(http, csrf, 1, "hello"))
            assert await door.ended() == -9
            await door.start()
            await sending
        await place.settled()
        await place.check()


async def test_g2_another_front_door_takes_over_from_a_dead_one(
    tmp_path: Path, postgres_server: postgres.Server
) -> None:
    """Two on one PostgreSQL: the first dies in the middle of a turn and stays dead; the second answers when the lease is over,
    and danger in the message does not wait for the bot.
    """
    async with street(tmp_path, postgres_server.database()) as place:
        first = await place.door().start()
        second = Door(tmp_path, place.url, place.rasa_port, place.twilio_url, replace(TIMING, break_silence=0.3))
        place.rasa.mode = "hang"
        async with aiohttp.ClientSession() as http:
            await place.send_text(http, MOBILE, "SM1", "I want to kill myself")
        first.kill()
        place.doors = [await second.start()]
        await eventually(lambda: place.twilio.messages)
        assert place.twilio.messages[0]["body"].startswith(CRISIS)
        place.rasa.mode = "ok"
        await place.settled()
        assert len(place.rasa.ran) == 1
