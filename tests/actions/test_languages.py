"""The replies in other languages: whole, short enough, with numbers from the contacts, and marked until a native speaker has read them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.languages import CODES, FILE, Tongue, Tongues, fits
from common.local_data import LocalDataError
from launch.check_data import check, load_language_words, load_tongues

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "leicestershire"
RIGHT_TO_LEFT = {"ar", "ur"}
LETTERS = {
    "ar": "\u0600-\u06ff", "ur": "\u0600-\u06ff", "gu": "\u0a80-\u0aff", "pa": "\u0a00-\u0a7f", "hi": "\u0900-\u097f",
    "uk": "\u0400-\u04ff", "zh": "\u4e00-\u9fff",
}  # fmt: skip


@pytest.fixture(scope="module")
def tongues() -> Tongues:
    return load_tongues(SHIPPED)


@pytest.fixture(params=CODES)
def tongue(tongues: Tongues, request: pytest.FixtureRequest) -> Tongue:
    return tongues.get(str(request.param))


def test_the_emergency_number_and_the_interpreter_are_in_it(tongue: Tongue) -> None:
    """On both channels: 999, the word to say for an interpreter, and the words that bring a person."""
    for channel in ("web", "sms"):
        text = tongue.says(channel)
        assert "999" in text and "a person" in text
        assert (tongue.english if tongue.code != "zh" else "Mandarin") in text


def test_no_number_but_the_emergency_one_is_shown(tongue: Tongue) -> None:
    """The team's number is not confirmed."""
    assert re.findall(r"\d+", " ".join(tongue.texts.values())) == ["999", "999"]


def test_at_most_three_short_sentences(tongue: Tongue) -> None:
    for text in tongue.texts.values():
        sentences = [part for part in re.split(r"[.!?。।۔](?:\s|$)|[。]", text) if part.strip(" ”\"'")]
        assert len(sentences) <= 3
        assert all(len(sentence.split()) <= 25 for sentence in sentences)


def test_a_text_leaves_room_for_the_open_question(tongue: Tongue) -> None:
    """Three texts hold the reply and the first question of the conversation."""
    question = "What's going on for you? Use your own words. It can be more than one thing."
    assert fits(f"{tongue.says('sms')}\n{question}")
    assert fits(tongue.says("sms", again=True))


def test_the_direction_and_the_letters_are_those_of_the_language(tongue: Tongue) -> None:
    assert tongue.direction == ("rtl" if tongue.code in RIGHT_TO_LEFT else "ltr")
    if tongue.code in LETTERS:
        assert all(re.search(f"[{LETTERS[tongue.code]}]", text) for text in (tongue.name, *tongue.texts.values()))


def test_every_reply_waits_for_a_native_speaker(tongues: Tongues) -> None:
    """As shipped nobody has read them: each is an item to settle before go-live."""
    _, warnings = check(SHIPPED, date(2026, 11, 24))
    for code in CODES:
        assert any(f"languages.yml: {code}: no native speaker" in warning for warning in warnings)


def changed(tmp_path: Path, code: str, **fields: Any) -> Path:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "data"))
    content = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    content["languages"][code].update(fields)
    (folder / FILE).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def test_one_that_was_read_is_no_longer_listed(tmp_path: Path) -> None:
    tongues = load_tongues(changed(tmp_path, "pl", reviewed_by="a native speaker, 1 December 2026"))
    assert not any(": pl:" in warning for warning in tongues.warnings())
    assert len(tongues.warnings()) == len(CODES) - 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"web": "Dzwoń {phone:nobody}."}, "there is no contact 'nobody'"),
        ({"web": "Dzwoń {phone:calm}."}, "the contact 'calm' is not verified"),
        ({"web": "Dzwoń 999."}, "a number is typed in"),
        ({"web": "Dzwoń {number}."}, "placeholder"),
        ({"web": ""}, "web must be text"),
        ({"sms": "Dzwoń {phone:emergency}. " + "ą" * 195}, "longer than 3 texts"),
        ({"direction": "down"}, "direction must be ltr or rtl"),
        ({"reviewed_by": True}, "reviewed_by must be a name or null"),
        ({"more": "x"}, "needs exactly"),
    ],
)
def test_a_wording_that_cannot_be_used_is_refused(tmp_path: Path, fields: dict[str, Any], words: str) -> None:
    """A contact that is missing or not verified, a number typed in, a text too long: the language is named and nothing starts."""
    with pytest.raises(LocalDataError, match=words) as error:
        load_tongues(changed(tmp_path, "pl", **fields))
    assert "pl" in str(error.value) and FILE in str(error.value)


def drop_polish(content: dict[str, Any]) -> None:
    del content["by_words"]["pl"]


def number_for_words(content: dict[str, Any]) -> None:
    content["by_words"]["pl"]["words"] = 7


def no_script(content: dict[str, Any]) -> None:
    content["by_script"]["gu"] = {}


@pytest.mark.parametrize("spoil", [drop_polish, number_for_words, no_script])
def test_words_that_cannot_be_used_are_refused(tmp_path: Path, spoil: Callable[[dict[str, Any]], None]) -> None:
    """language_words.yml names the same languages, each in full."""
    content = yaml.safe_load((SHIPPED / "language_words.yml").read_text(encoding="utf-8"))
    spoil(content)
    (tmp_path / "language_words.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LocalDataError, match=r"language_words\.yml"):
        load_language_words(tmp_path)
