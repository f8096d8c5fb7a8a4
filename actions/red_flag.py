"""A red flag: the right number first, in every state; then the conversation may go on."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import other_language
from actions.asides import notice
from actions.episode import put_aside
from actions.services import Services
from actions.turn import Turn
from service_catalogue.hours import is_open

THREAT = "threat_to_others"


def raised_by_answer(turn: Turn) -> list[str]:
    """The flags that an answer to one of our own questions has just raised."""
    return [flag for flag in turn.get("red_flags_seen", []) if flag not in turn.before("red_flags_seen", [])]


def speak(dispatcher: CollectingDispatcher, turn: Turn, services: Services, flags: Sequence[str]) -> None:
    """Say the reviewed reply to these flags, unless the front door has already said it for this very message, or we just before it."""
    about = {"kind": "crisis", "flags": list(flags)}
    said = {*(turn.metadata.get("crisis_sent") or []), *turn.get("flag_run", [])}
    if set(flags) <= said:
        dispatcher.utter_message(response="utter_red_flag_again", json_message=about)
        return
    now = services.clock.now()
    words = services.crisis.for_flags(
        flags,
        area=turn.get("district") or turn.get("area"),
        channel=turn.channel,  # type: ignore[arg-type]
        is_open=lambda hours: is_open(hours, now),
        young=bool(turn.get("young")),
    )
    dispatcher.utter_message(response="utter_red_flag", crisis_words=words, json_message=about)


class ActionRedFlag(Action):
    """Chosen by the safety policy, before any form and any rule."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_red_flag"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        flags = turn.entities("red_flag")
        if turn.get("outcome") and not turn.loop:
            put_aside(turn)
        before = turn.get("flag_run")
        notice(turn)
        turn.set(flag_run=before)
        if turn.asked == "safe_contact" and "abuse_now" in flags:
            turn.set(safe_contact="no")  # what was said here answers the question too
        raised = [*flags, *turn.entities("threat")]
        speak(dispatcher, turn, self._services, raised)
        language = other_language.written_in(turn)
        if language and turn.get("language") != language:
            other_language.speak(dispatcher, turn, self._services, language)
        # What the classifier takes for a need in another language is a guess.
        told = [] if language else turn.entities("need")
        turn.set(
            crisis_open=not turn.loop,
            flag_run=raised,
            red_flags_seen=list(dict.fromkeys([*turn.get("red_flags_seen", []), *flags])),
            own_words=[*turn.get("own_words", []), turn.text][-12:],
            needs=self._services.needs.order([*turn.get("needs", []), *told]),
        )
        return turn.events()
