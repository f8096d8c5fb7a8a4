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
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from assessment.questions import Question

FORM = "assessment_form"
MAX_QUESTIONS = 2
QUESTION_SLOTS = ("first_question", "second_question")
OWN_WORDS_LIMIT = 12  # messages kept for the packet
# Intents that never answer a question of ours: a rule answers them and the question is asked again.
DIGRESSIONS = {
    "help", "privacy_question", "ask_hours", "bot_challenge", "complaint", "stop", "start_over", "greet", "thanks",
    "goodbye", "chitchat", "out_of_scope",
}  # fmt: skip
NEW_EPISODE = (
    "what_is_going_on", "needs_right", "needs", "own_words", "answers", "question", "first_question", "second_question",
    "next_step", "shown", "shown_for", "wants_person", "outcome", "consent", "consent_offer", "consent_given_at",
    "summary_right", "reference", "episode",
)  # fmt: skip


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
    free = [slot for slot in QUESTION_SLOTS if not turn.get(slot)]
    if not free or turn.get("shown_for"):
        return None
    chosen = services.questions.choose(
        turn.get("needs", []),
        turn.get("answers", {}),
        turn.get("red_flags_seen", []),
        limit=len(QUESTION_SLOTS),
        hints=services.questions.hints(" ".join(turn.get("own_words", []))),
    )
    if not chosen:
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
        if not turn.already_answered:
            opening = turn.asked is None
            if opening:
                _open_episode(turn)
            understood = self._read(turn)
            if not understood and not opening:
                return []  # the form steps back, and the rule for this intent answers
            # A first message that says nothing we can use gets the plainer question, as a misunderstood answer does.
            turn.set(failed_turns=0.0 if understood else 1.0)
            if flags := red_flag.raised_by_answer(turn):
                red_flag.speak(dispatcher, turn, self._services, flags)
            for words in _new_advice(turn, self._services):
                dispatcher.utter_message(text=words)
        question = next_question(turn, self._services)
        if question and turn.get("wants_person") and not turn.before("wants_person"):
            dispatcher.utter_message(response="utter_person_first")
        turn.set(requested_slot=question)
        return turn.events()

    def _read(self, turn: Turn) -> bool:
        """Take everything the message says. False when there was nothing in it for the form."""
        if turn.choice:
            return _read_choice(turn, self._services)
        if turn.wants_human:
            turn.set(wants_person=True)
            self._take_needs(turn)
            placing.take_mentioned(turn, self._services.places)
            return True
        if turn.intent in ("stop", "start_over"):
            return False
        reader = _READERS.get(turn.asked or "what_is_going_on")
        answered = bool(reader and turn.intent not in DIGRESSIONS and reader(turn, self._services))
        told = self._take_needs(turn)
        placed = placing.take_mentioned(turn, self._services.places)
        return answered or told or placed

    def _take_needs(self, turn: Turn) -> bool:
        """Add the needs that the message tells (or takes back). True when the list changed."""
        told = turn.entities("need")
        if not told or (turn.asked in ("adult", "place_choice") and turn.intent != "tell_need"):
            return False
        known: list[str] = turn.get("needs", [])
        if turn.intent in ("correction", "deny"):
            needs = [n for n in known if n not in told] + [n for n in told if n not in known]
        else:
            needs = known + [n for n in told if n not in known]
        _keep_words(turn)
        if answers.about_other(turn.text):
            turn.set(about_other=True)
        if answers.young(turn.text) and not turn.get("about_other"):
            turn.set(young=True)
        if needs == known:
            return False
        turn.set(needs=self._services.needs.order(needs), needs_right=None, shown_for=None, what_is_going_on="told")
        return True


def _new_advice(turn: Turn, services: Services) -> list[str]:
    """What the newest answer makes worth saying at once."""
    before = services.questions.effects(turn.before("answers", {})).advice
    after = services.questions.effects(turn.get("answers", {})).advice
    return [services.questions.advice(advice) for advice in after if advice not in before]


def _open_episode(turn: Turn) -> None:
    """A finished assessment is not answered from again, except when the resident goes on with it."""
    if turn.get("outcome") == "enough" and turn.wants_human:
        turn.set(outcome=None, next_step=None)
    elif turn.get("outcome"):
        turn.set(**dict.fromkeys(NEW_EPISODE))
    if not turn.get("episode"):
        turn.set(episode=turn.message_id)


def _keep_words(turn: Turn) -> None:
    words = turn.get("own_words", [])
    if turn.text and turn.text not in words:
        turn.set(own_words=[*words, turn.text][-OWN_WORDS_LIMIT:])


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
        _keep_words(turn)
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


def _read_adult(turn: Turn, services: Services) -> bool:
    agreed = answers.adult(turn.text, turn.intent)
    if agreed is None:
        return False
    turn.set(adult="yes" if agreed else "no")
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
            return plain[0]
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
    if turn.detail == "more":
        return _choose_next(turn, "more")
    text = turn.text.lower()
    if any(word in text for word in ("person", "someone", "somebody")):
        return _choose_next(turn, "person")
    agreed = answers.yes_no(turn.text, turn.intent)
    if turn.get("next_step") == "clear":  # the question was "would you like a person?", so yes and no are plain
        return agreed is not None and _choose_next(turn, "person" if agreed else "enough")
    if any(word in text for word in ("enough", "fine", "all i need", "all right", "will do", "sorted", "that's it")):
        return _choose_next(turn, "enough")
    if agreed is not None:
        turn.set(next_step="clear")
        return True
    return False


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
    "adult": _read_adult,
    "place": _read_place,
    "place_choice": _read_place_choice,
    "first_question": _read_question,
    "second_question": _read_question,
    "next_step": _read_next_step,
}
