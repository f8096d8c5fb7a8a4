"""The assessment form: reads each answer, and says which question is next.

The order of questions is `next_question`; reading an answer is one small function for each slot. A message may answer the open
question, tell more needs, name a place or ask for a person, all at once: everything in it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import placing, red_flag
from actions.asides import DIGRESSIONS, TRIES, count_try, notice, read_adult, step_back, take_aside
from actions.episode import PLACE, QUESTION_SLOTS, put_aside
from actions.needs_told import keep_words, take_needs
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from assessment.questions import Question

FORM = "assessment_form"
MOST_QUESTIONS = 2  # the third slot is only for the question about safety, asked once whenever it is due
ORDER = ("what_is_going_on", "needs_right", "adult", "place", "place_choice", *QUESTION_SLOTS, "next_step")


def next_question(turn: Turn, services: Services) -> str | None:
    """The slot to ask for next, or None when the form has come to an end (then `outcome` says which)."""
    if turn.get("outcome"):
        return None
    if turn.get("young") and not turn.get("adult"):
        return "adult"
    if turn.get("adult") == "no" or turn.get("area_kind") in ("city", "rutland", "outside"):
        turn.set(outcome="own_door")
        return None
    place = placing.question(turn)
    if turn.get("wants_person"):
        if place is None:
            turn.set(outcome="person")
        return place
    if not turn.get("needs"):
        return "what_is_going_on"
    if not turn.get("needs_right"):
        return "needs_right"
    if place:
        return place
    return _light_question(turn, services) or "next_step"


def _light_question(turn: Turn, services: Services) -> str | None:
    """The slot of the next light question, with its id kept in `question`; None when there is none left to ask."""
    chosen = services.questions.choose(
        turn.get("needs", []),
        turn.get("answers", {}),
        turn.get("red_flags_seen", []),
        limit=MOST_QUESTIONS,
        hints=services.questions.hints(" ".join(turn.get("own_words", []))),
    )
    free = [slot for slot in QUESTION_SLOTS if not turn.get(slot)]
    if not chosen or not free or (not chosen[0].once_for and (turn.get("shown_for") or len(free) == 1)):
        return None
    turn.set(question=chosen[0].id)
    return free[0]


class ValidateAssessmentForm(Action):
    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "validate_assessment_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker, FORM)
        opening = turn.asked is None
        aside = turn.already_answered
        goes_on = opening and _open_episode(turn)
        if not turn.already_answered:
            notice(turn)
            aside = take_aside(dispatcher, turn, self._services, ORDER)
            if not aside:
                understood = self._read(turn) or goes_on
                if not understood and not opening:
                    return step_back(turn, FORM)
                # A first message that says nothing we can use gets the plainer question, as a misunderstood answer does.
                if opening:
                    turn.set(failed_turns=0.0 if understood else 1.0)
                if flags := red_flag.raised_by_answer(turn):
                    red_flag.speak(dispatcher, turn, self._services, flags)
                for words in _new_advice(turn, self._services):
                    dispatcher.utter_message(text=words)
        return self._go_on(dispatcher, turn, counts=not opening and not aside)

    def _go_on(self, say: CollectingDispatcher, turn: Turn, counts: bool) -> list[EventType]:
        question = next_question(turn, self._services)
        if any(turn.get(slot) != turn.before(slot) for slot in ("needs", "place", "place_options")):
            turn.set(failed_turns=0.0)  # something was understood, even if the same question comes again
        elif counts:
            count_try(turn, question)
        if question == "adult" and turn.get("failed_turns", 0) >= TRIES:
            turn.set(adult="no", failed_turns=0.0)  # the wording was a young person's, and the age stays unsaid
            question = next_question(turn, self._services)
        elif question and turn.get("failed_turns", 0) >= TRIES:
            say.utter_message(response="utter_not_understood_person")
            turn.set(wants_person=True, failed_turns=0.0, place_options=None, place_guess=None)
            if not turn.get("place"):
                placing.leave_unknown(turn)
            question = next_question(turn, self._services)
        elif question and turn.get("wants_person") and not turn.before("wants_person"):
            say.utter_message(response="utter_person_first")
        turn.set(requested_slot=question)
        return turn.events()

    def _read(self, turn: Turn) -> bool:
        """Take everything the message says. False when there was nothing in it for the form."""
        if turn.choice:
            return _read_choice(turn, self._services)
        if turn.get("adult") == "no" and not turn.before("adult"):
            take_needs(turn, self._services)
            return True  # an age under 18 was stated
        if turn.asked in ("place", "place_choice") and placing.names_a_place(turn, self._services.places):
            return bool(_READERS[turn.asked](turn, self._services))
        if turn.wants_human or _yes_after_a_crisis(turn):
            turn.set(wants_person=True)
            take_needs(turn, self._services)
            placing.take_mentioned(turn, self._services.places)
            return True
        if turn.asked == "next_step" and turn.detail == "more":
            return _choose_next(turn, "more")
        if turn.asked == "next_step" and (turn.intent == "goodbye" or "enough" in turn.text.lower()):
            # "Is that enough for now?" "That's enough for now, ta, bye": nothing more to ask.
            return _choose_next(turn, "enough")
        if turn.intent in ("stop", "start_over"):
            return False
        reader = _READERS.get(turn.asked or "what_is_going_on")
        answered = bool(reader and turn.intent not in DIGRESSIONS and reader(turn, self._services))
        told = take_needs(turn, self._services)
        placed = placing.take_mentioned(turn, self._services.places)
        return answered or told or placed


def _yes_after_a_crisis(turn: Turn) -> bool:
    """The crisis reply said "if you would like a person, just say so", and nothing else was asked."""
    return turn.asked is None and bool(turn.get("crisis_open")) and answers.agrees(turn.text) is True


def _new_advice(turn: Turn, services: Services) -> list[str]:
    """What the newest answer makes worth saying at once."""
    before = services.questions.effects(turn.before("answers", {})).advice
    after = services.questions.effects(turn.get("answers", {})).advice
    return [services.questions.advice(advice) for advice in after if advice not in before]


def _open_episode(turn: Turn) -> bool:
    """A finished assessment is put aside, unless the resident goes on with it. True when it goes on."""
    outcome = turn.get("outcome")
    goes_on = False
    if outcome == "enough" and (turn.wants_human or turn.detail == "more"):
        turn.set(outcome=None, next_step=None)
        goes_on = True
    elif outcome == "own_door" and _through_the_door_again(turn):
        too_young = turn.get("adult") == "no"
        turn.set(outcome=None, young=None, adult="yes" if too_young else turn.get("adult"))
        if not too_young:
            turn.set(**dict.fromkeys(PLACE))
        goes_on = True
    elif outcome:
        put_aside(turn)
    if not turn.get("episode"):
        turn.set(episode=turn.message_id)
    return goes_on


def _through_the_door_again(turn: Turn) -> bool:
    """After another door was shown: an age of 18 or over after all, or another place."""
    if turn.get("adult") == "no":
        return turn.choice == ("adult", "yes") or answers.adult(turn.text) is True
    return bool((turn.choice and turn.choice[0] == "place") or turn.entities("place") or turn.entities("postcode"))


def _read_choice(turn: Turn, services: Services) -> bool:
    slot, value = turn.choice or ("", "")
    if slot == "wants_person":
        turn.set(wants_person=True)
        return True
    if slot == "what_is_going_on" and value in services.needs:
        turn.set(needs=[value], what_is_going_on="told", needs_right="yes")
        return True
    if slot == "needs_right":
        return _choose_needs(turn, value)
    if slot == "place":
        return turn.get("place") is None  # "I live somewhere else", after another council's door
    if slot == "place_choice":
        return placing.choose(turn, value, services.places)
    if slot == "adult" and value in ("yes", "no"):
        turn.set(adult=value)
        return True
    if slot in QUESTION_SLOTS:
        return _answer_question(turn, services, slot, value)
    if slot == "next_step":
        return _choose_next(turn, value)
    return False


def _choose_needs(turn: Turn, value: str) -> bool:
    if value == "yes":
        turn.set(needs_right="yes")
    elif value == "change":
        turn.set(what_is_going_on="change")
    elif value.startswith("drop:"):
        left = [need for need in turn.get("needs", []) if need != value.removeprefix("drop:")]
        turn.set(needs=left, what_is_going_on="told" if left else "again")
    else:
        return False
    return True


def _read_what(turn: Turn, services: Services) -> bool:
    """The first telling: needs are taken by the caller; a message without one counts as not understood."""
    if turn.intent == "tell_need" and turn.text:
        keep_words(turn)
    return False


def _read_needs_right(turn: Turn, services: Services) -> bool:
    if turn.entities("need"):
        return False  # taken by the caller, as an addition or a correction
    agreed = answers.yes_no(turn.text, turn.intent)
    if agreed is None:
        return False
    if agreed:
        turn.set(needs_right="yes")
    else:
        turn.set(what_is_going_on="change")
    return True


def _read_place(turn: Turn, services: Services) -> bool:
    return placing.answer(turn, services.places)


def _read_place_choice(turn: Turn, services: Services) -> bool:
    return placing.answer_choice(turn, services.places)


def _read_question(turn: Turn, services: Services) -> bool:
    slot = turn.asked or ""
    if turn.intent in ("skip", "dont_know"):
        return _answer_question(turn, services, slot, turn.intent)
    if not turn.get("question"):
        return False
    value = _option_said(services.questions.get(turn.get("question")), turn)
    return value is not None and _answer_question(turn, services, slot, value)


def _option_said(question: Question, turn: Turn) -> str | None:
    """The option that an answer in words means: its label, its first words, or a plain yes or no where there is such an option."""
    said = turn.text.lower().strip(" .!")
    labels = {option.label.lower(): option.value for option in question.options}
    if said in labels:
        return labels[said]
    agreed = answers.yes_no(turn.text, turn.intent)
    if agreed is not None:
        start = "yes" if agreed else "no"
        plain = [value for label, value in labels.items() if re.split(r"\W", label)[0] == start]
        if plain:
            return plain[0]  # the bank puts the plainest first
    starts = [value for label, value in labels.items() if len(said) > 3 and (label.startswith(said) or said in label)]
    return starts[0] if len(starts) == 1 else None


def _answer_question(turn: Turn, services: Services, slot: str, value: str) -> bool:
    question = turn.get("question")
    if not question:
        return False
    given = {**turn.get("answers", {}), question: value}
    turn.set(answers=given, question=None, **{slot: f"{question}={value}"})
    effects = services.questions.effects(given)
    if new_flags := [f for f in effects.add_flags if f not in turn.get("red_flags_seen", [])]:
        turn.set(red_flags_seen=[*turn.get("red_flags_seen", []), *new_flags])
    if new_needs := [n for n in effects.add_needs if n not in turn.get("needs", [])]:
        turn.set(needs=services.needs.order([*turn.get("needs", []), *new_needs]))
    return True


def _read_next_step(turn: Turn, services: Services) -> bool:
    text = turn.text.lower()
    if any(word in text for word in ("person", "someone", "somebody")):
        return _choose_next(turn, "person")
    agreed = answers.yes_no(turn.text, turn.intent)
    if turn.get("next_step") == "clear":  # the question was "would you like a person?", so yes and no are plain
        return agreed is not None and _choose_next(turn, "person" if agreed else "enough")
    if agreed is False or any(
        word in text for word in ("enough", "fine", "all i need", "all right", "will do", "sorted")
    ):
        return _choose_next(turn, "enough")
    if agreed:
        turn.set(next_step="clear")
    return bool(agreed)


def _choose_next(turn: Turn, value: str) -> bool:
    if value == "enough":
        turn.set(next_step="enough", outcome="enough")
    elif value == "person":
        turn.set(next_step="person", wants_person=True)
    elif value == "more":
        turn.set(next_step="more")
    else:
        return False
    return True


_READERS: dict[str, Callable[[Turn, Services], bool]] = {
    "what_is_going_on": _read_what,
    "needs_right": _read_needs_right,
    "adult": read_adult,
    "place": _read_place,
    "place_choice": _read_place_choice,
    "first_question": _read_question,
    "second_question": _read_question,
    "third_question": _read_question,
    "next_step": _read_next_step,
}
