"""Texts that go out when the provider is slow, failing or gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.model import Conversation, OutboxText
from tests.front_door.support import CRISIS, FAST, MOBILE, House, eventually


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A front door that owns up to no delay, so that a busy machine adds no text to those counted here."""
    made = await House(tmp_path, timing=replace(FAST, break_silence=30.0, busy_silence=30.0)).start()
    yield made
    await made.close()


async def states(house: House) -> list[str]:
    return [row.state for row in await house.rows(select(OutboxText).order_by(OutboxText.position))]


async def sent(house: House, count: int = 1) -> None:
    async def all_sent() -> bool:
        return await states(house) == ["sent"] * count

    await eventually(all_sent)


async def test_accepted_and_then_500_is_one_text(house: House) -> None:
    """The outcome is unknown, so it is looked up before anything is sent again."""
    house.twilio.set("accept_then_500", 1)
    await house.text("SM1", "hello")
    await sent(house)
    assert len(house.texts()) == 1 and house.twilio.attempts == 1 and house.twilio.look_ups == 1


@pytest.mark.parametrize("mode", ["500", "timeout"])
async def test_a_send_that_did_not_arrive_is_sent_after_a_look_up(house: House, mode: str) -> None:
    """500 or no answer, and the list does not show it: sent again, once."""
    house.twilio.set(mode, 1)
    await house.text("SM1", "hello")
    await sent(house)
    assert len(house.texts()) == 1 and house.twilio.look_ups == 1


async def test_two_equal_texts_are_two_texts(house: House) -> None:
    """A look-up never takes an earlier text with the same words for the lost one."""
    await house.text("SM0", "first")
    await sent(house)
    await house.text("SM1", "hello")
    await sent(house, 2)
    house.twilio.set("500", 1)
    await house.text("SM2", "hello")
    await sent(house, 3)
    assert house.texts()[1:] == ["You said: hello", "You said: hello"]


async def test_429_backs_off_and_sends_once(house: House) -> None:
    """Not taken, so no look-up is needed."""
    house.twilio.set("429", 3)
    await house.text("SM1", "hello")
    await sent(house)
    assert len(house.texts()) == 1 and house.twilio.attempts == 4 and house.twilio.look_ups == 0


async def test_an_opt_out_that_we_missed_sets_the_flag_and_is_not_tried_again(house: House) -> None:
    """21610: this number has stopped texts."""
    house.twilio.set("opted_out")
    await house.text("SM1", "hello")

    async def failed() -> bool:
        return await states(house) == ["failed"]

    await eventually(failed)
    await asyncio.sleep(0.2)
    assert house.twilio.attempts == 1
    assert [c.texts_stopped for c in await house.rows(select(Conversation))] == [True]


async def test_a_wrong_number_fails_for_good_and_holds_up_nobody(house: House) -> None:
    """A named failure, one try; the next number's text goes out."""
    house.twilio.wrong_numbers.add(MOBILE)
    await house.text("SM1", "hello")
    await house.text("SM2", "hi", "+447700900124")
    await eventually(lambda: house.texts("+447700900124"))

    async def given_up() -> bool:
        conversations = {row.id: row.address for row in await house.rows(select(Conversation))}
        rows = await house.rows(select(OutboxText))
        tries = [(row.state, row.attempts) for row in rows if conversations[row.conversation_id] == MOBILE]
        return bool(tries) and set(tries) == {("failed", 1)}

    await eventually(given_up)
    assert house.texts() == []


async def test_texts_to_one_number_keep_their_order_and_a_crisis_overtakes(house: House) -> None:
    """A stuck text holds back later ones of its conversation, but never a crisis reply."""
    house.twilio.set("429")
    await house.text("SM1", "one word")
    await eventually(lambda: house.twilio.attempts)
    await house.text("SM2", "two words")
    await asyncio.sleep(0.1)
    await house.text("SM3", "I want to kill myself")

    async def crisis_tried() -> bool:
        rows = await house.rows(select(OutboxText).order_by(OutboxText.position))
        return len(rows) == 3 and rows[2].attempts > 0 and rows[1].attempts == 0

    await eventually(crisis_tried)
    house.twilio.set("ok")
    await sent(house, 3)
    said = [text for text in house.texts() if CRISIS not in text]
    assert said[0].endswith("You said: one word") and said[1] == "You said: two words"


async def test_a_send_cut_off_by_a_kill_is_looked_up_by_the_next_process(house: House) -> None:
    """Taken by the provider, not recorded by us: after the restart there is still one text."""
    house.twilio.set("timeout")
    await house.text("SM1", "hello")
    await eventually(lambda: house.twilio.attempts == 1)
    house.twilio._take(
        {
            "To": MOBILE,
            "From": house.twilio.number,
            "StatusCallback": "",
            "ValidityPeriod": "",
            "Body": (await house.rows(select(OutboxText)))[0].body,
        }
    )
    await house.restart()
    house.twilio.set("ok")
    await sent(house)
    assert len(house.texts()) == 1


async def test_twilio_down_loses_nothing(house: House) -> None:
    """No connection at all: the text waits and goes out when the provider is back; the webhook stays quick."""
    assert house.twilio_server is not None and house.twilio_server.port
    port = house.twilio_server.port
    await house.twilio_server.close()
    assert await house.text("SM1", "hello") == 200
    await asyncio.sleep(0.3)
    assert house.texts() == []
    from aiohttp.test_utils import TestServer

    house.twilio_server = TestServer(house.twilio.app(), port=port)
    await house.twilio_server.start_server(shutdown_timeout=0.01)
    await sent(house)
    assert len(house.texts()) == 1
