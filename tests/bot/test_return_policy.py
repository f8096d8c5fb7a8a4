"""Who comes back after hours is offered to carry on or to start again: after danger, before any form reads the message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.language_policy import PRIORITY as LANGUAGE
from bot.policies.return_policy import ACTION, PRIORITY, START_AGAIN, START_OVER, ReturnPolicy

DOMAIN = """
version: "3.1"
intents: [tell_need, choose]
entities: [choice, red_flag]
slots: {village: {type: text, mappings: [{type: custom, conditions: [{active_loop: assessment_form}]}]}}
forms: {assessment_form: {required_slots: [village]}}
actions: [action_welcome_back, action_start_over]
"""
LISTEN = ActionExecuted("action_listen")
FORM = [ActiveLoop("assessment_form"), SlotSet("requested_slot", "village")]
AGAIN = {"entity": "choice", "value": START_AGAIN, "start": 0, "end": 4}


def said(*entities: dict[str, Any], away: bool = True) -> UserUttered:
    return UserUttered(
        "hello", {"name": "tell_need", "confidence": 1.0}, list(entities), metadata={"away": True} if away else {}
    )


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


@pytest.fixture
def policy(tmp_path: Path) -> ReturnPolicy:
    storage, context = LocalModelStorage.create(tmp_path), ExecutionContext(GraphSchema({}))
    return ReturnPolicy.create(ReturnPolicy.get_default_config(), storage, Resource("return"), context)


def predicted(policy: ReturnPolicy, domain: Domain, *events: Event) -> str | None:
    tracker = DialogueStateTracker.from_events("c1", list(events), domain.slots)
    prediction = policy.predict_action_probabilities(tracker, domain)
    return domain.action_names_or_texts[prediction.max_confidence_index] if prediction.max_confidence else None


def test_in_a_form_the_welcome_comes_first_and_then_it_waits(policy: ReturnPolicy, domain: Domain) -> None:
    """The form does not read the message, and does not put its question again."""
    assert predicted(policy, domain, *FORM, LISTEN, said()) == ACTION
    assert predicted(policy, domain, *FORM, LISTEN, said(), ActionExecuted(ACTION)) == "action_listen"


def test_outside_a_form_or_without_a_gap_it_has_no_opinion(policy: ReturnPolicy, domain: Domain) -> None:
    """Nothing was left open, or nobody was away."""
    assert predicted(policy, domain, LISTEN, said()) is None
    assert predicted(policy, domain, *FORM, LISTEN, said(away=False)) is None


def test_start_again_starts_again(policy: ReturnPolicy, domain: Domain) -> None:
    """The choice forgets what was told and opens the assessment."""
    assert predicted(policy, domain, *FORM, LISTEN, said(AGAIN, away=False)) == START_OVER
    after = [LISTEN, said(AGAIN, away=False), ActionExecuted(START_OVER)]
    assert predicted(policy, domain, *after) == "assessment_form"


def test_it_stands_between_languages_and_rules() -> None:
    """Danger and another language come before it, the rules after it."""
    assert 6 < PRIORITY < LANGUAGE
