"""Fixes to Rasa 3.6.21 that only save work: each gives exactly what Rasa's own code gives.

Put in place by `bot.fixes.apply`. How much each saves: docs/performance.md; the tests of effect: tests/bot/test_speed.py.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from itertools import islice
from types import SimpleNamespace
from typing import Any

import rasa.core.actions.forms
import rasa.core.policies.rule_policy
import rasa.core.processor
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop

Plan = list[tuple[str, GraphNode, tuple[str, ...]]]


def apply() -> None:
    graphs_run_in_a_fixed_order()
    trackers_are_copied_as_they_stand()
    rules_see_no_more_states_than_they_have()
    what_applies_is_worked_out_once()
    nothing_is_copied_for_a_log_that_is_off()


def graphs_run_in_a_fixed_order() -> None:
    """Rasa builds a dask graph anew for each message and each prediction, and lets dask's scheduler run its few nodes one by one; it
    also writes all inputs into a text for a log that is off. Here the order of the nodes is worked out once."""

    def run(
        self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        plans: dict[tuple[str, ...], Plan] = self.__dict__.setdefault("_plans", {})
        if wanted not in plans:
            plans[wanted] = in_order(self._graph_schema.minimal_graph_schema(list(wanted)), self._instantiated_nodes)
        done: dict[str, Any] = {}
        for name, value in (inputs or {}).items():
            if isinstance(value, str) and value in self._instantiated_nodes:
                raise GraphRunError(f"Input value '{value}' clashes with a node name.")
            done[name] = (name, value)
        try:
            for name, node, needs in plans[wanted]:
                if name not in done:
                    done[name] = node(*(done.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(done[name] for name in wanted)

    DaskGraphRunner.run = run


def in_order(schema: GraphSchema, nodes: dict[str, GraphNode]) -> Plan:
    """The nodes of a graph so that each comes after those it needs. Raises GraphRunError when there is a circle."""
    plan: Plan = []
    waiting = dict(schema.nodes)
    while waiting:
        ready = [name for name, node in waiting.items() if not set(node.needs.values()) & waiting.keys()]
        if not ready:
            raise GraphRunError("The nodes of the graph need each other.")
        for name in ready:
            plan.append((name, nodes[name], tuple(waiting.pop(name).needs.values())))
    return plan


def trackers_are_copied_as_they_stand() -> None:
    """Before each action Rasa copies the conversation by playing all its events again. Here what they led to is copied."""

    def copy(self: DialogueStateTracker) -> DialogueStateTracker:
        twin = self.init_copy()
        twin.events = deque(self.events, self._max_event_history)
        for name, slot in self.slots.items():
            twin.slots[name] = copy_slot(slot)
        loop = self.active_loop
        twin.active_loop = loop and TrackerActiveLoop(
            loop.name, loop.is_interrupted, loop.rejected, loop.trigger_message
        )
        twin.latest_action = self.latest_action and dict(self.latest_action)
        twin.latest_message, twin.latest_bot_utterance = self.latest_message, self.latest_bot_utterance
        twin._paused, twin.followup_action = self._paused, self.followup_action
        twin._applied = self.__dict__.get("_applied")  # of the same events
        return twin

    DialogueStateTracker.copy = copy
    Slot.__copy__ = copy_slot  # every new tracker copies each slot of the domain


def copy_slot(slot: Slot) -> Slot:
    """What `copy.copy` gives, without its search for how a class wants to be copied."""
    twin = object.__new__(type(slot))
    twin.__dict__.update(slot.__dict__)
    return twin


def rules_see_no_more_states_than_they_have() -> None:
    """RulePolicy describes every moment of the conversation, then looks at as many of the newest as its longest rule has: a rule
    agrees by definition with everything before its first state (`_is_rule_applicable`). Here only those are described."""

    def prediction_states(
        self: RulePolicy,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        newest = newest_states(tracker, domain, longest_rule(self))
        self.featurizer._choose_last_user_input([newest], use_text_for_last_user_input)
        return newest

    RulePolicy._prediction_states = prediction_states


def longest_rule(policy: RulePolicy) -> int:
    """How many states the longest rule of a policy has; worked out once for each trained policy."""
    lookup = policy.lookup
    known: tuple[Any, int] | None = policy.__dict__.get("_longest_rule")
    if known is None or known[0] is not lookup:
        keys = [key for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH) for key in lookup.get(name, {})]
        known = (lookup, max((len(policy._rule_key_to_state(key)) for key in keys), default=1))
        policy._longest_rule = known
    return known[1]


def newest_states(tracker: DialogueStateTracker, domain: Domain, count: int) -> list[State]:
    """The last `count` of what `tracker.past_states(domain)` gives."""
    applied = tracker.applied_events()
    left = 1 + sum(isinstance(event, ActionExecuted) for event in applied)
    states: list[State] = []
    prior = tracker.init_copy()

    def describe() -> None:
        if left <= count:
            states.append(domain._clean_state(domain.get_active_state(prior)))

    for event in applied:
        if isinstance(event, ActionExecuted):
            describe()
            left -= 1
        prior.update(event)
    describe()
    return states


def what_applies_is_worked_out_once() -> None:
    """Rasa walks through all events a dozen times a turn to leave out what was undone and the turns of a form that went well. Here
    each tracker remembers up to where it has done that, and takes the next event from there."""
    all_of_them = DialogueStateTracker.applied_events

    def applied_events(self: DialogueStateTracker) -> list[Event]:
        events = self.events
        known: _Applied | None = self.__dict__.get("_applied")
        if known is None or not 0 < known.count <= len(events) or events[known.count - 1] is not known.last:
            known = None
        elif known.count < len(events):
            known = known.with_more(self, list(islice(events, known.count, None)))
        if known is None:
            forms = frozenset(event.name for event in events if isinstance(event, ActiveLoop) and event.name)
            known = _Applied(len(events), events[-1] if events else None, forms, tuple(all_of_them(self)))
        self._applied = known
        return list(known.applied)

    DialogueStateTracker.applied_events = applied_events


@dataclass(frozen=True)
class _Applied:
    """What applies of the first `count` events, whose last is `last`; `forms` are all forms that any of them opens."""

    count: int
    last: Event | None
    forms: frozenset[str]
    applied: tuple[Event, ...]

    def with_more(self, tracker: DialogueStateTracker, new: list[Event]) -> _Applied | None:
        """With these events too; None where they change what is made of the earlier ones, or undo something."""
        applied = list(self.applied)
        for event in new:
            if isinstance(event, (Restarted, SessionStarted, ActionReverted, UserUtteranceReverted)):
                return None
            if isinstance(event, ActiveLoop) and event.name and event.name not in self.forms:
                return None
            if (
                isinstance(event, ActionExecuted)
                and event.action_name in self.forms
                and not tracker._first_loop_execution_or_unhappy_path(event.action_name, applied)
            ):
                tracker._undo_till_previous_loop_execution(event.action_name, applied)
            else:
                applied.append(event)
        return _Applied(self.count + len(new), new[-1], self.forms, tuple(applied))


def nothing_is_copied_for_a_log_that_is_off() -> None:
    """Rasa copies events, entities and states deeply for debug messages, also when nobody reads them."""
    for module in (rasa.core.processor, rasa.core.actions.forms, rasa.core.policies.rule_policy):
        if logging.getLogger(module.__name__).isEnabledFor(logging.DEBUG):
            continue
        # In these three modules `copy` is used for nothing else (a test says so).
        module.copy = SimpleNamespace(deepcopy=lambda value: value)  # type: ignore[attr-defined]
