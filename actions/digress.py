"""What may be asked at any moment, and answered in every state: help, why, who sees this, hours; and what was not understood."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services
from actions.turn import Turn

_DELETE = ("delete", "erase", "wipe", "remove my", "forget")


class ActionHelp(Action):
    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_help"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        if turn.detail == "why":
            say_why(dispatcher, turn, self._services)
        elif turn.detail in ("repeat", "simpler") and turn.asked:
            return [*_plainer_next(turn)]
        else:
            dispatcher.utter_message(response="utter_help")
        return []


def _plainer_next(turn: Turn) -> list[EventType]:
    """Ask the open question again in its plainer words."""
    turn.set(failed_turns=max(1.0, turn.get("failed_turns", 0.0)))
    return turn.events()


def say_why(dispatcher: CollectingDispatcher, turn: Turn, services: Services) -> None:
    """The reason for the open question; a light question has its own in the question bank."""
    asked = turn.asked
    if asked in ("first_question", "second_question"):
        why = services.questions.get(turn.get("question")).why
        dispatcher.utter_message(response="utter_why_question", why=why)
        return
    dispatcher.utter_message(response=f"utter_why_{asked}" if asked else "utter_why_nothing_asked")


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
    """The first time: say so, and the question comes again in plainer words. The second time: a person, not a third try."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        failed = turn.get("failed_turns", 0.0) + 1
        turn.set(failed_turns=failed)
        if failed >= 2 and turn.loop == "assessment_form" and not turn.get("wants_person"):
            dispatcher.utter_message(response="utter_not_understood_person")
            turn.set(wants_person=True, failed_turns=0.0)
        else:
            dispatcher.utter_message(response="utter_not_understood")
        return turn.events()
