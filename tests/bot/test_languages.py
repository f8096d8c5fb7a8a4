"""A message in one of twelve other languages is noticed; English in any form, and everything doubtful, never is."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.languages import FILE, Guess, LanguageDetector, Languages
from tests.bot.conftest import ROOT

CASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("languages.yml").read_text(encoding="utf-8"))
DATA = ROOT / "data" / "leicestershire"


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages.load(DATA)


def corpus() -> Iterator[str]:
    """Every training message, every message of the measuring sets, every name of a place."""
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            for example in block["examples"]:
                yield example["text"].strip()
    for path in sorted((ROOT / "tests/understanding").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["text"]
    with (DATA / "places.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield from (row["name"], *row["aliases"].split(";"))


@pytest.mark.parametrize("code", sorted(CASES["phrases"]))
def test_plain_messages_are_noticed(languages: Languages, code: str) -> None:
    """Ten everyday messages a language, with and without accents, some with an English place in them."""
    assert len(CASES["phrases"][code]) == 10
    heard = {text: languages.guess(text) for text in CASES["phrases"][code]}
    assert [text for text, guess in heard.items() if guess is None or guess.code != code] == []


def test_no_message_in_english_is_taken_for_another_language(languages: Languages) -> None:
    """None of thousands of messages in plain English, dialect, text-speak and slips of the keyboard."""
    texts = list(corpus())
    assert len(texts) > 5000
    assert [text for text in texts if text not in CASES["truly"] and languages.guess(text)] == []


@pytest.mark.parametrize("kind", sorted(CASES["no_guess"]))
def test_no_guess_where_it_is_not_clear(languages: Languages, kind: str) -> None:
    """Short answers, names, thanks within English, dialect, mash, emoji, numbers, romanised Hindi, and languages that we have no reply in."""
    texts = [str(text) for text in CASES["no_guess"][kind]]
    assert {text: guess for text in texts if (guess := languages.guess(text))} == {}
    assert {text: guess for text in texts if (guess := languages.guess(text.upper()))} == {}


@pytest.mark.parametrize("answer", ["Nie", "Tak", "Wigston", "No", "Kasia", "18", "po", "jest", "não", "как", "è"])
def test_one_word_is_never_enough_in_letters_like_ours(languages: Languages, answer: str) -> None:
    """One word may be a name, a slip or a joke."""
    assert languages.guess(answer) is None


def test_mostly_english_stays_english(languages: Languages) -> None:
    """Each Latin phrase inside an English sentence is no guess."""
    for code in ("pl", "ro", "so", "pt", "sk"):
        phrase = CASES["phrases"][code][1]
        text = f"Hello, my neighbour came round and said {phrase} and I do not know what that means, can you tell me please"
        assert languages.guess(text) is None, text


def test_a_script_counts_when_it_is_at_least_half(languages: Languages) -> None:
    assert languages.guess("મને PIP form ભરવામાં મદદ જોઈએ") == Guess("gu", 1.0)
    assert languages.guess("thank you for the help with my form આભાર") is None


def test_odd_and_long_text_is_quick(languages: Languages) -> None:
    """Anything is taken, and the length of a message costs nothing."""
    started = time.perf_counter()
    for text in (
        "",
        " ",
        "\u0000",
        "ą" * 10_000,
        "nie wiem " * 2_000,
        "😀" * 3_000,
        "मदद " * 3_000,
        "\ud800",
        "a" * 10_000,
    ):
        languages.guess(text)
    assert time.perf_counter() - started < 1


def test_the_entity_has_the_form_of_rasa() -> None:
    """It spans the message, names its extractor, and leaves the entities that were there."""
    message = Message({"text": "potrzebuję pomocy", "entities": [{"entity": "need", "value": "food"}]})
    english = Message({"text": "I need help"})
    LanguageDetector({}).process([message, english])
    need, language = message.get("entities")
    assert need == {"entity": "need", "value": "food"}
    assert language == {
        "entity": "language", "value": "pl", "start": 0, "end": 17,
        "confidence": language["confidence"], "extractor": "LanguageDetector",
    }  # fmt: skip
    assert 0.5 < language["confidence"] <= 1.0
    assert english.get("entities") is None


def test_words_come_from_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Native speakers can add a phrase in language_words.yml, and `rasa train` notices."""
    before = LanguageDetector.fingerprint_addon({})
    content = yaml.safe_load((DATA / FILE).read_text(encoding="utf-8"))
    content["by_words"]["pl"]["phrases"] += ", hej ho"
    (tmp_path / FILE).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    message = Message({"text": "hej ho"})
    LanguageDetector({}).process([message])
    assert [entity["value"] for entity in message.get("entities")] == ["pl"]
    assert LanguageDetector.fingerprint_addon({}) != before
