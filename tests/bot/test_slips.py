"""Typing mistakes for training: they change how a message is written, never whether there is one."""

from __future__ import annotations

import random

import pytest

from bot.encoder.slips import slip

TEXT = "because I cannot pay for the gas, you know, and the children are cold"


def test_the_same_chance_makes_the_same_slips() -> None:
    """A run of training can be repeated."""
    assert [slip(TEXT, random.Random(n)) for n in range(9)] == [slip(TEXT, random.Random(n)) for n in range(9)]


def test_most_messages_change_and_stay_readable() -> None:
    """Some letters or text-speak; the length stays about the same."""
    made = [slip(TEXT, random.Random(n)) for n in range(60)]
    assert sum(text != TEXT for text in made) > 40
    assert all(0.7 * len(TEXT) <= len(text) <= 1.1 * len(TEXT) for text in made)


@pytest.mark.parametrize("text", ["", " ", "?", "ok", "🙂", "a"])
def test_something_is_left(text: str) -> None:
    """A message never becomes empty."""
    assert all(slip(text, random.Random(n)).strip() for n in range(30))
