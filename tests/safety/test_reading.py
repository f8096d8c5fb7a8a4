"""How people type is put right before anything is compared."""

from __future__ import annotations

from itertools import pairwise

import pytest

from safety.reading import read
from safety.spelling import distance_at_most


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("i want to kil myself", "suicide_self_harm"),
        ("im feeling sucidal", "suicide_self_harm"),
        ("gonna kms", "suicide_self_harm"),
        ("wanna unalive myself", "suicide_self_harm"),
        ("I WANT TO DIE", "suicide_self_harm"),
        ("i want 2 dieeeee", "suicide_self_harm"),
        ("k1ll mys3lf tonight", "suicide_self_harm"),
        ("I don\u2019t want to be here anymore", "suicide_self_harm"),
        ("i dont want to be here any more", "suicide_self_harm"),
        ("i don t want to live", "suicide_self_harm"),
        ("going to k i l l myself", "suicide_self_harm"),
        ("want to su*cide, feeling su*cidal", "suicide_self_harm"),
        ("he od'd", "medical_emergency"),
        ("cant breath", "medical_emergency"),
        ("i cnt brethe", "medical_emergency"),
        ("hes unconcious", "medical_emergency"),
        ("me chest pain is bad", "medical_emergency"),
        ("\uff29 want to die", "suicide_self_harm"),
        ("I want to d\u200bie", "suicide_self_harm"),
        ("<b>I want</b> to <i>die</i>", "suicide_self_harm"),
        ("nowere to sleep 2nite", "homeless_tonight"),
        ("carbon monoxid alarm going off", "fire_gas"),
    ],
)
def test_slips_and_text_speak_are_understood(flags, text, flag):
    """Typos, text-speak, missing or curly apostrophes, leetspeak and hidden characters do not hide a danger."""
    assert flag in flags(text)


@pytest.mark.parametrize("word", ["cooking", "slipped", "contraption", "rated", "amused", "violet", "breeding"])
def test_real_words_are_not_turned_into_danger_words(screen, word):
    """Another English word is never "corrected" into a danger word."""
    assert screen.rulebook.spelling.plain(word) == (word,)


def test_places_are_those_of_the_raw_text(screen):
    """A finding points at the words as they were typed."""
    text = "Hello \U0001f642 \u2014 since Tuesday I just WANNA DIE, sorry"
    finding = screen.check(text)[0]
    assert text[finding.start : finding.end] == "WANNA DIE"


def test_sentences_and_pauses_are_kept(screen):
    """Full stops end a sentence, commas and line ends are pauses, decimals are neither."""
    reading = read("It's 3.5 degrees.\nI fell, badly\nhelp", screen.rulebook.spelling)
    assert reading.words == ("it", "is", "3", "5", "degrees", ".", "i", "fell", ",", "badly", ",", "help")


def test_long_sentences_are_read_in_overlapping_stretches(screen):
    """Every word of a text without full stops is in a stretch, and neighbours share enough words for any pattern."""
    reading = read(" ".join(f"w{number}" for number in range(500)), screen.rulebook.spelling)
    stretches = reading.stretches()
    assert set().union(*(words for _, _, words in stretches)) == set(reading.words)
    assert all(len(one[2] & other[2]) >= 20 for one, other in pairwise(stretches))


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("sucide", "suicide", True),
        ("siucide", "suicide", True),
        ("cooking", "choking", False),
        ("suicide", "suicide", True),
    ],
)
def test_distance(first, second, near):
    """One letter lost, added or swapped is near; a changed consonant is another word."""
    assert distance_at_most(first, second, 1) is near
