"""Stopping, starting again, going through another door, and being handed to a person."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import next_door
from actions.ask import choices
from actions.numbers import with_numbers
from actions.services import Services
from actions.turn import Turn

_LEAVE_FORM = [ActiveLoop(None), SlotSet("requested_slot", None)]


def _forget(tracker: Tracker) -> list[EventType]:
    """Everything told so far is put aside, but for the reference of what was sent; the transcript expires as usual."""
    return [AllSlotsReset(), SlotSet("reference", tracker.get_slot("reference")), *_LEAVE_FORM]


class ActionStop(Action):
    def name(self) -> str:
        return "action_stop"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        reference = tracker.get_slot("reference")
        if reference:
            dispatcher.utter_message(response="utter_stopped_after_sending", reference=reference)
        else:
            dispatcher.utter_message(response="utter_stopped")
        return _forget(tracker)


class ActionStartOver(Action):
    def name(self) -> str:
        return "action_start_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        dispatcher.utter_message(response="utter_start_over")
        return _forget(tracker)


class ActionDeclined(Action):
    """The resident does not agree: nothing leaves, and nothing stays for a referral."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_declined"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        said_no = "no" in (turn.get("consent"), turn.get("summary_right"))
        asked = "utter_declined" if said_no else "utter_cannot_refer"
        dispatcher.utter_message(
            response=asked, website=self._services.team.website, json_message={"outcome": "declined"}
        )
        return _forget(tracker)


class ActionOwnDoor(Action):
    """Another council's area, or under 18: the right door, and no referral."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_own_door"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        kind = "under_18" if turn.get("adult") == "no" else str(turn.get("area_kind"))
        door = self._services.doors.door(
            kind, area=turn.get("area"), needs=turn.get("needs", []), other=turn.about_other
        )
        word = self._services.words
        again = (
            ("adult", word["door_adult"], "yes") if kind == "under_18" else ("place", word["door_elsewhere"], "change")
        )
        council = next_door.council(turn, self._services)
        sentences = [*door.sentences, self._services.doors.offer(council)] if council else door.sentences
        offer = choices("door_offer", (word["door_pass_on"], next_door.YES)) if council else []
        dispatcher.utter_message(
            response="utter_own_door",
            door_words=with_numbers(sentences, self._services.contacts),
            buttons=[*offer, *choices(again[0], (again[1], again[2]))],
            json_message={"outcome": "own_door"},
        )
        return [SlotSet("door_offer", next_door.OFFERED if council else None)]


class ActionPerson(Action):
    """A person was asked for: say that it will happen, and how to reach the team directly where that is confirmed."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn, team = Turn(tracker), self._services.team
        if team.confirmed and turn.get("area_kind") not in next_door.AREAS:  # another council has its own number
            dispatcher.utter_message(response="utter_person_soon", contact_line=team.contact_line())
        return []
