"""A long conversation is worked on through a window: its newest events, and before them a few that stand for all that was left out.

Rasa walks through all events of a conversation several times a turn, so its hundredth message cost two and a half times its second.
Nothing is lost: the table keeps every event. What may be left out is what no rule looks at: a rule spans one message of
the resident, and an action gets the slots and what happened since the newest message.
"""

from __future__ import annotations

from itertools import islice

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    ConversationPaused,
    Event,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

LONG = 80  # events; a shorter conversation is left as it is
KEPT = 40  # newest events of a longer one, and those before them up to a point where the bot waited
STATES = 12  # that remain for rules to look at; none of our rules has more (a test says so)


def narrowed(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The tracker itself while it is short, else one with the same state and only its newest events.

    It begins where the bot waited for a message, so that the state there is one of whole turns. `tracker.standing` is the number of
    events that only stand for others.
    """
    events = list(tracker.events)
    if len(events) - getattr(tracker, "standing", 0) <= LONG:
        return tracker
    cut = _where_it_waited(events, tracker.applied_events())
    if cut is None:
        return tracker
    before = tracker.init_copy()
    for event in islice(events, cut):
        before.update(event)
    standing = standing_for(before)
    narrow = tracker.init_copy()
    for event in (*standing, *events[cut:]):
        narrow.update(event)
    narrow.standing = len(standing)
    narrow.model_id, narrow.assistant_id = tracker.model_id, tracker.assistant_id
    # What Rasa sets without an event (a follow-up action that has been taken) stands as it did.
    narrow.followup_action = tracker.followup_action
    return narrow


def _where_it_waited(events: list[Event], applied: list[Event]) -> int | None:
    """The place of the last wait for a message that leaves at least KEPT events and STATES states after it; None when there is none.

    applied: the events that Rasa looks at. It looks away from the turns of a form that went well, so that few states may be left of
    many events.
    """
    places = {id(event): place for place, event in enumerate(events)}
    states = 0
    for event in reversed(applied):
        if not isinstance(event, ActionExecuted):
            continue
        states += 1
        place = places[id(event)]
        if states > STATES and 0 < place <= len(events) - KEPT and event.action_name == ACTION_LISTEN_NAME:
            return place
    return None


def standing_for(tracker: DialogueStateTracker) -> list[Event]:
    """Events that bring an empty conversation into the state of this one, as far as rules, forms and actions can see it."""
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    loop = tracker.active_loop
    if tracker.active_loop_name and loop:
        # The form has run before: without its action Rasa would take its next run for the first.
        events += [ActionExecuted(tracker.active_loop_name), ActiveLoop(tracker.active_loop_name)]
    events += [
        SlotSet(slot.name, slot.value)
        for slot in tracker.slots.values()
        if slot.value != slot.initial_value or slot.has_been_set
    ]
    if loop and loop.rejected:
        events.append(ActionExecutionRejected(tracker.active_loop_name))
    if loop and loop.is_interrupted:
        events.append(LoopInterrupted(True))
    if tracker.is_paused():
        events.append(ConversationPaused())
    for event in events:
        event.timestamp = 0.0  # older than anything that was said
    return events
