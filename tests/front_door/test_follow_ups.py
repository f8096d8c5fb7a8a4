"""The text that a resident agreed to goes out once, in the daytime, and its answer reaches the bot as one."""

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
from referrals import follow_up
from referrals.follow_up import FollowUp, FollowUpRules
from tests.front_door.support import DATA, FAST, MOBILE, House, eventually

RULES = FollowUpRules.load(DATA)
AGREED = datetime(2026, 11, 24, 11, 0, tzinfo=timezone.utc)
DUE = AGREED + timedelta(days=14)


class Turned(Clock):
    """A clock that a test sets."""

    at = DUE

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


async def until(house: House, state: str) -> None:
    async def reached() -> bool:
        return await states(house) == [state]

    await eventually(reached)


async def test_one_text_goes_out_and_says_nothing_of_what_was_told(house: House) -> None:
    """The words of follow_up.yml with two numbered answers; more looks and a restart send no second one."""
    await agree(house)
    await house.until_texts(1)
    assert house.texts()[0].startswith(RULES.text) and "2" in house.texts()[0]
    await house.restart()
    await until(house, "sent")
    assert len(house.texts()) == 1


async def test_its_answer_is_given_to_the_bot_as_the_choice_it_is(house: House) -> None:
    """ "1" is the first choice; words go with the note that this was asked."""
    await agree(house)
    await house.until_texts(1)
    await house.text("SM1", "yes it did thank you")
    await house.until_texts(2)
    assert house.rasa.turns[-1]["metadata"]["asked"] == "helped"
    sent_in = (await house.rows(select(FollowUp)))[0].sent_in
    assert house.rasa.turns[-1]["conversation"] == sent_in


async def test_at_night_it_waits(house: House) -> None:
    """Nobody is woken: what is due in the evening goes the next morning."""
    clock = house.clock
    assert isinstance(clock, Turned)
    clock.at = DUE + timedelta(hours=9)
    await agree(house)
    await house.text("SM1", "hello", sender="+447700900456")
    await eventually(lambda: house.texts("+447700900456"))
    assert not house.texts() and await states(house) == ["waiting"]
    clock.at = DUE + timedelta(days=1)
    await house.until_texts(1)


async def test_who_stopped_our_texts_gets_none(house: House) -> None:
    """STOP holds, and the number is forgotten."""
    await house.text("SM1", "STOP", OptOutType="STOP")
    await agree(house)
    await until(house, "dropped")
    assert not house.texts() and (await house.rows(select(FollowUp)))[0].phone is None


async def test_who_talks_to_us_just_now_is_not_interrupted(house: House) -> None:
    """The text waits until the conversation has been quiet for hours."""
    clock = house.clock
    assert isinstance(clock, Turned)
    await house.text("SM1", "hello")
    await house.until_texts(1)
    await agree(house)

    async def put_off() -> bool:
        return (await house.rows(select(FollowUp)))[0].due_at > DUE

    await eventually(put_off)
    assert len(house.texts()) == 1
    clock.at = DUE + timedelta(days=1)
    await house.until_texts(2)
    assert len(await house.rows(select(Conversation))) == 1


async def test_too_late_is_never(house: House) -> None:
    """After weeks of outage "two weeks ago" would not be true."""
    clock = house.clock
    assert isinstance(clock, Turned)
    clock.at = DUE + timedelta(days=8)
    await agree(house)
    await until(house, "dropped")
    assert not house.texts()


async def test_an_erased_conversation_sends_nothing_later(house: House) -> None:
    """Erasing what a conversation holds takes the yes with it."""
    clock = house.clock
    assert isinstance(clock, Turned) and house.db
    clock.at = AGREED
    await house.text("SM1", "hello")
    await house.until_texts(1)
    conversation = (await house.rows(select(Conversation)))[0].id
    await agree(house, conversation)
    await house.db.run(erase, conversation)
    assert await states(house) == ["dropped"]
