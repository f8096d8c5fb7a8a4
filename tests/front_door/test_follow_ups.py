"""Texts that were asked for: the one two weeks later, in the daytime and once; a list from the web, at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select

from common.clock import Clock
from front_door.model import Conversation
from front_door.retention import erase
from referrals import asked_text, follow_up
from referrals.asked_text import AskedText
from referrals.follow_up import FollowUp, FollowUpRules
from tests.front_door.support import DATA, FAST, MOBILE, House, eventually

RULES = FollowUpRules.load(DATA)
AGREED = datetime(2026, 11, 24, 11, 0, tzinfo=timezone.utc)
DUE = AGREED + timedelta(days=14)


class Turned(Clock):
    """A clock that a test sets; until then nothing is due."""

    at = AGREED

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path, timing=replace(FAST, break_silence=30.0, follow_ups=0.05), clock=Turned())
    yield await made.start()
    await made.close()


async def agree(house: House, conversation: str = "c1") -> None:
    assert house.db
    await house.db.run(
        follow_up.agree, RULES, conversation=conversation, episode="e", phone=MOBILE, words="May I?", reference=None, now=AGREED
    )  # fmt: skip


async def states(house: House) -> list[str]:
    return [row.state for row in await house.rows(select(FollowUp))]


def turn(house: House, to: datetime) -> None:
    assert isinstance(house.clock, Turned)
    house.clock.at = to


async def until(house: House, state: str) -> None:
    async def reached() -> bool:
        return await states(house) == [state]

    await eventually(reached)


async def test_one_text_goes_out_and_says_nothing_of_what_was_told(house: House) -> None:
    """The words of follow_up.yml with two numbered answers; more looks and a restart send no second one."""
    await agree(house)
    turn(house, DUE)
    await house.until_texts(1)
    assert house.texts()[0].startswith(RULES.text) and "2" in house.texts()[0]
    await house.restart()
    await until(house, "sent")
    assert len(house.texts()) == 1


async def test_its_answer_is_given_to_the_bot_as_the_choice_it_is(house: House) -> None:
    """ "1" is the first choice; words go with the note that this was asked."""
    await agree(house)
    turn(house, DUE)
    await house.until_texts(1)
    await house.text("SM1", "yes it did thank you")
    await house.until_texts(2)
    assert house.rasa.turns[-1]["metadata"]["asked"] == "helped"
    sent_in = (await house.rows(select(FollowUp)))[0].sent_in
    assert house.rasa.turns[-1]["conversation"] == sent_in


async def test_at_night_it_waits(house: House) -> None:
    """Nobody is woken: what is due in the evening goes the next morning."""
    await agree(house)
    turn(house, DUE + timedelta(hours=9))
    await house.text("SM1", "hello", sender="+447700900456")
    await eventually(lambda: house.texts("+447700900456"))
    assert not house.texts() and await states(house) == ["waiting"]
    turn(house, DUE + timedelta(days=1))
    await house.until_texts(1)


async def test_who_stopped_our_texts_gets_none(house: House) -> None:
    """STOP holds, and the number is forgotten."""
    await house.text("SM1", "STOP", OptOutType="STOP")
    await agree(house)
    turn(house, DUE)
    await until(house, "dropped")
    assert not house.texts() and (await house.rows(select(FollowUp)))[0].phone is None


async def test_who_talks_to_us_just_now_is_not_interrupted(house: House) -> None:
    """The text waits until the conversation has been quiet for hours."""
    turn(house, DUE)
    await house.text("SM1", "hello")
    await house.until_texts(1)
    await agree(house)

    async def put_off() -> bool:
        return (await house.rows(select(FollowUp)))[0].due_at > DUE

    await eventually(put_off)
    assert len(house.texts()) == 1
    turn(house, DUE + timedelta(days=1))
    await house.until_texts(2)
    assert len(await house.rows(select(Conversation))) == 1


async def test_too_late_is_never(house: House) -> None:
    """After weeks of outage "two weeks ago" would not be true."""
    await agree(house)
    turn(house, DUE + timedelta(days=8))
    await until(house, "dropped")
    assert not house.texts()


async def test_an_erased_conversation_sends_nothing_later(house: House) -> None:
    """Erasing what a conversation holds takes the yes with it."""
    assert house.db
    await house.text("SM1", "hello")
    await house.until_texts(1)
    conversation = (await house.rows(select(Conversation)))[0].id
    await agree(house, conversation)
    await house.db.run(erase, conversation)
    assert await states(house) == ["dropped"]


async def ask_for_list(house: House, message_id: str = "m1") -> None:
    assert house.db
    await house.db.run(
        asked_text.ask, message_id=message_id, conversation="web1", phone=MOBILE, body="You asked for these:\nWarm Homes: 0116 496 0123", now=house.clock.now()
    )  # fmt: skip


async def test_a_list_asked_for_on_the_web_comes_as_one_text(house: House) -> None:
    """It says who sends it, goes at any hour, and its number is forgotten."""
    turn(house, DUE + timedelta(hours=12))
    await ask_for_list(house)
    await ask_for_list(house)  # the same turn again
    await house.until_texts(1)
    assert "Warm Homes" in house.texts()[0] and "not a person" in house.texts()[0]
    (row,) = await house.rows(select(AskedText))
    assert (row.state, row.phone, row.body) == ("sent", None, None)


async def test_no_list_to_a_number_that_stopped_our_texts(house: House) -> None:
    """STOP holds whoever asks."""
    await house.text("SM1", "STOP", OptOutType="STOP")
    await ask_for_list(house)

    async def dropped() -> bool:
        return [row.state for row in await house.rows(select(AskedText))] == ["dropped"]

    await eventually(dropped)
    assert not house.texts()
