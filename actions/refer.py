"""The referral form: who the person is, how to reach them safely, and their yes."""

from __future__ import annotations

import re
from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import changing, coming_back, person_stage, placing, questions
from actions.asides import DIGRESSIONS, PLAINER, TRIES, count_try, notice, read_adult, step_back, take_aside, vary
from actions.decision import decide_for
from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from actions.needs_told import choose_needs, take_needs
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from assessment.questions import SKIP

FORM = "referral_form"
ORDER = (
    "adult", *PERSON_SLOTS, "consent", "full_name", "contact", "safe_contact", "contact_note", "best_time", "summary_right",
)  # fmt: skip
SHORT_ANSWER = 8  # words
NO_CONTACT = "none"  # no phone and no e-mail: the note says how the person can be reached
_NUMBER = re.compile(r"\+?\d[\d\s().-]{7,}\d|\S+@\S+")
_HOW = re.compile(r"\b(?:ring|rings?|call|text)\b.*\bonly\b|\bonly\b.*\b(?:ring|call|text)\b|\b(?:ring|call|text)s? (?:or (?:ring|call|text) )?(?:is |are )?(?:fine|ok|okay|safe)\b|\bno (?:calls|texts)\b", re.IGNORECASE)  # fmt: skip
_NUMBER_SAID = re.compile(
    rf",? ?(?:and )?(?:(?:the|my|his|her|their) (?:number|mobile|phone|e-?mail) is )?(?:{_NUMBER.pattern})[.,]?"
)
_PARTS = re.compile(r"[,;.\n]|\band\b")
_WHEN = re.compile(r"\b(?:mornings?|afternoons?|evenings?|any ?time)\b", re.IGNORECASE)
_OF_ONES_OWN = re.compile(
    r"\b(?:my|me|mine|nobody|no one|just the|family|friends?|neighbours?|daughter|son|the (?:cat|dog|lads|girls))\b",
    re.IGNORECASE,
)
_OTHER_ACTS = {
    "help",
    "privacy_question",
    "bot_challenge",
    "stop",
    "start_over",
    "greet",
    "thanks",
    "goodbye",
}  # never an answer in own words
_ABOUT_CONTACT = re.compile(r"ring|call|phone|text|mail|message", re.IGNORECASE)


def next_question(turn: Turn, services: Services) -> str | None:
    """The slot to ask for next, or None when the form has come to an end (then `outcome` says which)."""
    if turn.get("adult") == "no" or turn.get("area_kind") in ("city", "rutland", "outside"):
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
    _keep_consent_true(turn, services)
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


def _keep_consent_true(turn: Turn, services: Services) -> None:
    """An answer that was changed may change where this goes: consent is for one receiver, and is asked again for another."""
    offer = turn.get("consent_offer")
    if not offer:
        return
    decision = decide_for(turn, services)
    if (decision.destination, decision.team) != (offer["words"].get("destination"), offer["words"].get("team")):
        turn.set(consent=None, consent_offer=None, consent_given_at=None)
    elif (decision.tier, list(decision.reasons)) != (offer["tier"], offer["reasons"]):
        turn.set(consent_offer={**offer, "tier": decision.tier, "reasons": list(decision.reasons)})


class ValidateReferralForm(Action):
    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "validate_referral_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker, FORM)
        opening = turn.asked is None
        aside = turn.answered_by is not None
        if opening:
            turn.set(outcome=None)
        elif turn.answered_by == "action_red_flag":
            if _plainly_answers(turn):
                self._read(turn)  # danger was answered first; what else was said is not lost
        elif not turn.answered_by:
            notice(turn)
            if turn.asked == coming_back.SLOT and not coming_back.carries_on(turn):
                turn.answers_to(next_question(turn, self._services))
            aside = take_aside(dispatcher, turn, self._services, ORDER)
            if not aside and not self._read(turn):
                return step_back(turn, FORM)
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
            return turn.asked == coming_back.SLOT or _read_choice(turn, self._services)
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
        reader = _READERS.get(turn.asked or "")
        if reader is None:
            return False
        sounds_else = turn.wants_human or turn.intent in DIGRESSIONS
        if sounds_else and not _answers_anyway(turn, self._services):
            return False
        understood = reader(turn, self._services)
        if understood:
            _take_the_rest(turn, self._services)
        return understood


def _take_the_rest(turn: Turn, services: Services) -> None:
    """One message often answers more than was asked: "Sam, 07700 900123, ring only, mornings"."""
    if turn.asked not in ("full_name", "contact") or not turn.get("contact") or turn.get("contact_kind") == NO_CONTACT:
        return
    parts = [part.strip() for part in _PARTS.split(_NUMBER.sub(",", turn.text)) if part.strip()]
    how = next((part for part in parts if _HOW.search(part)), None)
    when = next((part for part in parts if _WHEN.search(part)), None)
    if how and not turn.get("safe_contact"):
        changing.take_safe(turn, how)
    if when and not turn.get("best_time"):
        turn.set(best_time=answers.best_time(when))


def _plainly_answers(turn: Turn) -> bool:
    """Whether a message that raised a flag is also an answer to the open question, beyond doubt."""
    if turn.asked in ("consent", "summary_right"):
        said = _said(turn)
        # "I don't want to be here" is no refusal of ours; who says no twice, whatever it sounds like, means it.
        return said is True or (said is False and turn.get("put", 0.0) >= 1)
    if turn.asked == "contact":
        return answers.contact(turn.text) is not None
    if turn.asked == "safe_contact":
        return bool(_ABOUT_CONTACT.search(turn.text)) and answers.safe_contact(turn.text) is not None
    if turn.asked == "contact_note":
        return bool(_ABOUT_CONTACT.search(turn.text))
    return (
        turn.asked == "best_time"
        and answers.best_time(turn.text) is not None
        and len(turn.text.split()) <= SHORT_ANSWER
    )


def _said(turn: Turn) -> bool | None:
    """The plain yes or no to sharing or sending; None for all else."""
    return (answers.agrees if turn.asked == "consent" else answers.says_send)(turn.text)


def _answers_anyway(turn: Turn, services: Services) -> bool:
    """Whether words that sound like something else answer the open question: "mornings" sounds like asking for hours."""
    leaves = turn.intent in ("stop", "start_over") and not _ABOUT_CONTACT.search(turn.text)
    if leaves or answers.is_question(turn.text):
        return False
    if turn.asked in ("consent", "summary_right"):
        return _said(turn) is not None  # "yes, if it means I get an actual person"
    if turn.asked == "adult":
        return answers.adult(turn.text) is not None
    if turn.asked == "contact":
        return answers.contact(turn.text) is not None
    if turn.asked == "safe_contact":
        mail = turn.get("contact_kind") == "email"
        return (answers.safe_mail if mail else answers.safe_contact)(turn.text) is not None
    if turn.asked == "best_time":
        talk = turn.intent in ("chitchat", "complaint") and not _WHEN.search(turn.text)
        return not talk and answers.best_time(turn.text) is not None
    if turn.asked == "full_name":
        return answers.name(turn.text) is not None
    if turn.asked in PERSON_SLOTS:
        about_them = turn.intent not in ("chitchat", "complaint") or bool(_OF_ONES_OWN.search(turn.text))
        return services.questions.get(turn.get("question")).open and turn.intent not in _OTHER_ACTS and about_them
    if turn.intent in ("chitchat", "complaint", "greet") and not (
        _ABOUT_CONTACT.search(turn.text) or _WHEN.search(turn.text)
    ):
        return False
    return turn.asked == "contact_note"


def _settle(turn: Turn, services: Services, question: str) -> None:
    """Asked twice without an answer: what is not agreed is not sent, what is not known to be safe is not."""
    turn.set(failed_turns=0.0)
    if question in ("adult", "consent", "contact_note", "summary_right"):
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


def _read_choice(turn: Turn, services: Services) -> bool:
    slot, value = turn.choice or ("", "")
    if slot == "consent":
        return _consent(turn, services, value == "yes")
    if slot == "summary_right":
        return _summary(turn, value)
    if slot == "contact" and value == "this_number":
        return changing.take_contact(turn, services, turn.metadata.get("sms_number") or "")
    if slot == "change_what":
        turn.set(change_what=None)
        return value == "nothing" or changing.forget(turn, services, value)
    if slot in (*QUESTION_SLOTS, *PERSON_SLOTS):
        if value == person_stage.SKIP_ALL:
            turn.set(person_stage=person_stage.DONE)
            return True
        return questions.answer(turn, services, value)
    if slot == "needs_right":
        return choose_needs(turn, value)
    if slot == "place_choice":
        return placing.choose(turn, value, services.places)
    if slot in ("adult", "safe_contact", "best_time"):
        turn.set(**{slot: value})
        return True
    return False


def _read_consent(turn: Turn, services: Services) -> bool:
    """Only a plain yes is consent, and only a plain no ends it."""
    agreed = answers.agrees(_NUMBER_SAID.sub("", turn.text))
    if agreed is None or not _consent(turn, services, agreed):
        return False
    if agreed and not turn.get("contact"):
        changing.take_contact(turn, services, turn.text)
    return True


def _consent(turn: Turn, services: Services, agreed: bool) -> bool:
    if agreed and not turn.get("consent_offer"):
        return False  # the words have not been shown yet, so nothing can be agreed to
    turn.set(consent="yes" if agreed else "no", consent_given_at=services.clock.now().isoformat() if agreed else None)
    return True


def _read_name(turn: Turn, services: Services) -> bool:
    """The name, and a number or address of mail that comes with it."""
    if turn.intent in ("skip", "dont_know"):
        turn.set(full_name=services.words["name_not_given"])
        return True
    name = answers.name(turn.text)
    if name is None:
        return False
    turn.set(full_name=name)
    if answers.contact(turn.text) and not turn.get("contact"):
        changing.take_contact(turn, services, turn.text)
    return True


def _read_contact(turn: Turn, services: Services) -> bool:
    if changing.take_contact(turn, services, turn.text):
        return True
    if answers.no_contact(turn.text) or turn.intent in ("skip", "dont_know"):
        turn.set(contact=NO_CONTACT, contact_kind=NO_CONTACT)
        return True
    return False


def _read_safe(turn: Turn, services: Services) -> bool:
    if turn.get("contact_kind") == "email":
        agreed = answers.safe_mail(turn.text)
        if agreed is None:
            return False
        turn.set(safe_contact="both" if agreed else "no", contact_note=None if agreed else turn.text.strip()[:300])
        return True
    return changing.take_safe(turn)


def _read_note(turn: Turn, services: Services) -> bool:
    if turn.intent in ("skip", "dont_know", "deny") and answers.yes_no(turn.text, turn.intent) is not True:
        turn.set(outcome="declined")  # no safe way to reach the person: nothing can be sent
    else:
        turn.set(contact_note=turn.text.strip()[:300] or None)
    return bool(turn.text.strip())


def _read_time(turn: Turn, services: Services) -> bool:
    unsure = turn.intent in ("skip", "dont_know", "affirm")
    time = answers.best_time(turn.text) or (services.words["any_time"] if unsure else None)
    if time is None:
        return False
    turn.set(best_time=time)
    return True


def _read_summary(turn: Turn, services: Services) -> bool:
    agreed = answers.says_send(turn.text)
    if agreed is None and (turn.intent == "correction" or "change" in turn.text.lower()):
        return _summary(turn, "change")
    if agreed is False and _DROP.search(turn.text):
        return _summary(turn, "no")
    return agreed is not None and _summary(turn, "yes" if agreed else "change")


_DROP = re.compile(
    r"(?:don['’]?t|do not|not) (?:\w+ )?(?:send|want (?:this|it|that|to)|pass|share)|changed my mind|leave it|cancel|forget it|rather not|call it off",
    re.IGNORECASE,
)


def _summary(turn: Turn, value: str) -> bool:
    if value == "change":
        turn.set(change_what=changing.CHOOSING)
    elif value in ("yes", "no"):
        turn.set(summary_right=value)
    else:
        return False
    return True


def _read_needs(turn: Turn, services: Services) -> bool:
    """The list of needs, taken back within the referral: a correction or an addition, or right as it stands."""
    if take_needs(turn, services) or answers.yes_no(turn.text, turn.intent):
        turn.set(needs_right="yes", what_is_going_on="told")
        return True
    return False


_READERS: dict[str, Callable[[Turn, Services], bool]] = {
    "what_is_going_on": _read_needs,
    "needs_right": _read_needs,
    "place": lambda turn, services: placing.answer(turn, services.places),
    "place_choice": lambda turn, services: placing.answer_choice(turn, services.places),
    "change_what": changing.read_list,
    **dict.fromkeys((*QUESTION_SLOTS, *PERSON_SLOTS), questions.read),
    "adult": read_adult,
    "consent": _read_consent,
    "full_name": _read_name,
    "contact": _read_contact,
    "safe_contact": _read_safe,
    "contact_note": _read_note,
    "best_time": _read_time,
    "summary_right": _read_summary,
}
