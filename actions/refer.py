"""The referral form: who the person is, how to reach them safely, and their yes."""

from __future__ import annotations

import re
from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asides import DIGRESSIONS, TRIES, count_try, notice, read_adult, step_back, take_aside
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from common import phone

FORM = "referral_form"
ORDER = ("adult", "consent", "full_name", "contact", "safe_contact", "contact_note", "best_time", "summary_right")
CHANGES = {
    "name": ("full_name",),
    "contact": ("contact", "contact_kind", "safe_contact", "contact_note"),
    "safe": ("safe_contact", "contact_note"),
    "time": ("best_time",),
}
NO_CONTACT = "none"  # no phone and no e-mail: the note says how the person can be reached
PLAIN_ANSWER = 4  # words
_ABOUT_CONTACT = re.compile(r"ring|call|phone|text|mail|message", re.IGNORECASE)


def next_question(turn: Turn) -> str | None:
    """The slot to ask for next, or None when the form has come to an end (then `outcome` says which)."""
    if turn.get("adult") == "no":
        turn.set(outcome="own_door")
    elif "no" in (turn.get("consent"), turn.get("summary_right")):
        turn.set(outcome="declined")
    if turn.get("outcome") in ("own_door", "declined"):
        return None
    for slot in ("adult", "consent", "full_name", "contact"):
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
        opening = turn.asked is None
        aside = turn.already_answered
        if opening:
            turn.set(outcome=None)
        elif not turn.already_answered:
            notice(turn)
            aside = take_aside(dispatcher, turn, self._services, ORDER)
            if not aside and not self._read(turn):
                return step_back(turn, FORM)
        question = next_question(turn)
        if not opening and not aside:
            count_try(turn, question)
        if question and turn.get("failed_turns", 0) >= TRIES:
            _settle(turn, self._services, question)
            question = next_question(turn)
        turn.set(requested_slot=question)
        return turn.events()

    def _read(self, turn: Turn) -> bool:
        """Read the answer to the open question. One of the right shape counts whatever its words sound like."""
        if turn.choice:
            return _read_choice(turn, self._services)
        if turn.get("adult") == "no":
            return True  # an age under 18 was stated
        reader = _READERS.get(turn.asked or "")
        if reader is None:
            return False
        sounds_else = turn.wants_human or turn.intent in DIGRESSIONS
        if sounds_else and not _answers_anyway(turn):
            return False
        return reader(turn, self._services)


def _answers_anyway(turn: Turn) -> bool:
    """Whether words that sound like something else answer the open question: "mornings" sounds like asking for hours."""
    leaves = turn.intent in ("stop", "start_over") and not _ABOUT_CONTACT.search(turn.text)
    if leaves or answers.is_question(turn.text):
        return False
    if turn.asked == "contact":
        return answers.contact(turn.text) is not None
    if turn.asked == "safe_contact":
        return answers.safe_contact(turn.text) is not None
    if turn.asked == "best_time":
        return answers.best_time(turn.text) is not None
    if turn.asked == "full_name":
        return answers.name(turn.text) is not None
    return turn.asked == "contact_note"


def _settle(turn: Turn, services: Services, question: str) -> None:
    """Asked twice without an answer: what is not agreed is not sent, what is not known to be safe is not."""
    turn.set(failed_turns=0.0)
    if question in ("adult", "consent", "contact_note", "summary_right"):
        turn.set(outcome="declined")
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
        return _take_contact(turn, services, turn.metadata.get("sms_number") or "")
    if slot in ("adult", "safe_contact", "best_time"):
        turn.set(**{slot: value})
        return True
    return False


def _read_consent(turn: Turn, services: Services) -> bool:
    """Only a plain yes is consent, and only a plain no ends it."""
    agreed = answers.agrees(turn.text)
    return agreed is not None and _consent(turn, services, agreed)


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
        _take_contact(turn, services, turn.text)
    return True


def _read_contact(turn: Turn, services: Services) -> bool:
    if _take_contact(turn, services, turn.text):
        return True
    if answers.no_contact(turn.text) or turn.intent in ("skip", "dont_know"):
        turn.set(contact=NO_CONTACT, contact_kind=NO_CONTACT)
        return True
    return False


def _take_contact(turn: Turn, services: Services, text: str) -> bool:
    found: tuple[str, str] | None = answers.contact(text)
    if found and found[0] == "phone":
        number = phone.normalise(found[1], services.allow_test_numbers)
        found = ("phone", number) if number else None
    if found is None:
        return False
    turn.set(contact_kind=found[0], contact=found[1])
    return True


def _read_safe(turn: Turn, services: Services) -> bool:
    if turn.get("contact_kind") == "email":
        agreed = answers.agrees(turn.text)
        if agreed is None:
            return False
        turn.set(safe_contact="both" if agreed else "no")
        return True
    safe = answers.safe_contact(turn.text)
    if safe is None:
        return False
    mode = {(True, True): "both", (True, False): "ring", (False, True): "text"}.get((safe.call, safe.text), "no")
    # "ring only please" says all in the choice itself; a condition or a refusal is kept in the resident's own words.
    plain = mode != "no" and len(turn.text.split()) <= PLAIN_ANSWER
    turn.set(
        safe_contact=mode, contact_note=turn.get("contact_note") if plain else safe.note or turn.get("contact_note")
    )
    return True


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
    if turn.get("summary_right") == "change":
        part = _part_named(turn.text)
        if part:
            return _summary(turn, f"change_{part}")
    agreed = answers.agrees(turn.text)
    if agreed is None and (turn.intent == "correction" or "change" in turn.text.lower()):
        return _summary(turn, "change")
    return agreed is not None and _summary(turn, "yes" if agreed else "change")


def _part_named(text: str) -> str | None:
    """The part of the summary that words name: name, contact, safe or time."""
    words = {
        "name": ("name",),
        "safe": ("safe", "ring", "text"),
        "contact": ("number", "phone", "mail", "contact"),
        "time": ("time", "when"),
    }
    return next((part for part, said in words.items() if any(word in text.lower() for word in said)), None)


def _summary(turn: Turn, value: str) -> bool:
    if value.startswith("change_"):
        turn.set(summary_right=None, **dict.fromkeys(CHANGES.get(value.removeprefix("change_"), ())))
        return True
    if value not in ("yes", "no", "change", "back"):
        return False
    turn.set(summary_right=None if value == "back" else value)
    return True


_READERS: dict[str, Callable[[Turn, Services], bool]] = {
    "adult": read_adult,
    "consent": _read_consent,
    "full_name": _read_name,
    "contact": _read_contact,
    "safe_contact": _read_safe,
    "contact_note": _read_note,
    "best_time": _read_time,
    "summary_right": _read_summary,
}
