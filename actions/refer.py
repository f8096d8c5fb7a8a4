"""The referral form: who the person is, how to reach them safely, and their yes."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import changing, coming_back, next_door, overheard, person_stage, placing, questions, receivers
from actions.asides import ANSWERED_FIRST, DIGRESSIONS, PLAINER, TRIES, count_try, notice, step_back, take_aside, vary
from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from actions.needs_told import keep_words
from actions.refer_reading import (
    NO_CONTACT,
    READERS,
    answers_anyway,
    give_consent,
    plainly_answers,
    read_choice,
    take_the_rest,
)
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from assessment.questions import SKIP

FORM = "referral_form"
ORDER = (
    "adult", *PERSON_SLOTS, "consent", "full_name", "contact", "safe_contact", "contact_note", "best_time", "summary_right",
)  # fmt: skip


def next_question(turn: Turn, services: Services) -> str | None:
    """The slot to ask for next, or None when the form has come to an end (then `outcome` says which)."""
    if turn.get("adult") == "no" or next_door.lives_there(turn, services):
        turn.set(outcome="own_door")
    elif "no" in (turn.get("consent"), turn.get("summary_right")):
        turn.set(outcome="declined")
    if turn.get("outcome") in ("own_door", "declined"):
        return None
    if (taken_back := changing.open_slot(turn)) is not None:
        return taken_back
    return _changed(turn) or _still_missing(turn, services)


def _changed(turn: Turn) -> str | None:
    """What the resident took back of the assessment: it is asked again here."""
    if turn.get("what_is_going_on") == "again":
        return "what_is_going_on"
    if turn.get("what_is_going_on") == "change" and not turn.get("needs_right"):
        return "needs_right"
    return placing.question(turn)


def _still_missing(turn: Turn, services: Services) -> str | None:
    if not turn.get("adult"):
        return "adult"
    if slot := person_stage.open_slot(turn, services):
        return slot
    receivers.keep_true(turn, services)
    receivers.ask_all_again(turn, services)
    for slot in ("consent", "full_name", "contact"):
        if not turn.get(slot):
            return slot
    reachable = turn.get("contact_kind") != NO_CONTACT
    if reachable and not turn.get("safe_contact"):
        return "safe_contact"
    if (not reachable or turn.get("safe_contact") == "no") and not turn.get("contact_note"):
        return "contact_note"
    if not turn.get("best_time"):
        return "best_time"
    if turn.get("summary_right") != "yes":
        return "summary_right"
    turn.set(outcome="ready")
    return None


class ValidateReferralForm(Action):
    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "validate_referral_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker, FORM)
        told = overheard.hear(turn, self._services)
        opening = turn.asked is None
        aside = turn.answered_by is not None
        if opening:
            turn.set(outcome=None)
        elif turn.answered_by == "action_red_flag":
            if plainly_answers(turn):
                self._read(turn)  # danger was answered first; what else was said is not lost
            else:
                aside = not _hear_condition(dispatcher, turn, self._services)
        elif not turn.answered_by:
            notice(turn)
            if turn.asked == coming_back.SLOT and not coming_back.carries_on(turn):
                turn.answers_to(next_question(turn, self._services))
            aside = take_aside(dispatcher, turn, self._services, ORDER)
            if not aside and not self._read(turn) and not _hear_condition(dispatcher, turn, self._services):
                if not told or turn.wants_human or turn.intent in ANSWERED_FIRST:
                    return step_back(turn, FORM)
                dispatcher.utter_message(response="utter_put_down")
                turn.corrected = True
        question = next_question(turn, self._services)
        if not opening and not aside:
            count_try(turn, question)
        if question and turn.get("failed_turns", 0) >= TRIES:
            _settle(turn, self._services, question)
            question = next_question(turn, self._services)
        vary(turn, question, plainly=turn.detail in PLAINER)
        turn.set(requested_slot=question)
        return turn.events()

    def _read(self, turn: Turn) -> bool:
        """Read the answer to the open question. One of the right shape counts whatever its words sound like."""
        if turn.choice:
            return turn.asked == coming_back.SLOT or read_choice(turn, self._services)
        if turn.get("adult") == "no":
            return True  # an age under 18 was stated
        if turn.asked == coming_back.SLOT:
            return True
        if changing.wanted(turn):
            turn.set(change_what=changing.CHOOSING)
            return True
        if turn.asked != "change_what" and changing.take(turn, self._services):
            return True
        if turn.asked in PERSON_SLOTS and turn.wants_human:
            turn.set(person_stage=person_stage.DONE)
            return True
        reader = READERS.get(turn.asked or "")
        if reader is None:
            return False
        sounds_else = turn.wants_human or turn.intent in DIGRESSIONS
        if sounds_else and not answers_anyway(turn, self._services):
            return False
        understood = reader(turn, self._services)
        if understood:
            take_the_rest(turn, self._services)
        return understood


def _hear_condition(say: CollectingDispatcher, turn: Turn, services: Services) -> bool:
    """Answer a yes that hangs on something: whoever gets the referral reads it, and a plain yes or no is asked for again, but
    where the consent promises the very thing. False for all else."""
    if turn.asked != "consent" or not answers.yes_on_a_condition(turn.text):
        return False
    keep_words(turn)
    if answers.yes_if_kept_from(turn.text) and give_consent(turn, services, True):
        say.utter_message(response="utter_consent_private")
    else:
        say.utter_message(response="utter_consent_condition")
    return True


def _settle(turn: Turn, services: Services, question: str) -> None:
    """Asked twice without an answer: what is not agreed is not sent, what is not known to be safe is not."""
    turn.set(failed_turns=0.0)
    if question == "consent":
        receivers.answer(turn, services, False)
        if turn.get("consent") == "no":
            turn.set(consent=None, outcome="declined")
    elif question in ("adult", "contact_note", "summary_right"):
        turn.set(outcome="declined")
    elif question in (*QUESTION_SLOTS, *PERSON_SLOTS):
        questions.take(turn, services, turn.get("question"), SKIP)
        turn.set(**{question: f"{turn.get('question')}={SKIP}"})
    elif question == "change_what":
        turn.set(change_what=None)
    elif question == "needs_right":
        turn.set(needs_right="yes")
    elif question == "what_is_going_on":
        turn.set(what_is_going_on="told")
    elif question in ("place", "place_choice"):
        placing.leave_unknown(turn)
    elif question == "safe_contact":
        turn.set(safe_contact="no")
    elif question == "contact":
        turn.set(contact=NO_CONTACT, contact_kind=NO_CONTACT)
    elif question == "full_name":
        turn.set(full_name=services.words["name_not_given"])
    elif question == "best_time":
        turn.set(best_time=services.words["any_time"])
