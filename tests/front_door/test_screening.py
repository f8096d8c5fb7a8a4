"""Danger in what a child writes is answered with the words for young people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from common.clock import FrozenClock
from front_door.screening import Screening
from tests.front_door.support import WordScreen


class TellingReplies:
    """Replies that say whether they are for a young person."""

    def for_flags(self, flags: Any, *, area: Any, channel: Any, is_open: Any, young: bool = False) -> str:
        return "young" if young else "adult"


@pytest.fixture
def screening() -> Iterator[Screening]:
    made = Screening(
        WordScreen(), TellingReplies(), FrozenClock(datetime(2026, 11, 21, 12)), lambda hours, at: None, "words"
    )
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("im 14 and i want to kill myself", "young"),
        ("i want to kill myself, my teacher knows", "young"),
        ("i want to kill myself", "adult"),
        ("my son in year 10 says he will kill himself", "adult"),
    ],
)
def test_a_child_gets_the_reply_for_young_people(screening: Screening, text: str, said: str) -> None:
    """Only when the writer says that they are one."""
    assert screening.reply(["suicide_self_harm"], None, "web", text) == said
