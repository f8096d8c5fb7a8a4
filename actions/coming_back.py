"""After hours of silence: carry on or start again. Nothing told before is repeated in that answer; what the new message tells is kept."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import moved, placing
from actions.needs_told import take_needs
from actions.services import Services
from actions.turn import Turn
from assessment import answers

SLOT = "came_back"


class ActionWelcomeBack(Action):
    """Chosen by the return policy."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_welcome_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        if turn.intent not in ("greet", "choose"):
            take_needs(turn, self._services)
            if turn.asked == "place":
                placing.answer(turn, self._services.places)
        if turn.wants_human:
            turn.set(wants_person=True)
        if not moved.ask_again(dispatcher, turn):
            dispatcher.utter_message(response="utter_ask_came_back")
            turn.set(requested_slot=SLOT)
        return turn.events()


def carries_on(turn: Turn) -> bool:
    """True when the answer is to carry on. Anything else is an answer to the question that was open before."""
    return bool(turn.choice) or answers.yes_no(turn.text, turn.intent) is True or "carry on" in turn.text.lower()
