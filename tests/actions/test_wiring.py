"""The domain, the rules and the code name the same things."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from actions.registry import all_actions
from actions.services import Services
from assessment.questions import QuestionBank
from common.clock import Clock
from common.database import open_database

ROOT = Path(__file__).resolve().parents[2]
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text())
CODE = "".join(path.read_text() for path in [*(ROOT / "actions").glob("*.py"), *(ROOT / "data/rules").glob("*.yml")])
QUESTIONS = sorted({slot for form in DOMAIN["forms"].values() for slot in form["required_slots"]})


@pytest.fixture(scope="module")
def services() -> Services:
    return Services.load(open_database("sqlite://"), Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


def test_every_action_of_the_domain_exists_and_no_other(services: Services) -> None:
    """domain.yml lists exactly the actions that the action server registers."""
    assert sorted(action.name() for action in all_actions(services)) == sorted(DOMAIN["actions"])


def test_every_response_named_in_code_or_rules_exists() -> None:
    """No action and no rule speaks a response that domain.yml does not have."""
    named = {name for name in re.findall(r"utter_[a-z_]+", CODE) if not name.endswith("_")} - {"utter_message"}
    assert named <= set(DOMAIN["responses"]) | {f"utter_ask_{slot}" for slot in QUESTIONS}


def test_no_response_is_dead() -> None:
    """Every response of domain.yml is spoken by an action, a rule, or as a form's question or its reason."""
    asked = {f"utter_ask_{slot}" for slot in QUESTIONS} | {f"utter_why_{slot}" for slot in QUESTIONS}
    dead = {name for name in DOMAIN["responses"] if name not in asked and name not in CODE}
    assert dead <= {"utter_why_question", "utter_why_nothing_asked"}


@pytest.mark.parametrize("slot", QUESTIONS)
def test_every_question_can_be_asked_and_explained(slot: str) -> None:
    """Each form slot has a question and a reason for it, of its own or in the question bank."""
    assert f"utter_ask_{slot}" in DOMAIN["responses"] or f"action_ask_{slot}" in DOMAIN["actions"]
    assert f"utter_why_{slot}" in DOMAIN["responses"] or slot in (*QUESTION_SLOTS, *PERSON_SLOTS)


def test_no_slot_listens_by_itself() -> None:
    """Every slot is filled by an action: no mapping reads the text before anything has looked at it."""
    kinds = {mapping["type"] for slot in DOMAIN["slots"].values() for mapping in slot["mappings"]}
    assert kinds == {"custom"}


def test_a_confirmation_is_spoken_by_the_action_that_stored_it() -> None:
    """ "Your reference is" stands in one response, and only the submitting action speaks it, never a rule."""
    said = [name for name, texts in DOMAIN["responses"].items() if "Your reference is" in str(texts)]
    assert said == ["utter_referral_sent"]
    rules = "".join(path.read_text() for path in (ROOT / "data/rules").glob("*.yml"))
    assert "utter_referral_sent" not in rules


def test_every_intent_has_a_rule() -> None:
    """There is no fallback: an intent without a rule would be met with silence."""
    rules = "".join(path.read_text() for path in (ROOT / "data/rules").glob("*.yml"))
    assert [intent for intent in DOMAIN["intents"] if f"intent: {intent}" not in rules] == []


def test_question_ids_are_found_again() -> None:
    """The bank answers for every id it hands out."""
    bank = QuestionBank.load(ROOT / "data/leicestershire")
    assert all(bank.get(question.id) is question for question in bank)


@pytest.mark.parametrize("name", sorted(DOMAIN["responses"]))
def test_words_for_residents_are_short_and_plain(name: str) -> None:
    """Sentences of 25 words at most, one question in a response, no American spelling, no word of the trade."""
    for variation in DOMAIN["responses"][name]:
        text = variation["text"]
        for sentence in re.split(r"(?<=[.?!])\s|\n", text):
            assert len(sentence.split()) <= 25, sentence
        assert text.count("?") <= 1, text
        assert not re.search(r"\b(signpost|safeguard|eligib|utili[sz]e|organiz|behavior|click)", text, re.IGNORECASE)
        invited = {button["title"].strip().upper() for button in variation.get("buttons", [])}
        assert not invited & {"YES", "NO", "STOP", "START", "HELP", "INFO", "END", "CANCEL", "QUIT"}
