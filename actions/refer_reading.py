"""Reading the answers of the referral form: one small function for each question, choices, and what answers it whatever it sounds like."""

from __future__ import annotations

import re
from collections.abc import Callable

from actions import changing, person_stage, placing, questions, receivers
from actions.asides import read_adult
from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from actions.needs_told import choose_needs, take_needs
from actions.services import Services
from actions.turn import Turn
from assessment import answers

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


def take_the_rest(turn: Turn, services: Services) -> None:
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


def plainly_answers(turn: Turn) -> bool:
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


def answers_anyway(turn: Turn, services: Services) -> bool:
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
        about_them = turn.intent not in ("chitchat", "complaint") or _OF_ONES_OWN.search(turn.text)
        return bool(services.questions.get(turn.get("question")).open and turn.intent not in _OTHER_ACTS and about_them)
    if turn.intent in ("chitchat", "complaint", "greet") and not (
        _ABOUT_CONTACT.search(turn.text) or _WHEN.search(turn.text)
    ):
        return False
    return turn.asked == "contact_note"


def read_choice(turn: Turn, services: Services) -> bool:
    slot, value = turn.choice or ("", "")
    if slot == "consent":
        return _consent_choice(turn, services, value)
    if slot == "summary_right":
        return _summary(turn, value)
    if slot == "contact" and value == "this_number":
        return changing.take_contact(turn, services, turn.metadata.get("sms_number") or "")
    if slot == "change_what":
        return changing.choose(turn, services, value)
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


def _consent_choice(turn: Turn, services: Services, value: str) -> bool:
    """A button of the consent says whom it is for. One of an earlier question answers nothing that is open now; its no takes
    back what was said to its own receiver."""
    said, _, mark = value.partition(":")
    if receivers.is_for_open(turn, services, mark):
        return give_consent(turn, services, said == "yes")
    if said == "no":
        receivers.take_back(turn, mark)
    turn.corrected = True  # the question comes again, and that is no failed try
    return True


def _read_consent(turn: Turn, services: Services) -> bool:
    """Only a plain yes is consent, and only a plain no ends it. One that names another receiver is for that one."""
    if receivers.names_another(turn, services):
        return False
    agreed = answers.agrees(_NUMBER_SAID.sub("", receivers.without_name(turn)))
    if agreed is None or not give_consent(turn, services, agreed):
        return False
    if agreed and not turn.get("contact"):
        changing.take_contact(turn, services, turn.text)
    return True


def give_consent(turn: Turn, services: Services, agreed: bool) -> bool:
    """Write down the yes or no to the words that were shown. False for a yes before any were."""
    if agreed and not turn.get("consent_offer"):
        return False  # the words have not been shown yet, so nothing can be agreed to
    receivers.answer(turn, services, agreed)
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


READERS: dict[str, Callable[[Turn, Services], bool]] = {
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
