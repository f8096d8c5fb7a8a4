"""The front door's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from common.local_data import LocalDataError
from front_door.sms import segments
from front_door.words import Words
from tests.front_door.support import DATA, words

_RESERVED = re.compile(r"\b(YES|NO|STOP|END|CANCEL|QUIT|HELP|INFO|START)\b")


def texts() -> list[str]:
    made = words()
    return [
        *made.welcome,
        made.sms_welcome,
        made.apology,
        made.gave_up,
        made.danger,
        made.empty,
        made.too_long,
        made.picture,
        made.stale_choice,
        made.stop_confirmation,
        *(trouble.text for trouble in made.trouble.values()),
    ]


def test_sentences_are_short_and_ask_one_thing() -> None:
    """At most 25 words a sentence and one question a text."""
    for text in texts():
        for sentence in re.split(r"(?<=[.?!])\s+", text):
            assert len(sentence.split()) <= 25, sentence
        assert text.count("?") <= 2 if text.startswith("Leicestershire") else text.count("?") <= 1, text


def test_texts_to_phones_are_cheap_and_invite_no_word_that_networks_act_on() -> None:
    """GSM letters, the welcome within one segment, nothing over three; no STOP, YES or HELP as an answer."""
    made = words()
    for text in (
        made.sms_welcome,
        made.apology,
        made.gave_up,
        made.danger,
        made.empty,
        made.picture,
        made.more,
        made.stop_confirmation,
    ):
        assert segments.is_gsm(segments.downgrade(text)) and segments.count(segments.downgrade(text)) <= 3
        assert not _RESERVED.search(text)
    assert segments.count(made.sms_welcome) == 1


def test_a_number_is_said_only_when_its_contact_is_confirmed() -> None:
    """An unconfirmed contact takes its whole sentence with it."""
    made = Words.load(DATA, {"emergency": "999"}.get, "")
    assert "999" in made.apology and "111" not in made.apology


@pytest.mark.parametrize("key", ["welcome", "apology", "trouble", "exit_to", "ways_to_help"])
def test_a_broken_file_is_named_with_its_key(tmp_path: Path, key: str) -> None:
    """Missing or wrong: LocalDataError says which file and which key."""
    raw = yaml.safe_load((DATA / "front_door.yml").read_text())
    raw[key] = 5
    (tmp_path / "front_door.yml").write_text(yaml.safe_dump(raw))
    with pytest.raises(LocalDataError, match=rf"front_door.yml.*{key}"):
        Words.load(tmp_path, lambda name: None, "")
