"""Answers to questions of the bank: what leaves one out, and what does not."""

from __future__ import annotations

import pytest

from actions.questions import passes


@pytest.mark.parametrize(
    "text", ["Ooh pass", "I shall pass on that one", "not bothered. next", "skip", "next", "skip it please"]
)
def test_a_question_can_be_passed_in_many_words(text: str) -> None:
    """Every question may be left out."""
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    ["im out next week", "the lady next door", "next friday", "my bus pass ran out", "he passed away", "I skip lunch"],
)
def test_an_answer_that_holds_such_a_word_is_an_answer(text: str) -> None:
    """ "Next week" is a date, and the lady next door is somebody."""
    assert not passes(text)
