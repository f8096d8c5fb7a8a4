"""Changing an earlier answer, at any later point: by saying the new one, or by choosing from the list of what was told."""

from __future__ import annotations

import re
from collections.abc import Callable

from actions import overheard, placing
from actions.episode import CONTACT, PERSON_SLOTS, PLACE, QUESTION_SLOTS
from actions.needs_told import changed_list, keep_words, needs_named
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from common import phone

_OF_THE_BANK = (*QUESTION_SLOTS, *PERSON_SLOTS)
CHOOSING = "open"  # the value of `change_what` while the list is shown

_CUE = re.compile(
    r"\b(?:actually|sorry|oops|whoops|no wait|hang on|hold on|wait|i meant|meant to|i mean|change|wrong|mistake|mistyped|typo|correct(?:ion)?|"
    r"instead|not|isn'?t|pardon|i said|told you|moved|should (?:be|say|have)|rather|now i think|forget)\b",
    re.IGNORECASE,
)
_NAMED = {
    "needs": r"\bneeds?\b|\bhelp with\b|\bproblems?\b|\bthe list\b",
    "place": r"\bplace\b|\btown\b|\bvillage\b|\bpost ?code\b|\bwhere (?:i|we|they|she|he)\b|\baddress\b|\blive\b",
    "adult": r"\bage\b|\b18\b|\bhow old\b",
    "about": r"\babout (?:me|them|her|him)\b",
    "name": r"\bname\b",
    "safe": r"\bsafe\b|\bring(?:ing)?\b|\btext(?:ing)?\b|\bcall(?:ing|s)?\b",
    "contact": r"\bnumber\b|\bphone\b|\bmobile\b|\be ?-?mail\b|\bcontact\b|\breach\b",
    "time": r"\btimes?\b|\bwhen\b",
    "access": r"\btalking\b|\bhearing\b|\bsight\b|\breading\b|\binterpreter\b|\blanguage\b",
}
_NEW_NAME = re.compile(r"\b(?:my|the|her|his|their) (?:\w+ )?name(?:['’]?s| is| should be)\b|\b(?:spelt|spelled)\b", re.IGNORECASE)  # fmt: skip
_REACH = re.compile(r"\b(?:ring|call|phone|text|txt|message)\b.*\b(?:only|not|don'?t|instead|rather)\b|\b(?:only|not|don'?t|just|rather|instead)\b.*\b(?:ring|call|phone|text|txt|message)", re.IGNORECASE)  # fmt: skip


def told(turn: Turn, services: Services) -> list[tuple[str, str]]:
    """What has been told so far and may be changed, in the order it was asked: (label, value of the choice)."""
    words = services.words
    found = []
    if turn.get("needs"):
        found.append((words["change_needs"], "needs"))
    if turn.get("place"):
        found.append((words["change_place"], "place"))
    for slot in QUESTION_SLOTS:
        if turn.get(slot):
            asked = services.questions.get(question_of(turn, slot))
            found.append((asked.plain(other=turn.about_other), slot))
    parts = (
        ("about", PERSON_SLOTS), ("adult", ("adult",)), ("name", ("full_name",)), ("contact", ("contact",)),
        ("safe", ("safe_contact",)), ("time", ("best_time",)),
    )  # fmt: skip
    found += [(words[f"change_{value}"], value) for value, slots in parts if any(map(turn.get, slots))]
    if turn.loop == "referral_form":
        found.append((words["change_access"], "access"))  # also where it was not asked: this is where to add it
    return found


def question_of(turn: Turn, slot: str) -> str:
    """The id of the light question that an answered slot holds ("food_today=yes")."""
    return str(turn.get(slot)).partition("=")[0]


def open_slot(turn: Turn) -> str | None:
    """The question that the list, or an answer taken back from it, opens now; None when nothing is being changed."""
    change = turn.get("change_what")
    if change in _OF_THE_BANK and turn.get(change):
        turn.set(change_what=None)
        return None
    if change in _OF_THE_BANK:
        return str(change)
    return "change_what" if change else None


def forget(turn: Turn, services: Services, value: str) -> bool:
    """Take back one answer, with all that hangs on it, so that it is asked again. False when there is nothing of that name."""
    if value in QUESTION_SLOTS:
        asked = question_of(turn, value)
        _forget_answer(turn, services, value)
        turn.set(question=asked, change_what=value)
    elif value in PERSON_SLOTS:
        _forget_answer(turn, services, value)
    elif value == "about":
        for slot in PERSON_SLOTS:
            _forget_answer(turn, services, slot)
    elif value == "access":
        _ask_access(turn)
    elif value == "needs":
        turn.set(what_is_going_on="change", needs_right=None)
    elif value == "place":
        turn.set(**dict.fromkeys(PLACE))
    else:
        slots = {
            "adult": ("adult",),
            "name": ("full_name",),
            "contact": CONTACT,
            "safe": ("safe_contact", "contact_note"),
            "time": ("best_time",),
        }.get(value)
        if slots is None:
            return False
        turn.set(**dict.fromkeys(slots))
    turn.set(summary_right=None)
    return True


def _ask_access(turn: Turn) -> None:
    """Ask what makes talking easier, in the slot that holds the answer, else a free one, else the last."""
    held = next((slot for slot in PERSON_SLOTS if question_of(turn, slot) == overheard.ACCESS), None)
    slot = held or next((slot for slot in PERSON_SLOTS if not turn.get(slot)), PERSON_SLOTS[-1])
    given = {key: value for key, value in turn.get("answers", {}).items() if key != overheard.ACCESS}
    turn.set(answers=given, question=overheard.ACCESS, change_what=slot, **{slot: None})


def choose(turn: Turn, services: Services, value: str) -> bool:
    """Take a choice from the list of what was told; "nothing" closes it. False when there is nothing of that name."""
    turn.set(change_what=None)
    return value == "nothing" or forget(turn, services, value)


def _forget_answer(turn: Turn, services: Services, slot: str) -> None:
    if not turn.get(slot):
        return
    given = dict(turn.get("answers", {}))
    before = services.questions.effects(given).add_needs
    given.pop(question_of(turn, slot), None)
    gone = set(before) - set(services.questions.effects(given).add_needs)
    turn.set(answers=given, question=None, needs=[need for need in turn.get("needs", []) if need not in gone])
    turn.set(**{slot: None})


def read_list(turn: Turn, services: Services) -> bool:
    """Read the answer to "what would you like to change?": a part named in words, or nothing after all."""
    if turn.intent in ("skip", "dont_know") or answers.yes_no(turn.text, turn.intent) is False:
        turn.set(change_what=None)
        return True
    plain = turn.text.lower()
    there = [value for _, value in told(turn, services)]
    label = next((value for words, value in told(turn, services) if words.lower() == plain.strip(" .!")), None)
    part = label or next((value for value, words in _NAMED.items() if value in there and re.search(words, plain)), None)
    corrected = take(turn, services)
    if part or corrected:
        turn.set(change_what=None)
    if part and not corrected:
        forget(turn, services, part)
    return bool(part or corrected)


def wanted(turn: Turn) -> bool:
    """True when the message asks to change an answer and does not say what the new one is."""
    return turn.detail == "change" and turn.asked not in ("change_what", None)


def take(turn: Turn, services: Services) -> set[str]:
    """Take what corrects earlier answers, several at once; returns which ("place", "name" ...). The open question is no earlier one."""
    if turn.choice or not turn.asked or not (turn.intent == "correction" or _CUE.search(turn.text)):
        return set()
    changed = {part for part, read in _CORRECTIONS.items() if read(turn, services)}
    turn.corrected = bool(changed)
    return changed


def _place(turn: Turn, services: Services) -> bool:
    return turn.get("place") is not None and placing.correct(turn, services.places)


def _adult(turn: Turn, services: Services) -> bool:
    if turn.asked == "adult" or turn.get("adult") != "yes" or not re.search(r"\d|\bage\b|under", turn.text):
        return False
    if answers.stated_minor(turn.text):
        turn.set(adult="no")
        return True
    return False


def _name(turn: Turn, services: Services) -> bool:
    old = turn.get("full_name")
    if not old or turn.asked == "full_name":
        return False
    swapped = re.search(rf"\b([^\W\d_][\w'’-]+),? (?:and )?not {re.escape(old)}\b", turn.text, re.IGNORECASE) or re.search(
        rf"\bnot {re.escape(old)},?(?: but| its| it's| it is)? ([^\W\d_][\w'’-]+)", turn.text, re.IGNORECASE
    )  # fmt: skip
    name = swapped[1] if swapped else (answers.name(turn.text) if _NEW_NAME.search(turn.text) else None)
    if name is None or name.lower() == old.lower():
        return False
    turn.set(full_name=name)
    return True


def _contact(turn: Turn, services: Services) -> bool:
    if not turn.get("contact") or turn.asked in ("contact", "contact_note"):
        return False
    before = turn.get("contact")
    if not take_contact(turn, services, turn.text) or turn.get("contact") == before:
        return False
    turn.set(safe_contact=None, contact_note=None)
    return True


def take_contact(turn: Turn, services: Services, text: str) -> bool:
    """Take the phone number or e-mail address in a text. False when there is none that can be used."""
    found: tuple[str, str] | None = answers.contact(text)
    if found and found[0] == "phone":
        number = phone.normalise(found[1], services.allow_test_numbers)
        found = ("phone", number) if number else None
    if found is None:
        return False
    turn.set(contact_kind=found[0], contact=found[1])
    return True


def _safe(turn: Turn, services: Services) -> bool:
    earlier = turn.get("safe_contact") and turn.asked not in ("safe_contact", "contact_note")
    return bool(earlier and _REACH.search(turn.text)) and take_safe(turn)


def take_safe(turn: Turn, part: str | None = None) -> bool:
    """Take how it is safe to get in touch, from the message or one part of it. False when that says nothing of it."""
    text = turn.text if part is None else part
    safe = answers.safe_contact(text)
    if safe is None:
        return False
    mode = {(True, True): "both", (True, False): "ring", (False, True): "text"}.get((safe.call, safe.text), "no")
    # "ring only please" says all in the choice itself; a condition or a refusal is kept in the resident's own words.
    plain = mode != "no" and len(text.split()) <= PLAIN_ANSWER
    note = turn.get("contact_note") if plain else safe.note or turn.get("contact_note")
    turn.set(safe_contact=mode, contact_note=note)
    return True


PLAIN_ANSWER = 4  # words


def _time(turn: Turn, services: Services) -> bool:
    if not turn.get("best_time") or turn.asked in ("best_time", "contact_note"):
        return False
    time = answers.best_time(turn.text)
    if time is None:
        return False
    turn.set(best_time=time)
    return True


def _needs(turn: Turn, services: Services) -> bool:
    """Within the referral; in the assessment every message is read for needs anyway."""
    named = needs_named(turn, services)
    if (
        not named
        or turn.loop != "referral_form"
        or not (turn.asked == "change_what" or turn.intent in ("correction", "tell_need"))
    ):
        return False
    known = turn.get("needs", [])
    needs = changed_list(known, named, turn.text, correcting=turn.intent == "correction")
    if not needs or needs == known:
        return False
    keep_words(turn)
    turn.set(needs=services.needs.order(needs))
    return True


def _light(turn: Turn, services: Services) -> bool:
    given = turn.get("answers", {})
    now = {key: value for key, value in services.questions.told(turn.text).items() if given.get(key, value) != value}
    if not now:
        return False
    turn.set(answers={**given, **now})
    for slot in QUESTION_SLOTS:
        if turn.get(slot) and question_of(turn, slot) in now:
            turn.set(**{slot: f"{question_of(turn, slot)}={now[question_of(turn, slot)]}"})
    return True


_CORRECTIONS: dict[str, Callable[[Turn, Services], bool]] = {
    "place": _place,
    "adult": _adult,
    "name": _name,
    "contact": _contact,
    "safe": _safe,
    "time": _time,
    "needs": _needs,
    "light": _light,
}
