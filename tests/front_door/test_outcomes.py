"""What a conversation came to is written down in the turn that ended it, so that finished ones can be counted."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from front_door.model import Conversation
from tests.front_door.support import House

ENDS = {
    "enough": {"outcome": "enough"},
    "declined": {"outcome": "declined"},
    "door": {"outcome": "own_door"},
    "referred": {"kind": "confirmation", "reference": "K7M-4PR"},
    "odd": {"outcome": "something else"},
}


def script(turn: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text": "Well then.", "choices": [], "data": ENDS.get(turn["text"], {})}]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (["hello"], None),
        (["enough"], "enough"),
        (["enough", "declined"], "declined"),
        (["referred", "hello", "enough"], "referred"),
        (["door", "odd"], "own_door"),
    ],
)
async def test_the_last_end_counts_and_a_referral_stays(house: House, said: list[str], outcome: str | None) -> None:
    """Only ends that we know; what was said after it changes nothing."""
    house.rasa.script = script
    async with house.browser() as browser:
        for text in said:
            await browser.send(text)
        assert await house.rows(sa.select(Conversation.outcome)) == [outcome]
