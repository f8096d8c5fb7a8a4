"""A long message is read in stretches; nothing in it is left out."""

from __future__ import annotations

import pytest

from bot.nlu.windows import LENGTH, WHOLE, windows

SENTENCES = " ".join(f"I went to shop {number} and it was shut." for number in range(60))
WORDS = " ".join(f"w{number}" for number in range(900))


@pytest.mark.parametrize(
    "text", ["", "help", "so  lonely\nhere", "word " * WHOLE], ids=["none", "one", "three", "most"]
)
def test_a_short_message_is_one_stretch(text: str) -> None:
    """As it was typed."""
    assert windows(text) == [text]


@pytest.mark.parametrize("text", [SENTENCES, WORDS, WORDS.replace(" ", ", ")], ids=["sentences", "words", "list"])
def test_every_word_of_a_long_one_is_in_a_stretch(text: str) -> None:
    """In order, and no stretch is longer than LENGTH words."""
    parts = windows(text)
    assert len(parts) > 1 and all(0 < len(part.split()) <= LENGTH for part in parts)
    at = 0
    for part in parts:
        found = text.find(part)
        assert found >= 0 and not text[at:found].strip()
        at = found + len(part)
    assert not text[at:].strip()


def test_stretches_end_with_sentences() -> None:
    """A sentence cut in two says nothing in either."""
    assert all(part.endswith(".") for part in windows(SENTENCES))


def test_words_without_stops_overlap() -> None:
    """Nothing said across a cut is lost."""
    first, second = windows(WORDS)[:2]
    assert set(first.split()) & set(second.split())
