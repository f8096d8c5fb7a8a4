"""The safety screen's findings reach Rasa as entities, beside the classifier's vote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.red_flags import RedFlagScreen
from bot.nlu.understanding import DANGER
from safety.screen import Screen
from tests.bot.conftest import ROOT

DATA = ROOT / "data" / "leicestershire"
THREAT = "I'm going to kill him with a knife"


@pytest.fixture(scope="module")
def component() -> RedFlagScreen:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(DATA))
        return RedFlagScreen({})


def entities(component: RedFlagScreen, text: str, *known: dict[str, Any]) -> list[dict[str, Any]]:
    (message,) = component.process([Message({"text": text, "entities": list(known)} if known else {"text": text})])
    return message.get("entities")


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("I want to end my life", {"suicide_self_harm"}),
        ("i smell gas in the kitchen", {"fire_gas"}),
        ("ive got chest pain", {"medical_emergency"}),
        ("i smell gas and he hits me", {"fire_gas", "abuse_now"}),
        ("I am not suicidal", set()),
        ("this ironing is killing me", set()),
        ("I feel so alone since my husband died", set()),
        ("", set()),
        ("🙂", set()),
    ],
)
def test_findings_become_entities(component: RedFlagScreen, text: str, flags: set[str]) -> None:
    """Each danger that the screen names is an entity `red_flag`; without one the list is there and empty."""
    found = entities(component, text)
    assert {entity["value"] for entity in found if entity["entity"] == "red_flag"} == flags
    assert len(found) == len(flags)


def test_the_entity_has_the_form_of_rasa(component: RedFlagScreen) -> None:
    """It says where in the raw text the danger stands and who found it, and is part of the parse result."""
    text = "Help. I smell gas in here"
    message = Message({"text": text})
    component.process([message])
    (entity,) = message.get("entities")
    start, end = entity["start"], entity["end"]
    assert "smell gas" in text[start:end] and 6 <= start < end <= len(text)
    assert entity == {
        "entity": "red_flag",
        "value": "fire_gas",
        "start": start,
        "end": end,
        "confidence": 1.0,
        "extractor": "RedFlagScreen",
    }
    assert message.as_dict(only_output_properties=True)["entities"] == [entity]


def test_a_threat_to_others_is_not_a_flag_of_its_own(component: RedFlagScreen) -> None:
    """The vocabulary has no such label: it travels as the entity `threat`."""
    found = entities(component, THREAT)
    assert "threat_to_others" in {entity["value"] for entity in found if entity["entity"] == "threat"}
    assert "threat_to_others" not in {entity["value"] for entity in found if entity["entity"] == "red_flag"}


def test_the_vote_of_the_classifier_stays(component: RedFlagScreen) -> None:
    """Either may fire: what the classifier found stays where the screen finds nothing."""
    vote = {"entity": "red_flag", "value": "abuse_now", "start": 0, "end": 4}
    need = {"entity": "need", "value": "food", "start": 0, "end": 4}
    assert entities(component, "hello", vote, need) == [vote, need]


def test_a_flag_is_said_once(component: RedFlagScreen) -> None:
    """A flag that the classifier or another pattern found already is not repeated; a second flag is added."""
    vote = {"entity": "red_flag", "value": "fire_gas", "start": 0, "end": 4}
    found = entities(component, "i smell gas and he hits me and punches me", vote)
    assert [entity["value"] for entity in found] == ["fire_gas", "abuse_now"]


def test_it_finds_what_the_front_door_finds(component: RedFlagScreen) -> None:
    """The same screen runs in both processes, so a crisis reply and the conversation never disagree."""
    for text in ("i smell gas and he hits me", THREAT, "nowhere to sleep tonight", "hello"):
        found = {finding.flag for finding in component._screen.check(text)}
        assert {entity["value"] for entity in entities(component, text)} == found
    assert isinstance(component._screen, Screen)


def test_changed_patterns_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`rasa train` must not reuse a model after a pattern or the screen's code has changed, wherever it is started."""
    before = RedFlagScreen.fingerprint_addon({})
    monkeypatch.chdir(tmp_path)
    assert RedFlagScreen.fingerprint_addon({}) == before
    (tmp_path / "red_flags.yml").write_bytes((DATA / "red_flags.yml").read_bytes() + b"\n")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert RedFlagScreen.fingerprint_addon({}) != before


@pytest.mark.parametrize(
    ("share", "flags"), [(None, {"fire_gas"}), (0.5, {"fire_gas"}), (0.05, {"fire_gas"}), (0.01, set())]
)
def test_a_pattern_is_not_believed_where_the_whole_message_speaks_against_it(
    share: float | None, flags: set[str]
) -> None:
    """A film about a gas leak holds the words and no danger. Without the classifier's word every pattern counts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(DATA))
        component = RedFlagScreen({"believed_from": 0.05})
    message = Message({"text": "i smell gas in the kitchen"})
    if share is not None:
        message.set(DANGER, share)
    component.process([message])
    assert {entity["value"] for entity in message.get("entities")} == flags


def test_a_threat_is_always_heard() -> None:
    """The classifier knows no label for it, so it has no say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(DATA))
        component = RedFlagScreen({"believed_from": 0.9})
    message = Message({"text": THREAT})
    message.set(DANGER, 0.0)
    component.process([message])
    assert [entity["entity"] for entity in message.get("entities")] == ["threat"]


def test_danger_in_another_language_is_always_heard() -> None:
    """The classifier learnt English: its "no danger" about Polish says nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(DATA))
        component = RedFlagScreen({"believed_from": 0.9})
    message = Message({"text": "nie chcę żyć"})
    message.set(DANGER, 0.0)
    component.process([message])
    assert [entity["value"] for entity in message.get("entities")] == ["suicide_self_harm"]
