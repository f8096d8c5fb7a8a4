"""What is said and understood about a referral: short sentences, no phrase that is a danger or a need in itself."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from common.local_data import LocalDataError
from front_door.resident.words import ASKS, ResidentWords
from referrals.resident_copy import CopyWords
from safety.screen import Screen
from tests.front_door.support import DATA, words

WORDS = words().referral
PLACES = {"reference", "team", "status", "references", "sent", "page", "days", "word"}


def raw() -> dict[str, Any]:
    return dict(yaml.safe_load((DATA / "front_door.yml").read_text(encoding="utf-8"))["referral"])


def test_w15_sentences_are_short_and_ask_one_thing() -> None:
    """At most 25 words a sentence, one question a text, and only places that are filled in."""
    for item in fields(ResidentWords):
        if item.name == "asks":
            continue
        text = getattr(WORDS, item.name)
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            assert len(sentence.split()) <= 25, sentence
        assert text.count("?") <= 1 and set(re.findall(r"{(\w+)}", text)) <= PLACES, item.name


def test_no_phrase_of_ours_is_a_danger() -> None:
    """The real screen finds no red flag in any of them."""
    screen = Screen.load(DATA)
    for phrase in WORDS.asks:
        assert screen.check(phrase) == [], phrase


def test_words_that_always_mean_a_referral_say_so() -> None:
    """A phrase may count at any time only if it names the referral, or what only a referral has."""
    for phrase, (_, sure) in WORDS.asks.items():
        named = re.search(r"\breferral\b|\bstatus\b|\breference\b|contact details|how you contact me|about me", phrase)
        assert not sure or named, phrase


@pytest.mark.parametrize(
    ("text", "ask", "reference"),
    [
        ("STATUS", "status", None),
        ("status?", "status", None),
        ("Hi, what’s happening with my referral please", "status", None),
        ("what's happening with my referral K7M-4PR", "status", "K7M-4PR"),
        ("withdraw my referral k7m 4pr", "withdraw", "K7M-4PR"),
        ("STATUS ABC-123", "status", "abc 123"),
        ("I've changed my number", "change", None),
        ("can I have a copy", "copy", None),
    ],
)
def test_a_whole_message_is_understood(text: str, ask: str, reference: str | None) -> None:
    asked = WORDS.asked(text)
    assert asked is not None and (asked.ask, asked.reference) == (ask, reference)


@pytest.mark.parametrize(
    "text",
    ["4pm-6pm", "3pm - 6pm.", "status help me", "status im cold", "my status is single", "take it back to the shop", "copy", "new", "", "9", "I need 2 talk",
     "whats happening to me", "did they get my benefits", "i want to take my life back", "STATUS " * 40],
)  # fmt: skip
def test_anything_more_or_else_is_the_conversations(text: str) -> None:
    assert WORDS.asked(text) is None


@pytest.mark.parametrize("key", ["asks", "wrong", "take_back"])
def test_a_missing_text_is_named(key: str) -> None:
    broken = {name: value for name, value in raw().items() if name != key}
    with pytest.raises(LocalDataError, match=rf"front_door.yml.*{key}"):
        ResidentWords.read(Path("front_door.yml"), broken)


def test_a_phrase_that_stands_there_twice_is_named() -> None:
    broken = raw()
    broken["asks"]["copy"]["after"].append("Status!")
    with pytest.raises(LocalDataError, match="Status!"):
        ResidentWords.read(Path("front_door.yml"), broken)
    assert set(ASKS) == set(raw()["asks"])


def test_the_titles_of_a_copy_are_all_there(tmp_path: Path) -> None:
    content = yaml.safe_load((DATA / "status_words.yml").read_text(encoding="utf-8"))
    del content["copy"]["titles"]["needs"]
    (tmp_path / "status_words.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(LocalDataError, match=r"copy\.titles\.needs"):
        CopyWords.load(tmp_path)
