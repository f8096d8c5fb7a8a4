"""The list of needs: what a message adds to it, takes off it, or puts in place of it."""

from __future__ import annotations

import re

from actions.services import Services
from actions.turn import Turn
from assessment import answers

OWN_WORDS_LIMIT = 12  # messages kept for the packet
LONG_ANSWER = 8  # words; a shorter answer to another question tells no new need ("near the big tesco")
SHORT_LIST = 12  # words; a longer answer is a telling, whose meaning counts and not its single words
_NO_FIRST = re.compile(r"^\W*(no|nope|nah|not|actually|wrong|it'?s not|isn'?t)\b", re.IGNORECASE)
_NOT_THIS = re.compile(r"\bnot (?:really |about )?([^,.;]{2,30}?)(?:[,.;]|\bbut\b|\bjust\b|$)", re.IGNORECASE)
_ONLY = re.compile(r"\b(just|only)\b", re.IGNORECASE)
_TAKE_OFF = re.compile(r"\b(take|get rid|remove|drop|cross|forget|leave)\b.{0,25}\b(off|out|of)?\b", re.IGNORECASE)
_ALSO = re.compile(r"\b(also|too|as well|and|add|plus)\b", re.IGNORECASE)


def changed_list(known: list[str], told: list[str], text: str, correcting: bool) -> list[str]:
    """The needs after a message that names `told`, while `known` is on the list.

    "not debt, my heating" takes off what is on the list and adds what is new; "no, it's my weight" puts the new in its
    place; "just the food" keeps that alone; anything else adds.
    """
    new = [need for need in told if need not in known]
    both = [need for need in told if need in known]
    if not correcting:
        return known + new
    if _ONLY.search(text) and both and (not new or _ALSO.search(text)):
        return both + new
    left = [need for need in known if need not in both]
    if new and not both and not _ALSO.search(text):
        return new
    return left + new


def take_needs(turn: Turn, services: Services) -> bool:
    """Bring the list up to date with what the message tells. True when the list changed."""
    told = needs_named(turn, services)
    open_list = turn.asked in (None, "what_is_going_on", "needs_right", "next_step")
    if not told or (not open_list and (turn.intent != "tell_need" or len(turn.text.split()) < LONG_ANSWER)):
        return False
    known: list[str] = turn.get("needs", [])
    confirming = turn.asked == "needs_right"
    needs = changed_list(known, told, turn.text, correcting=confirming and takes_off(turn))
    keep_words(turn)
    if set(needs) == set(known):
        return False
    adds = confirming and set(needs) > set(known) and answers.yes_no(turn.text) is True
    turn.set(
        needs=services.needs.order(needs),
        needs_right="yes" if adds else None,  # "yes, and the damp too" needs no second question
        shown_for=None,
        what_is_going_on="told" if needs else "again",
    )
    return True


def needs_named(turn: Turn, services: Services) -> list[str]:
    """The needs in the message. A short answer that changes the list may just name them ("no, the smoke alarms")."""
    told = turn.entities("need")
    changes = turn.asked == "change_what" or (
        turn.asked == "needs_right" and (takes_off(turn) or _ALSO.search(turn.text))
    )
    if changes and not turn.choice and len(turn.text.split()) <= SHORT_LIST:
        known = turn.get("needs", [])
        denied = {need for part in _NOT_THIS.findall(turn.text) for need in services.needs.named(part)} - set(known)
        told = [need for need in dict.fromkeys([*told, *services.needs.named(turn.text)]) if need not in denied]
    return told


def takes_off(turn: Turn) -> bool:
    """Whether an answer to "have I got that right?" takes needs off the list or puts others in their place."""
    return bool(
        turn.intent in ("correction", "deny")
        or _NO_FIRST.search(turn.text)
        or _ONLY.search(turn.text)
        or _TAKE_OFF.search(turn.text)
    )


def choose_needs(turn: Turn, value: str) -> bool:
    """Take a choice about the list: it is right, it has to change, or one need is taken off. False when it is none of these."""
    if value == "yes":
        turn.set(needs_right="yes", what_is_going_on="told")
    elif value == "change":
        turn.set(what_is_going_on="change")
    elif value.startswith("drop:"):
        left = [need for need in turn.get("needs", []) if need != value.removeprefix("drop:")]
        turn.set(needs=left, what_is_going_on="told" if left else "again")
    else:
        return False
    return True


def keep_words(turn: Turn) -> None:
    """Keep the resident's own words for the packet."""
    words = turn.get("own_words", [])
    if turn.text and turn.text not in words:
        turn.set(own_words=[*words, turn.text][-OWN_WORDS_LIMIT:])
