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

from actions import about_services, changing, coming_back, later, moved, next_door, overheard, placing, red_flag
from actions.asides import (
    ANSWERED_FIRST,
    DIGRESSIONS,
    PLAINER,
    TRIES,
    count_try,
    notice,
    notice_who,
    read_adult,
    step_back,
    take_aside,
    vary,
)
from actions.episode import PLACE, QUESTION_SLOTS, WIDEN, put_aside
from actions.needs_told import changed_list, choose_needs, keep_words, needs_named, take_needs, takes_off
from actions.numbers import sentences, with_numbers
from actions.questions import OPEN_LIMIT, answer, need_said, option_said, passes, read, take
from actions.services import Services
from actions.turn import Turn
from assessment import answers

FORM = "assessment_form"
_ENOUGH = re.compile(
    r"(?<!not )(?<!n't )(?<!nt )\b(?:enough|plenty|sufficient)\b(?! of)|\bthat(?:['’]?ll| will) do\b|\bdo me\b|\bnothing else\b|\ball i need\b|\bgot (?:all |everything )?(?:what )?i (?:need|came for)\b|\bsorted\b|\bgot(?:ta| to) (?:go|dash|run)\b(?= *(?:now|bk|back in|back on|bye|$|[.,!]))|"
    r"\bi(?:['’]?ll| will| shall) (?:\w+ )?(?:ring|call|try|contact|text|email|phone|look|go|give|have a look|check|get in touch)\b",
    re.IGNORECASE,
)
_LEAVES = re.compile(r"\b(?:stop|leave|quit|bye|end|cancel|again|over|restart|reset)\b", re.IGNORECASE)
_ARE_YOU = re.compile(
    r"\b(?:are|r|is) (?:you|u|ya|this|there|it)\b|\b(?:you|u) (?:a|an)\b|\bhow\b|\bwhen\b|\bwhich\b|\bwhat\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:person|someone|somebody|sumone|sum1|human|ring me|call me|phone me)\b", re.IGNORECASE)
MOST_QUESTIONS = 2  # the third slot is only for the question about safety, asked once whenever it is due
ORDER = ("what_is_going_on", "needs_right", "adult", "place", "place_choice", *QUESTION_SLOTS, "next_step")


def next_question(turn: Turn, services: Services) -> str | None:
    """The slot to ask for next, or None when the form has come to an end (then `outcome` says which)."""
    if turn.get("outcome"):
        return None
    if turn.get("young") and not turn.get("adult"):
        return "adult"
    if turn.get("adult") == "no" or next_door.lives_there(turn, services):
        turn.set(outcome="own_door")
        return None
    if (taken_back := changing.open_slot(turn)) is not None:
        return taken_back
    if turn.get(about_services.SLOT) == about_services.ASKED and not turn.get("wants_person"):
        return about_services.SLOT
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
    own_words = " ".join(turn.get("own_words", []))
    told = services.questions.told(own_words)
    while True:
        chosen = services.questions.choose(
            turn.get("needs", []),
            turn.get("answers", {}),
            turn.get("red_flags_seen", []),
            limit=MOST_QUESTIONS,
            hints=services.questions.hints(own_words),
            told=turn.get("told", []),
        )
        if not chosen or chosen[0].id not in told:
            break
        # The resident has said it already: it is taken as answered, and not asked.
        turn.set(told=[*turn.get("told", []), chosen[0].id])
        take(turn, services, chosen[0].id, told[chosen[0].id])
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
        aside = turn.answered_by is not None
        if opening and moved.is_now(turn):
            if turn.get("outcome"):
                moved.ask_outside(dispatcher, turn, self._services)
            else:  # danger was answered, and the first form has not opened yet
                _open_episode(turn, self._services)
                turn.set(requested_slot=coming_back.SLOT)
            return turn.events()
        if opening and not turn.answered_by and await later.take(dispatcher, turn, self._services):
            turn.set(outcome=later.OVER, requested_slot=None)
            return turn.events()
        if opening and not turn.answered_by and next_door.declined(dispatcher, turn, self._services):
            turn.set(outcome=later.OVER, requested_slot=None)
            return turn.events()
        goes_on = opening and _open_episode(turn, self._services)
        told = overheard.hear(turn, self._services)
        if turn.answered_by == "action_red_flag" and _plainly_answers(turn, self._services):
            self._read(turn)  # danger was answered first; what else was said is not lost
            if flags := red_flag.raised_by_answer(turn):
                red_flag.speak(dispatcher, turn, self._services, flags)
        if turn.answered_by:
            notice_who(turn)
        else:
            notice(turn)
            if turn.asked == coming_back.SLOT and not coming_back.carries_on(turn):
                turn.answers_to(next_question(turn, self._services))
            aside = take_aside(dispatcher, turn, self._services, ORDER)
            aside = aside or await about_services.take(dispatcher, turn, self._services)
            if not aside:
                understood = self._read(turn) or goes_on
                if told and not understood and not opening and turn.intent not in ANSWERED_FIRST:
                    dispatcher.utter_message(response="utter_put_down")
                    return self._go_on(dispatcher, turn, counts=False)
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
        elif question == about_services.SLOT and turn.get("failed_turns", 0) >= TRIES:
            turn.set(text_to=None, failed_turns=0.0)
            question = next_question(turn, self._services)
        elif question in QUESTION_SLOTS and turn.get("failed_turns", 0) >= TRIES and turn.intent != "out_of_scope":
            # Two answers that fit no option: the words go to whoever helps, and the question is done with.
            turn.answers_to(question)
            answer(turn, self._services, turn.text.strip()[:OPEN_LIMIT])
            turn.set(failed_turns=0.0)
            question = next_question(turn, self._services)
        elif question and turn.get("failed_turns", 0) >= TRIES:
            say.utter_message(response="utter_not_understood_person")
            turn.set(wants_person=True, failed_turns=0.0, place_options=None, place_guess=None)
            if turn.get("what_is_going_on") == "change":
                turn.set(what_is_going_on="told")  # the list stays as it is; whoever rings asks about it
            if not turn.get("place"):
                placing.leave_unknown(turn)
            question = next_question(turn, self._services)
        elif question and turn.get("wants_person") and not turn.before("wants_person"):
            say.utter_message(response="utter_person_first")
        unclear = (
            turn.get("next_step") == "clear" and turn.before("next_step") != "clear"
        )  # "yes" to one thing or another
        vary(turn, question, plainly=unclear or turn.detail in PLAINER)
        turn.set(requested_slot=question)
        return turn.events()

    def _read(self, turn: Turn) -> bool:
        """Take everything the message says. False when there was nothing in it for the form."""
        if turn.choice:
            return turn.asked == coming_back.SLOT or _read_choice(turn, self._services)
        if turn.get("adult") == "no" and not turn.before("adult"):
            take_needs(turn, self._services)
            return True  # an age under 18 was stated
        if turn.asked == coming_back.SLOT:
            return True
        if changing.wanted(turn):
            turn.set(change_what=changing.CHOOSING)
            return True
        if turn.asked in ("place", "place_choice") and placing.names_a_place(turn, self._services.places):
            return bool(_READERS[turn.asked](turn, self._services))
        if turn.wants_human or _yes_after_a_crisis(turn):
            turn.set(wants_person=True)
            take_needs(turn, self._services)
            placing.take_mentioned(turn, self._services.places)
            return True
        if turn.asked == "next_step" and turn.detail == "more":
            return _choose_next(turn, "more")
        leaving = turn.intent in ("goodbye", "thanks") and not answers.is_question(turn.text)
        passed = turn.intent == "skip" or passes(turn.text)
        if turn.asked == "next_step" and (leaving or passed or _ENOUGH.search(turn.text)):
            # "Is that enough for now?" "That's plenty, thanks, bye": nothing more to ask.
            return _choose_next(turn, "enough")
        if turn.intent in ("stop", "start_over") and not _answers_anyway(turn, self._services):
            return False
        reads_itself = turn.asked in ("needs_right", "change_what")
        corrected = set() if reads_itself else changing.take(turn, self._services)
        reader = None if corrected else _READERS.get(turn.asked or "what_is_going_on")
        sounds_else = turn.intent in DIGRESSIONS and not _answers_anyway(turn, self._services)
        answered = bool(reader and not sounds_else and reader(turn, self._services))
        told = take_needs(turn, self._services)
        placed = "place" not in corrected and placing.take_mentioned(turn, self._services.places)
        return bool(answered or told or placed or corrected)


def _answers_anyway(turn: Turn, services: Services) -> bool:
    """Whether words that sound like something else answer the open question: "31 lol" is an age, whatever it sounds like."""
    if turn.asked == "next_step" and _PERSON.search(turn.text) and not _ARE_YOU.search(turn.text):
        return turn.intent not in ("stop", "start_over")  # "maybe a person? if it isn't too much trouble"
    if turn.asked == "needs_right" and answers.yes_no(turn.text) is True:
        leaves = turn.intent in ("stop", "start_over") and _LEAVES.search(turn.text)
        return not leaves and not answers.is_question(turn.text)
    if turn.intent in ("stop", "start_over", "privacy_question", "help") or answers.is_question(turn.text):
        return False
    if turn.asked == "adult":
        return answers.adult(turn.text) is not None
    if turn.asked == "next_step":
        return bool(_PERSON.search(turn.text) or _ENOUGH.search(turn.text))
    if turn.asked in QUESTION_SLOTS and turn.get("question"):
        question = services.questions.get(turn.get("question"))
        if question.which_need:
            return passes(turn.text) or need_said(turn, services) is not None
        return passes(turn.text) or option_said(question, turn) is not None
    return False


def _plainly_answers(turn: Turn, services: Services) -> bool:
    """Whether a message that raised a flag is also an answer to the open question, beyond doubt."""
    if turn.asked == "place":
        return bool(turn.entities("place") or turn.entities("postcode"))
    if turn.asked == "needs_right":
        said = answers.yes_no(turn.text) if turn.get("put", 0.0) >= 1 else answers.agrees(turn.text)
        return said is True
    return turn.asked in ("adult", "next_step", *QUESTION_SLOTS) and _answers_anyway(turn, services)


def _yes_after_a_crisis(turn: Turn) -> bool:
    """The crisis reply said "if you would like a person, just say so", and nothing else was asked."""
    return turn.asked is None and bool(turn.get("crisis_open")) and answers.agrees(turn.text) is True


def _new_advice(turn: Turn, services: Services) -> list[str]:
    """What the newest answer makes worth saying at once."""
    before = services.questions.effects(turn.before("answers", {})).advice
    after = services.questions.effects(turn.get("answers", {})).advice
    return [
        with_numbers(sentences(services.questions.advice(advice)), services.contacts)
        for advice in after
        if advice not in before
    ]


def _open_episode(turn: Turn, services: Services) -> bool:
    """A finished assessment is put aside, unless the resident goes on with it. True when it goes on."""
    outcome = turn.get("outcome")
    goes_on = False
    if outcome in ("enough", later.OVER) and (
        turn.wants_human or turn.detail == "more" or about_services.speaks_of_services(turn)
    ):
        turn.set(outcome=None, next_step=None)
        goes_on = True
    elif outcome == "own_door" and next_door.accepted(turn, services):
        turn.set(outcome=None, door_offer=next_door.YES, wants_person=True)
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
    if slot == "door_offer":
        return turn.get("door_offer") == next_door.YES  # taken up when the message opened this form again
    if slot == "what_is_going_on" and value in services.needs:
        turn.set(needs=[value], what_is_going_on="told", needs_right="yes")
        return True
    if slot == "needs_right":
        return choose_needs(turn, value)
    if slot == "place":
        return turn.get("place") is None  # "I live somewhere else", after another council's door
    if slot == "place_choice":
        return placing.choose(turn, value, services.places)
    if slot == "adult" and value in ("yes", "no"):
        turn.set(adult=value)
        return True
    if slot == "change_what":
        return changing.choose(turn, services, value)
    if slot in QUESTION_SLOTS:
        return answer(turn, services, value)
    if slot == "next_step":
        return _choose_next(turn, value)
    return False


def _read_what(turn: Turn, services: Services) -> bool:
    """The first telling: needs are taken by the caller; a message without one counts as not understood."""
    if turn.intent == "tell_need" and turn.text:
        keep_words(turn)
    return False


def _read_needs_right(turn: Turn, services: Services) -> bool:
    """A plain yes or no; or a yes that names what is on the list ("yeah, the debt"). What is new on it is taken by the caller."""
    agreed = answers.yes_no(turn.text, turn.intent)
    named, known = needs_named(turn, services), turn.get("needs", [])
    if named and set(changed_list(known, named, turn.text, correcting=takes_off(turn))) == set(known):
        turn.set(needs_right="yes")  # "yeah, the debt"; "not the money, just the damp", when that is the list already
        return True
    if named or agreed is None:
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


def _read_next_step(turn: Turn, services: Services) -> bool:
    agreed = answers.yes_no(turn.text, turn.intent)
    if agreed is not False and _PERSON.search(turn.text):
        return _choose_next(turn, "person")
    if turn.get("next_step") == WIDEN and agreed is not None:
        turn.set(next_step="more" if agreed else "clear")
        return True
    if turn.get("next_step") == "clear":  # the question was "would you like a person?", so yes and no are plain
        return agreed is not None and _choose_next(turn, "person" if agreed else "enough")
    if agreed is False or any(word in turn.text.lower() for word in ("fine", "all right", "will do")):
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
    **dict.fromkeys(QUESTION_SLOTS, read),
    "change_what": changing.read_list,
    "next_step": _read_next_step,
}
