"""Finer acts (why, go back, repeat, simpler, more) are found in short messages and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.details import MAX_WORDS, DetailExtractor
from tests.bot.conftest import ROOT


@pytest.fixture(scope="module")
def extractor() -> DetailExtractor:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(ROOT / "data" / "leicestershire"))
        return DetailExtractor({})


def details(extractor: DetailExtractor, text: str) -> list[dict[str, Any]]:
    (message,) = extractor.process([Message({"text": text})])
    return message.get("entities") or []


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("why", "why"),
        ("Why?", "why"),
        ("why do you ask", "why"),
        ("Why do you need to know that", "why"),
        ("what's that got to do with you", "why"),
        ("whats the point of that", "why"),
        ("back", "go_back"),
        ("go back a sec", "go_back"),
        ("tell me more about the second one", "about_one"),
        ("have you got a different kind of thing", "other_kind"),
        ("is there anything in Loughborough", "other_place"),
        ("text me these please", "text_me"),
        ("that number is dead", "wrong_details"),
        ("the link doesnt work", "wrong_details"),
        ("that group has closed down", "wrong_details"),
        ("Go back please", "go_back"),
        ("can I go back a step?", "go_back"),
        ("the last question again please", "go_back"),
        ("say that again", "repeat"),
        ("Pardon?", "repeat"),
        ("eh??", "repeat"),
        ("can you repeat", "repeat"),
        ("in plainer words please", "simpler"),
        ("what does that mean?", "simpler"),
        ("I don’t understand the question", "simpler"),
        ("more", "more"),
        ("show me some more please", "more"),
        ("any other options?", "more"),
        ("is there owt else", "more"),
    ],
)
def test_a_finer_act_is_found(extractor: DetailExtractor, text: str, detail: str) -> None:
    """Each act, as people say it, in any case and with any apostrophe."""
    assert [entity["value"] for entity in details(extractor, text)] == [detail]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "yes",
        "I live in Wigston",
        "I feel so alone since my husband died",
        "my back hurts all the time",
        "I go back and forth to the hospital every week",
        "I want to get back to work",
        "no more food in the house",
        "I don't know why I feel like this",
        "please ring me back",
        "it happened again last night",
    ],
)
def test_ordinary_messages_carry_none(extractor: DetailExtractor, text: str) -> None:
    """A need is not a command, whatever words it shares with one."""
    assert details(extractor, text) == []


def test_a_long_story_is_no_command(extractor: DetailExtractor) -> None:
    """Over 25 words nothing is looked for."""
    short = "can you repeat " + "please " * (MAX_WORDS - 3)
    assert [entity["value"] for entity in details(extractor, short)] == ["repeat"]
    assert details(extractor, short + "thanks") == []


def test_the_first_that_matches_counts(extractor: DetailExtractor) -> None:
    """At most one act: the first of the file."""
    text = "why do you ask, can you repeat that, go back"
    assert [entity["value"] for entity in details(extractor, text)] == ["why"]


def test_the_entity_has_the_form_of_rasa(extractor: DetailExtractor) -> None:
    """It spans the message, names its extractor, and leaves the entities that were there."""
    message = Message({"text": "why?", "entities": [{"entity": "need", "value": "food"}]})
    extractor.process([message])
    assert message.get("entities") == [
        {"entity": "need", "value": "food"},
        {
            "entity": "detail",
            "value": "why",
            "start": 0,
            "end": 4,
            "confidence": 1.0,
            "extractor": "DetailExtractor",
        },
    ]


def test_patterns_come_from_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Local people can add an act in details.yml, and `rasa train` notices."""
    before = DetailExtractor.fingerprint_addon({})
    (tmp_path / "details.yml").write_text(yaml.safe_dump({"details": {"louder": ["^speak up$"]}}), encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert [entity["value"] for entity in details(DetailExtractor({}), "Speak up")] == ["louder"]
    assert DetailExtractor.fingerprint_addon({}) != before
