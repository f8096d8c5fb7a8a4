"""A message in another language is answered as such in every state: after a red flag, before any form or rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.language_policy import ACTION, PRIORITY, LanguagePolicy
from bot.policies.safety_policy import SafetyPolicy

DOMAIN = """
version: "3.1"
intents: [tell_need, choose]
entities: [need, language, red_flag]
slots: {village: {type: text, mappings: [{type: custom, conditions: [{active_loop: assessment_form}]}]}}
forms: {assessment_form: {required_slots: [village]}}
actions: [action_other_language, action_red_flag]
"""
POLISH = {"entity": "language", "value": "pl", "start": 0, "end": 4}
NEED = {"entity": "need", "value": "food", "start": 0, "end": 4}
LISTEN = ActionExecuted("action_listen")
FORM = [ActiveLoop("assessment_form"), SlotSet("requested_slot", "village")]


def said(*entities: dict[str, Any]) -> UserUttered:
    return UserUttered("text", {"name": "tell_need", "confidence": 1.0}, list(entities))


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


@pytest.fixture
def policy(tmp_path: Path) -> LanguagePolicy:
    storage, context = LocalModelStorage.create(tmp_path), ExecutionContext(GraphSchema({}))
    made = LanguagePolicy.load(LanguagePolicy.get_default_config(), storage, Resource("language"), context)
    assert isinstance(made, LanguagePolicy)
    return made


def predicted(policy: LanguagePolicy, domain: Domain, *events: Event) -> str | None:
    tracker = DialogueStateTracker.from_events("c1", list(events), domain.slots)
    prediction = policy.predict_action_probabilities(tracker, domain)
    return domain.action_names_or_texts[prediction.max_confidence_index] if prediction.max_confidence else None


@pytest.mark.parametrize("before", [[], FORM], ids=["outside a form", "inside a form"])
@pytest.mark.parametrize("entities", [(POLISH,), (NEED, POLISH)], ids=["alone", "beside a need"])
def test_another_language_is_answered_first(
    policy: LanguagePolicy, domain: Domain, before: list[Event], entities: tuple[dict[str, Any], ...]
) -> None:
    assert predicted(policy, domain, *before, LISTEN, said(*entities)) == ACTION


def test_afterwards_the_assessment_opens_where_nothing_is_open(policy: LanguagePolicy, domain: Domain) -> None:
    """As after a call for help: something is asked, so that the resident can go on."""
    events = [LISTEN, said(POLISH), ActionExecuted(ACTION), BotUttered("...")]
    assert predicted(policy, domain, *events) == "assessment_form"


@pytest.mark.parametrize(
    "events",
    [[], [LISTEN, said()], [*FORM, LISTEN, said(NEED)], [*FORM, LISTEN, said(POLISH), ActionExecuted(ACTION)]],
    ids=["new", "English", "English in a form", "the form asks again"],
)
def test_otherwise_it_has_no_opinion(policy: LanguagePolicy, domain: Domain, events: list[Event]) -> None:
    assert predicted(policy, domain, *events) is None


def test_a_red_flag_comes_before_it() -> None:
    """Of two policies that are equally sure Rasa takes the one of higher priority."""
    assert SafetyPolicy.get_default_config()["priority"] > PRIORITY == LanguagePolicy.get_default_config()["priority"]
