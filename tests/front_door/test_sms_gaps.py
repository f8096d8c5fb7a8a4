"""After hours of silence: what a text says then, and what it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.model import OutboxText
from tests.front_door.sms_support import WELCOME_BACK, answered, later, quiet_house, say, welcome_back
from tests.front_door.support import MOBILE, House, words


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = quiet_house(tmp_path)
    made.rasa.script = welcome_back
    yield await made.start()
    await made.close()


@pytest.mark.parametrize("first", ["9", "1", "hello"])
async def test_o7_the_first_reply_after_four_hours_repeats_nothing(house: House, first: str) -> None:
    """Not the rest of a long text, not the open question: whoever reads it then learns of nothing that was told."""
    await say(house, "long")
    later(house, timedelta(hours=4, minutes=1))
    assert await say(house, first) == [WELCOME_BACK]


async def test_o7_within_four_hours_the_rest_still_comes(house: House) -> None:
    """A pause for tea loses nothing."""
    await say(house, "long")
    later(house, timedelta(hours=3, minutes=59))
    (rest,) = await say(house, "9")
    assert rest.startswith("This is sentence number")


async def test_o7_up_to_72_hours_it_is_the_same_conversation_and_after_that_a_new_one(house: House) -> None:
    """The bot is asked to offer to carry on until then; afterwards it knows of nothing, and the welcome comes again."""
    await say(house, "hello")
    later(house, timedelta(hours=71))
    assert await say(house, "hi") == [WELCOME_BACK]
    later(house, timedelta(hours=72, minutes=1))
    assert await say(house, "hi") == [f"{words().sms_welcome}\nYou said: hi"]
    first, second, third = (turn["conversation"] for turn in house.rasa.turns)
    assert first == second != third
    assert house.rasa.turns[2]["metadata"] == {"sms_number": MOBILE}


async def test_o7_nothing_is_sent_by_itself_but_what_was_agreed_to(house: House) -> None:
    """Days go by in silence; only the text that the resident said yes to comes, once."""
    await say(house, "choices")
    sent = len(house.texts())
    for hours in (1, 5, 24, 73, 24 * 30):
        later(house, timedelta(hours=hours))
        await house.text(f"SM-other-{hours}", "hello", "+447700900456")  # the house is awake, and has work to do
        await answered(house)
    assert len(house.texts()) == sent
    assert {row.kind for row in await house.rows(select(OutboxText))} == {"reply"}


async def test_p2_a_new_conversation_knows_of_no_earlier_one(house: House) -> None:
    """One handset may be two people's: what the bot is told of a number is the number, and no text holds an old reference."""
    await say(house, "send it")
    later(house, timedelta(hours=73))
    said = await say(house, "have I asked before?")
    assert "LR-2345" not in "".join(said)
    assert house.rasa.turns[-1]["metadata"] == {"sms_number": MOBILE}
    assert house.rasa.turns[-1]["conversation"] != house.rasa.turns[0]["conversation"]
