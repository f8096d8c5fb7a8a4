"""The fixes that only save work: each gives what Rasa's own code gives, and does less for it. Counted, not timed."""

from __future__ import annotations

import copy
import inspect
import json
import random
import re
from collections import Counter
from typing import Any

import dask
import pytest
import rasa.core.actions.forms
import rasa.core.policies.rule_policy
import rasa.core.processor
from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet
from rasa.shared.core.slots import CategoricalSlot, FloatSlot, ListSlot, Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot import fixes, speed
from bot.action_calls import payload, result_check
from bot.channel import WholeReplies
from tests.bot.action_server import ActionServer
from tests.bot.conversations import conversation, one_turn, says, tracker
from tests.bot.tiny import DOMAIN


def load(model: str, server: ActionServer) -> Agent:
    return Agent.load(model, action_endpoint=EndpointConfig(server.url))


async def say(agent: Agent, *texts: str) -> list[list[str]]:
    """What is said to each message."""
    said = []
    for number, text in enumerate(texts):
        channel = WholeReplies("web")
        await agent.processor.handle_message(UserMessage(text, channel, "c1", message_id=f"m{number}"))
        said.append([reply["text"] for reply in channel.messages])
    return said


TEXTS = ("hello there", "my village is wigston", "i am so lonely", "who won the football last night", "good morning")


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_MEMORY_TRACKER", "1")


async def test_the_fixes_change_no_word(
    undo_fixes: None, memory: None, action_server: ActionServer, tiny_model: str
) -> None:
    """The same conversation on Rasa as it comes, and with everything that saves work."""
    of_rasa = await say(load(tiny_model, action_server), *TEXTS)
    speed.apply()
    assert await say(load(tiny_model, action_server), *TEXTS) == of_rasa


# --- graphs run in a fixed order -------------------------------------------------------------------------------------


async def dask_runs(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> int:
    runs = []
    get = dask.get
    monkeypatch.setattr(dask, "get", lambda *args, **kwargs: (runs.append(1), get(*args, **kwargs))[1])
    await say(agent, "hello there")
    return len(runs)


async def test_no_graph_is_built_for_a_message(
    fixed: None, memory: None, action_server: ActionServer, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message and its predictions run through an order that was worked out once for each target."""
    agent = load(tiny_model, action_server)
    await say(agent, "hello there")
    worked_out: list[Any] = []
    in_order = speed.in_order
    monkeypatch.setattr(speed, "in_order", lambda *args: (worked_out.append(args), in_order(*args))[1])
    assert await dask_runs(agent, monkeypatch) == 0 and worked_out == []


async def test_no_graph_is_built_without_it(
    undo_fixes: None, memory: None, action_server: ActionServer, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rasa by itself builds and schedules one for the message and one for each prediction."""
    assert await dask_runs(load(tiny_model, action_server), monkeypatch) >= 3


async def test_the_order_gives_what_dask_gives(
    undo_fixes: None, memory: None, action_server: ActionServer, tiny_model: str
) -> None:
    """Both graphs of the tiny assistant: the same understanding, the same prediction."""
    agent = load(tiny_model, action_server)
    parsed = await agent.parse_message("i am so lonely")
    predicted = agent.processor.predict_next_with_tracker(conversation())
    speed.graphs_run_in_a_fixed_order()
    assert await agent.parse_message("i am so lonely") == parsed
    again = agent.processor.predict_next_with_tracker(conversation())
    assert again["scores"] == predicted["scores"] and again["policy"] == predicted["policy"]
    runner = agent.processor.graph_runner
    with pytest.raises(GraphRunError, match="clashes"):
        runner.run(inputs={"__tracker__": next(iter(runner._instantiated_nodes))})


# --- trackers are copied as they stand -------------------------------------------------------------------------------


def state(of: DialogueStateTracker) -> dict[str, Any]:
    slots = {name: (slot.value, slot.has_been_set, type(slot)) for name, slot in of.slots.items()}
    return {**of.current_state(EventVerbosity.ALL), "slots": slots, "loop": of.active_loop, "asked": of.followup_action}


@pytest.mark.parametrize("seed", range(20))
def test_a_copy_is_what_playing_the_events_again_gives(undo_fixes: None, seed: int) -> None:
    """The state of a copy is the state that Rasa's own copy has, and neither changes the other."""
    draw = random.Random(seed)
    events = [event for number in range(draw.randint(1, 12)) for event in one_turn(number)]
    events += draw.sample([ActiveLoop(None), SlotSet("village", "Syston"), ActionExecuted("action_refer")], 2)
    known = tracker(*events)
    of_rasa = known.copy()
    speed.trackers_are_copied_as_they_stand()
    twin = known.copy()
    assert state(twin) == state(of_rasa)
    before = state(known)
    twin.update(SlotSet("reference", "R9"))
    twin.update(ActiveLoop("assessment"))
    assert state(known) == before and len(known.events) == len(twin.events) - 2


@pytest.mark.parametrize("slot", [TextSlot("a", []), ListSlot("b", []), FloatSlot("c", []), CategoricalSlot("d", [])])
def test_a_slot_is_copied_as_copy_copies_it(undo_fixes: None, slot: Slot) -> None:
    """Every kind of slot, with all that it holds."""
    slot.value = "x"
    of_copy = copy.copy(slot)
    twin = speed.copy_slot(slot)
    assert type(twin) is type(slot) and twin is not slot and twin.__dict__ == of_copy.__dict__


def applied(known: DialogueStateTracker, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many events are played again for one copy."""
    count = 0
    update = DialogueStateTracker.update

    def counted(self: DialogueStateTracker, *args: Any, **kwargs: Any) -> None:
        nonlocal count
        count += 1
        update(self, *args, **kwargs)

    monkeypatch.setattr(DialogueStateTracker, "update", counted)
    known.copy()
    return count


def test_a_copy_plays_no_event(fixed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa copies the conversation before each of the three or four actions of a turn."""
    assert applied(conversation(40), monkeypatch) == 0


def test_a_copy_without_it(undo_fixes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa by itself plays all of them."""
    assert applied(conversation(40), monkeypatch) > 100


# --- rules see no more states than they have -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 6, 500])
def test_the_newest_states_are_the_last_of_all(undo_fixes: None, count: int) -> None:
    """What is described is what Rasa describes, only less of it."""
    domain = Domain.from_yaml(DOMAIN)
    for known in (
        tracker(),
        tracker(says("hello")),
        tracker(*one_turn(1), *one_turn(2), *one_turn(3)),
        conversation(9),
    ):
        assert speed.newest_states(known, domain, count) == known.past_states(domain)[-count:]


@pytest.mark.parametrize("fixed_first", [True, False])
def test_few_states_are_described(
    undo_fixes: None, action_server: ActionServer, tiny_model: str, monkeypatch: pytest.MonkeyPatch, fixed_first: bool
) -> None:
    """As many as the longest rule has, however long the conversation; Rasa by itself describes each moment of it."""
    if fixed_first:
        fixes.apply()
    monkeypatch.setenv("ALLOW_MEMORY_TRACKER", "1")
    agent = load(tiny_model, action_server)
    described: list[Any] = []
    describe = Domain.get_active_state
    monkeypatch.setattr(
        Domain, "get_active_state", lambda self, *a, **k: (described.append(1), describe(self, *a, **k))[1]
    )
    agent.processor.predict_next_with_tracker(conversation(30))
    assert (len(described) <= 2 * 6) if fixed_first else (len(described) >= 2 * 30)


def test_the_longest_rule_follows_the_policy() -> None:
    """A policy that is loaded anew is measured anew."""

    class Trained:
        _rule_key_to_state = staticmethod(json.loads)

        def __init__(self, *rules: list[int]) -> None:
            self.lookup: dict[str, Any] = {"rules": {json.dumps(rule): "x" for rule in rules}}

    policy: Any = Trained([1, 2], [1, 2, 3])
    assert speed.longest_rule(policy) == 3
    policy.lookup = Trained([1]).lookup
    assert speed.longest_rule(policy) == 1


def test_the_states_of_rules_without_it() -> None:
    """RulePolicy still takes its states from what all policies share, and still looks no further back than a rule has states."""
    assert "_prediction_states" not in RulePolicy.__dict__ and hasattr(Policy, "_prediction_states")
    assert "turn_index >= len(reversed_rule_states)" in inspect.getsource(RulePolicy._is_rule_applicable)


# --- nothing is copied for a log that is off --------------------------------------------------------------------------

MODULES = (rasa.core.processor, rasa.core.actions.forms, rasa.core.policies.rule_policy)


async def deep_copies(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    found: Counter[str] = Counter()
    deepcopy = copy.deepcopy

    def counted(value: Any, *args: Any) -> Any:
        caller = inspect.currentframe().f_back.f_globals["__name__"]  # type: ignore[union-attr]
        found[caller] += 1
        return deepcopy(value, *args)

    monkeypatch.setattr(copy, "deepcopy", counted)
    await say(agent, "i am so lonely", "my village is wigston")
    return Counter({module.__name__: found[module.__name__] for module in MODULES if found[module.__name__]})


async def test_nothing_is_copied_deeply(
    fixed: None, memory: None, action_server: ActionServer, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a whole turn none of the three modules copies anything deeply."""
    assert not await deep_copies(load(tiny_model, action_server), monkeypatch)


async def test_deep_copies_without_it(
    undo_fixes: None, memory: None, action_server: ActionServer, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rasa by itself copies events, entities and states for messages that nobody reads."""
    assert (await deep_copies(load(tiny_model, action_server), monkeypatch)).total() > 10


def test_these_modules_copy_for_logs_only() -> None:
    """Each deep copy in them is an argument of a debug message; nothing else of `copy` is used."""
    for module in MODULES:
        source = inspect.getsource(module)
        assert source.count("copy.") == source.count("copy.deepcopy(") > 0
        for found in re.finditer(r"copy\.deepcopy\(", source):
            before = source[: found.start()]
            call = before[before.rindex("structlogger.") :]
            assert call.startswith("structlogger.debug(") and call.count("(") > call.count(")")


# --- what an action is told, and what it answers ----------------------------------------------------------------------


def test_an_action_is_told_what_rasa_would_tell(undo_fixes: None) -> None:
    """All of the state that Rasa sends, but for the older events and the message that once opened the form."""
    known = tracker(*one_turn(1), *one_turn(2))
    told = payload("action_refer", known, Domain.from_yaml(DOMAIN))["tracker"]
    of_rasa = known.current_state(EventVerbosity.ALL)
    assert told.keys() == of_rasa.keys()
    assert of_rasa["active_loop"].pop("trigger_message") and of_rasa.pop("events")[-5:] == told.pop("events")
    assert told == of_rasa
    assert json.dumps(told)


EVENTS: tuple[Any, ...] = (
    *[{"event": "slot", "name": "village", "value": value} for value in (None, "Wigston", ["a"], {"b": 1})],
    *[{"event": "slot", "name": name} for name in ("village", 7)],
    {"event": "slot", "name": "village", "value": 1, "timestamp": "soon"},
    {"event": "slot", "name": "village", "value": 1, "timestamp": None, "metadata": {"a": 1}},
    {"event": "active_loop", "name": None},
    {"event": "active_loop", "name": 3},
    {"event": "reset_slots"},
    {"event": "followup", "name": "action_listen"},
    {"event": "bot", "text": "Hello", "data": {"buttons": []}},
    {"event": "user", "text": "hello", "parse_data": {"intent": {"name": "greet"}}},
    {"event": "user", "text": 5},
    {"event": "action", "policy": None, "confidence": 1.0},
    {"event": "action", "name": "action_listen"},
    {"event": "no_such_event"},
    {"event": None},
    {"name": "village"},
    "slot",
    None,
)
RESULTS: tuple[Any, ...] = (
    *[{"events": [event], "responses": []} for event in EVENTS],
    *[{"events": [EVENTS[0], event]} for event in EVENTS],
    *[{"responses": responses} for responses in ([], [{"text": 5}], ["a"], {}, None)],
    *[{"events": events} for events in ([], {}, None, "x")],
    {},
    [],
    None,
    7,
)


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: json.dumps(result)[:60])
def test_a_result_is_judged_as_rasa_judges_it(undo_fixes: None, result: Any) -> None:
    """The quick check and Rasa's own schema agree on every kind of answer, right and wrong."""
    assert result_check()(result) == Draft7Validator(RemoteAction.action_response_format_spec()).is_valid(result)


def test_an_event_is_tried_as_one_kind_only(undo_fixes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa's schema tries each event as each of 23 kinds."""
    result = {"events": [{"event": "slot", "name": f"s{number}", "value": 1} for number in range(20)], "responses": []}
    tried = 0
    iter_errors = Draft7Validator.iter_errors

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal tried
        tried += 1
        return iter_errors(self, *args, **kwargs)

    is_result = result_check()
    monkeypatch.setattr(type(_any_validator()), "iter_errors", counted)
    assert is_result(result)
    quick, tried = tried, 0
    assert _any_validator().is_valid(result)
    assert quick * 3 < tried


def _any_validator() -> Any:
    from jsonschema.validators import validator_for

    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)
