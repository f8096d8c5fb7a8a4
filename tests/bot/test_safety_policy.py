"""A red flag is answered before anything else, in every state, and once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.channel import WholeReplies
from bot.policies.safety_policy import ACTION, SafetyPolicy
from tests.bot.action_server import ActionServer
from tests.bot.tiny import DOMAIN

FLAG = {"entity": "red_flag", "value": "suicide_self_harm", "start": 0, "end": 4}
NEED = {"entity": "need", "value": "loneliness", "start": 0, "end": 4}
LISTEN = ActionExecuted("action_listen")
FORM = [ActiveLoop("assessment"), SlotSet("requested_slot", "village")]


def said(*entities: dict[str, Any], intent: str = "tell_need") -> UserUttered:
    return UserUttered("text", {"name": intent, "confidence": 1.0}, list(entities))


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


@pytest.fixture
def policy(tmp_path: Path) -> SafetyPolicy:
    storage, context = LocalModelStorage.create(tmp_path), ExecutionContext(GraphSchema({}))
    config = SafetyPolicy.get_default_config()
    made = SafetyPolicy.create(config, storage, Resource("safety"), context)
    assert made.train([], Domain.empty()) == Resource("safety")
    return SafetyPolicy.load(config, storage, Resource("safety"), context)


def predicted(policy: SafetyPolicy, domain: Domain, *events: Event) -> str | None:
    """The action that the policy is certain of, or None when it has no opinion."""
    tracker = DialogueStateTracker.from_events("c1", list(events), domain.slots)
    prediction = policy.predict_action_probabilities(tracker, domain)
    if prediction.max_confidence == 0.0:
        return None
    assert prediction.max_confidence == 1.0
    return domain.action_names_or_texts[prediction.max_confidence_index]


@pytest.mark.parametrize("before", [[], FORM], ids=["outside a form", "inside a form"])
@pytest.mark.parametrize("intent", ["tell_need", "greet", "out_of_scope", "choose"])
@pytest.mark.parametrize("entities", [(FLAG,), (NEED, FLAG), (FLAG, FLAG)], ids=["alone", "beside a need", "twice"])
def test_a_red_flag_comes_first(
    policy: SafetyPolicy, domain: Domain, before: list[Event], intent: str, entities: tuple[dict[str, Any], ...]
) -> None:
    """Right after a message with a red flag: `action_red_flag`, whatever the intent, the needs or the open form."""
    assert predicted(policy, domain, *before, LISTEN, said(*entities, intent=intent)) == ACTION


def test_slots_that_the_message_set_do_not_hide_it(policy: SafetyPolicy, domain: Domain) -> None:
    """Rasa fills slots between the message and the prediction."""
    assert predicted(policy, domain, LISTEN, said(FLAG), SlotSet("village", "text")) == ACTION


@pytest.mark.parametrize(
    "events",
    [
        [LISTEN],
        [LISTEN, said()],
        [LISTEN, said(NEED)],
        [*FORM, LISTEN, said(NEED)],
        [LISTEN, said(FLAG), ActionExecuted("utter_hello")],
        [LISTEN, said(FLAG), ActionExecuted(ACTION), ActionExecuted("assessment")],
        [LISTEN, said(FLAG), ActionExecuted(ACTION), LISTEN, said(NEED)],
        [],
    ],
    ids=[
        "nobody spoke",
        "no entity",
        "a need",
        "a need in a form",
        "after another action",
        "form again",
        "next",
        "new",
    ],
)
def test_otherwise_it_has_no_opinion(policy: SafetyPolicy, domain: Domain, events: list[Event]) -> None:
    """Not without a red flag, not after other actions, and not for the next message: the rest is RulePolicy's."""
    assert predicted(policy, domain, *events) is None


def test_afterwards_the_conversation_waits(policy: SafetyPolicy, domain: Domain) -> None:
    """Outside a form the resident has the next word; nothing is said after the crisis reply."""
    events = [LISTEN, said(FLAG), ActionExecuted(ACTION), BotUttered("Ring 999")]
    assert predicted(policy, domain, *events) == "action_listen"


def test_afterwards_a_form_asks_again(policy: SafetyPolicy, domain: Domain) -> None:
    """Inside a form RulePolicy goes on, and the form asks its open question again."""
    assert predicted(policy, domain, *FORM, LISTEN, said(FLAG), ActionExecuted(ACTION)) is None


def test_it_comes_before_the_rules() -> None:
    """Of two policies that are equally sure Rasa takes the one of higher priority."""
    assert SafetyPolicy.get_default_config()["priority"] > RulePolicy.get_default_config()["priority"]


def test_it_comes_before_an_open_form(policy: SafetyPolicy, domain: Domain) -> None:
    """Rasa lets an open form overrule every prediction of the usual kind, so this one is of the form's kind, and only this one."""
    flagged, plain = (
        policy.predict_action_probabilities(
            DialogueStateTracker.from_events("c1", [*FORM, LISTEN, said(entity)], domain.slots), domain
        )
        for entity in (FLAG, NEED)
    )
    assert flagged.is_no_user_prediction
    assert not plain.is_no_user_prediction


async def test_in_a_whole_conversation(fixed: None, action_server: ActionServer, tiny_model: str) -> None:
    """Trained by Rasa: a red flag in mid-form runs `action_red_flag` once, first, and then the form asks again."""
    agent = Agent.load(tiny_model, action_endpoint=EndpointConfig(action_server.url))

    async def say(text: str) -> list[str]:
        channel = WholeReplies("web")
        await agent.processor.handle_message(UserMessage(text, channel, "c1"))
        return [message["text"] for message in channel.messages]

    assert await say("i want to end my life tonight") == []
    assert action_server.asked == [ACTION]
    assert await say("my village is") == ["Where do you live?"]
    action_server.calls.clear()
    action_server.body = {"events": [], "responses": [{"text": "Ring 999."}]}
    assert await say("i want to end my life tonight") == ["Ring 999.", "Where do you live?"]
    assert action_server.asked == [ACTION]
