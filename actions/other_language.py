"""A message in another language: the way to help in that language, once in full; the next in a row leads to a person."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asides import TRIES
from actions.episode import put_aside
from actions.needs_told import keep_words
from actions.services import Services
from actions.turn import Turn

MOST_COUNTED = 10.0


def written_in(turn: Turn) -> str | None:
    """The code of the other language that the newest message is in, or None."""
    return next(iter(turn.entities("language")), None)


def speak(say: CollectingDispatcher, turn: Turn, services: Services, code: str) -> None:
    """Say the reviewed reply: in full the first time, shorter afterwards; and remember the language for whoever gets in touch."""
    tongue = services.tongues.get(code)
    say.utter_message(
        text=tongue.says(turn.channel, again=turn.get("language") == code),
        json_message={"kind": "language", "language": code, "direction": tongue.direction},
    )
    turn.set(language=code, language_run=min(turn.get("language_run", 0.0) + 1, MOST_COUNTED))


class ActionOtherLanguage(Action):
    """Chosen by the language policy. The message is no answer, no need and no failed try; its words are kept for the packet."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_other_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        code = written_in(turn)
        if code is None:
            return []
        if turn.get("outcome") and not turn.loop:
            put_aside(turn)
        speak(dispatcher, turn, self._services, code)
        keep_words(turn)
        if turn.wants_human or turn.get("language_run") >= TRIES:
            turn.set(wants_person=True)
        return turn.events()
