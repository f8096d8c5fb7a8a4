"""What may be asked at any moment, and answered in every state: help, why, who sees this, hours; and what was not understood."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asides import TRIES, say_why
from actions.services import Services
from actions.turn import Turn

_DELETE = ("delete", "erase", "wipe", "remove my", "forget")


class ActionHelp(Action):
    def name(self) -> str:
        return "action_help"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        dispatcher.utter_message(response="utter_help")
        return []


class ActionPrivacy(Action):
    """Why do you ask; who sees this; delete what I wrote."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_privacy"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        text = turn.text.lower()
        if turn.detail == "why" or text.startswith("why"):
            say_why(dispatcher, turn, self._services)
        elif any(word in text for word in _DELETE):
            dispatcher.utter_message(response="utter_delete")
        else:
            dispatcher.utter_message(response="utter_privacy")
        return []


class ActionHours(Action):
    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_hours"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        team = self._services.team
        if team.confirmed:
            dispatcher.utter_message(response="utter_hours", team=team.name, hours=team.working_time.week.describe())
        else:
            dispatcher.utter_message(response="utter_hours_unconfirmed", team=team.name)
        return []


class ActionNotUnderstood(Action):
    """Say so once; the form counts, and the second time a person takes the place of a third try."""

    words = "utter_not_understood"

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        failed = turn.get("failed_turns", 0.0) + 1
        turn.set(failed_turns=failed)
        if failed < TRIES or not turn.loop:
            dispatcher.utter_message(response=self.words)
        return turn.events()


class ActionOutOfScope(ActionNotUnderstood):
    """Nothing to do with us, or nothing that can be read: counted in the same way."""

    words = "utter_out_of_scope"

    def name(self) -> str:
        return "action_out_of_scope"
