"""Texts that go out when the provider is slow, failing or gone; the same for every provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.model import Conversation, OutboxText
from front_door.sms import sending
from front_door.timing import SendTiming
from tests.front_door.carriers import PROVIDERS, Carrier, carried_by
from tests.front_door.support import CRISIS, MOBILE, eventually


@pytest.fixture(params=PROVIDERS)
async def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Carrier]:
    made = await carried_by(request.param, tmp_path)
    yield made
    await made.close()


async def rows(carrier: Carrier) -> list[OutboxText]:
    return await carrier.house.rows(select(OutboxText).order_by(OutboxText.position))


async def sent(carrier: Carrier, count: int = 1) -> None:
    async def all_sent() -> bool:
        return [row.state for row in await rows(carrier)] == ["sent"] * count

    await eventually(all_sent)


async def failed(carrier: Carrier) -> None:
    async def all_failed() -> bool:
        return [row.state for row in await rows(carrier)] == ["failed"]

    await eventually(all_failed)


async def test_o4_accepted_and_then_500_is_one_text(carrier: Carrier) -> None:
    """The outcome is unknown, so it is looked up before anything is sent again."""
    carrier.fake.set("accept_then_500", 1)
    await carrier.text("SM1", "hello")
    await sent(carrier)
    assert len(carrier.texts()) == 1 and carrier.fake.attempts == 1 and carrier.fake.look_ups == 1


@pytest.mark.parametrize("mode", ["500", "timeout"])
async def test_o4_a_send_that_did_not_arrive_is_sent_after_a_look_up(carrier: Carrier, mode: str) -> None:
    """500 or no answer, and the list does not show it: sent again, once."""
    carrier.fake.set(mode, 1)
    await carrier.text("SM1", "hello")
    await sent(carrier)
    assert len(carrier.texts()) == 1 and carrier.fake.attempts == 2 and carrier.fake.look_ups == 1


async def test_o4_while_nothing_can_be_looked_up_only_a_crisis_reply_is_sent_again(carrier: Carrier) -> None:
    """For crisis words twice is better than never; for all else once is better than twice."""
    carrier.fake.look_ups_fail = True
    carrier.fake.set("accept_then_500", 2)
    await carrier.text("SM1", "hello")
    await eventually(lambda: carrier.texts())
    await carrier.text("SM2", "I will kill myself", "+447700900124")
    await eventually(lambda: len(carrier.texts("+447700900124")) == 2)
    await eventually(lambda: carrier.fake.look_ups > 3)
    assert len(carrier.texts()) == 1 and all(CRISIS in text for text in carrier.texts("+447700900124"))
    carrier.fake.look_ups_fail = False
    await sent(carrier, 2)
    assert carrier.fake.attempts == 3


async def test_o4_a_crisis_reply_of_unknown_outcome_arrives_at_least_once(carrier: Carrier) -> None:
    """Taken and answered by 500, again and again: it is there, and known to be there once it can be looked up."""
    carrier.fake.set("accept_then_500", 2)
    await carrier.text("SM1", "I will kill myself")
    await eventually(lambda: carrier.texts())

    async def settled() -> bool:
        return all(row.state == "sent" for row in await rows(carrier))

    await eventually(settled)
    assert any(CRISIS in text for text in carrier.texts())


async def test_o4_429_backs_off_and_sends_once(carrier: Carrier) -> None:
    """Not taken, so no look-up is needed."""
    carrier.fake.set("429", 3)
    await carrier.text("SM1", "hello")
    await sent(carrier)
    assert len(carrier.texts()) == 1 and carrier.fake.attempts == 4 and carrier.fake.look_ups == 0


async def test_o4_429_waits_as_long_as_the_provider_asks(carrier: Carrier) -> None:
    """Its Retry-After counts, not our own shorter pause."""
    carrier.fake.retry_after = "30"
    carrier.fake.set("429")
    await carrier.text("SM1", "hello")
    await eventually(lambda: carrier.fake.attempts)
    await asyncio.sleep(0.2)
    (row,) = await rows(carrier)
    assert carrier.fake.attempts == 1 and row.state == "pending"
    assert (row.next_at - carrier.house.clock.now()).total_seconds() > 25


def test_o4_a_crisis_reply_waits_no_longer_than_our_own_longest_pause() -> None:
    """A provider that asks for an hour gets it for chat, and a minute for danger; never less than our own pause."""
    timing = SendTiming()
    assert sending._pause(3600.0, 1.0, False, timing) == 3600.0
    assert sending._pause(3600.0, 1.0, True, timing) == max(timing.retry)
    assert sending._pause(0.0, 5.0, False, timing) == sending._pause(None, 5.0, True, timing) == 5.0


async def test_o4_the_client_repeats_nothing_by_itself(carrier: Carrier) -> None:
    """A connection that breaks after the request was made: a look-up lies between every two requests."""
    carrier.fake.set("drop")
    await carrier.text("SM1", "hello")
    await eventually(lambda: carrier.fake.attempts == 3)
    assert carrier.fake.look_ups >= 2 and carrier.texts() == []
    carrier.fake.set("ok")
    await sent(carrier)
    assert len(carrier.texts()) == 1


async def test_two_equal_texts_are_two_texts(carrier: Carrier) -> None:
    """A look-up never takes an earlier text with the same words for the lost one."""
    await carrier.text("SM0", "first")
    await sent(carrier)
    await carrier.text("SM1", "hello")
    await sent(carrier, 2)
    carrier.fake.set("500", 1)
    await carrier.text("SM2", "hello")
    await sent(carrier, 3)
    assert carrier.texts()[1:] == ["You said: hello", "You said: hello"]


async def test_a_wrong_number_fails_for_good_and_holds_up_nobody(carrier: Carrier) -> None:
    """A named failure, one try; the next number's text goes out."""
    carrier.fake.wrong_numbers.add(MOBILE)
    await carrier.text("SM1", "hello")
    await carrier.text("SM2", "hi", "+447700900124")
    await eventually(lambda: carrier.texts("+447700900124"))

    async def given_up() -> bool:
        conversations = {row.id: row.address for row in await carrier.house.rows(select(Conversation))}
        tries = [(r.state, r.attempts) for r in await rows(carrier) if conversations[r.conversation_id] == MOBILE]
        return bool(tries) and set(tries) == {("failed", 1)}

    await eventually(given_up)
    assert carrier.texts() == []


async def test_texts_to_one_number_keep_their_order_and_a_crisis_overtakes(carrier: Carrier) -> None:
    """A stuck text holds back later ones of its conversation, but never a crisis reply."""
    carrier.fake.set("429")
    await carrier.text("SM1", "one word")
    await eventually(lambda: carrier.fake.attempts)
    await carrier.text("SM2", "two words")
    await asyncio.sleep(0.1)
    await carrier.text("SM3", "I want to kill myself")

    async def crisis_tried() -> bool:
        found = await rows(carrier)
        return len(found) == 3 and found[2].attempts > 0 and found[1].attempts == 0

    await eventually(crisis_tried)
    carrier.fake.set("ok")
    await sent(carrier, 3)
    said = [text for text in carrier.texts() if CRISIS not in text]
    assert said[0].endswith("You said: one word") and said[1] == "You said: two words"


async def test_a_send_cut_off_by_a_kill_is_looked_up_by_the_next_process(carrier: Carrier) -> None:
    """Taken by the provider, not recorded by us: after the restart there is still one text."""
    carrier.fake.set("timeout")
    await carrier.text("SM1", "hello")
    await eventually(lambda: carrier.fake.attempts == 1)
    carrier.took((await rows(carrier))[0])
    await carrier.house.restart()
    carrier.fake.set("ok")
    await sent(carrier)
    assert len(carrier.texts()) == 1


async def test_a_provider_that_is_down_loses_nothing(carrier: Carrier) -> None:
    """No connection at all: the text waits and goes out when the provider is back; the webhook stays quick."""
    port = await carrier.down()
    assert await carrier.text("SM1", "hello") == 200
    await asyncio.sleep(0.3)
    assert carrier.texts() == []
    await carrier.up(port)
    await sent(carrier)
    assert len(carrier.texts()) == 1


async def test_an_opt_out_that_we_missed_sets_the_flag_and_is_not_tried_again(tmp_path: Path) -> None:
    """21610: this number has stopped texts. (Notify knows no such thing.)"""
    carrier = await carried_by("twilio", tmp_path)
    try:
        carrier.fake.set("opted_out")
        await carrier.text("SM1", "hello")
        await failed(carrier)
        await asyncio.sleep(0.2)
        assert carrier.fake.attempts == 1
        assert [c.texts_stopped for c in await carrier.house.rows(select(Conversation))] == [True]
    finally:
        await carrier.close()
