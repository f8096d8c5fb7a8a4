"""What applies of a conversation is worked out once, and is what Rasa works out of all its events."""

from __future__ import annotations

import random
from typing import Any

import pytest
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot import speed
from tests.bot.conversations import conversation, one_turn, says, tracker

ANYTHING: list[tuple[int, Any]] = [
    (6, lambda: says("a word")),
    (6, lambda: ActionExecuted("action_listen")),
    (8, lambda: ActionExecuted("assessment")),
    (3, lambda: ActionExecuted("contact")),
    (3, lambda: ActionExecuted("action_refer")),
    (3, lambda: ActiveLoop("assessment")),
    (2, lambda: ActiveLoop("contact")),
    (3, lambda: ActiveLoop(None)),
    (2, lambda: ActionExecutionRejected("assessment")),
    (4, lambda: SlotSet("village", "Syston")),
    (4, lambda: BotUttered("a reply")),
    (1, ActionReverted),
    (1, UserUtteranceReverted),
    (1, Restarted),
    (1, SessionStarted),
]


def play(draw: random.Random, count: int) -> list[Event]:
    makers = draw.choices([make for _, make in ANYTHING], [weight for weight, _ in ANYTHING], k=count)
    return [make() for make in makers]


@pytest.mark.parametrize("seed", range(150))
def test_whatever_happens_it_is_what_rasa_says(undo_fixes: None, seed: int) -> None:
    """Random events, forms, undone turns and restarts among them, asked for after every few, by the tracker and by copies of it."""
    of_rasa = DialogueStateTracker.applied_events
    speed.trackers_are_copied_as_they_stand()
    speed.what_applies_is_worked_out_once()
    draw, known = random.Random(seed), tracker()
    for _ in range(12):
        for event in play(draw, draw.randint(0, 5)):
            known.update(event)
        twin = known.copy()
        for event in play(draw, draw.randint(0, 4)):
            twin.update(event)
        for each in (known, twin):
            found = each.applied_events()
            assert [id(event) for event in found] == [id(event) for event in of_rasa(each)]
        found.clear()  # it is the caller's own
        assert twin.applied_events() == of_rasa(twin)
        if draw.random() < 0.3:
            known = twin


def walks(known: DialogueStateTracker, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many events are looked at to find what applies, ten times over, after one event more each time."""
    looked = 0

    class Counted(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            for event in super().__iter__():
                nonlocal looked
                looked += 1
                yield event

    known.applied_events()
    events = Counted(known.events)
    monkeypatch.setattr(known, "events", events)
    for number in range(10):
        known.events.append(SlotSet("village", f"place {number}"))
        known.applied_events()
    return looked


def test_only_what_is_new_is_looked_at(fixed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the conversation: at most a pass to find the new event, none over the form's turns."""
    assert walks(conversation(40), monkeypatch) <= 10 * len(conversation(40).events) + 100


def test_a_turn_is_added_to_what_is_known(fixed: None) -> None:
    """A later turn gives what all turns together give."""
    known = tracker(*one_turn(1), *one_turn(2))
    known.applied_events()
    for event in one_turn(3):
        known.update(event)
    assert known.applied_events() == tracker(*known.events).applied_events()
