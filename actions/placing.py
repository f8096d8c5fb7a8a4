"""Where the resident lives: from a mention in passing, an answer, or a choice between places of one name."""

from __future__ import annotations

from actions.turn import Turn
from assessment import answers
from assessment.places import PlaceAnswer, Places

ELSEWHERE = ("none", "other")  # the choices that ask for the place again
SHORT_ANSWER = 4  # words
UNKNOWN = "unknown"  # the resident would not or could not say; services for the whole county are shown


def question(turn: Turn) -> str | None:
    """The place question that is still open, or None."""
    if turn.get("place_options"):
        return "place_choice"
    return None if turn.get("place") else "place"


def leave_unknown(turn: Turn) -> None:
    """Go on without a place: services for the whole county are shown."""
    turn.set(place=UNKNOWN, area_kind="unknown", place_options=None, place_guess=None)


def _resolve(turn: Turn, places: Places) -> PlaceAnswer:
    """What the places and the first postcode of the message come to."""
    return places.resolve(turn.entities("place"), next(iter(turn.entities("postcode")), None))


def names_a_place(turn: Turn, places: Places) -> bool:
    """True when the message holds a place or a postcode, whatever else it sounds like ("Leicester", "Newbold")."""
    if turn.entities("place") or turn.entities("postcode"):
        return True
    return len(turn.text.split()) <= SHORT_ANSWER and places.find(turn.text).kind != "unknown"


def take_mentioned(turn: Turn, places: Places) -> bool:
    """Take a place that the message mentions, while none is known or when it corrects one. True when something was taken."""
    if not (turn.entities("place") or turn.entities("postcode")) or turn.asked in ("place", "place_choice"):
        return False  # an answer to the place question is read as such
    known = turn.get("place") not in (None, UNKNOWN)
    if known and turn.intent not in ("give_place", "correction"):
        return False
    found = _resolve(turn, places)
    if found.kind in ("unknown", "outside") and turn.intent != "give_place":
        return False  # a town elsewhere, mentioned in passing, is no address
    return _take(turn, found)


def answer(turn: Turn, places: Places) -> bool:
    """Read the answer to the place question."""
    if turn.intent in ("skip", "dont_know") and not turn.entities("place"):
        leave_unknown(turn)
        return True
    found = _resolve(turn, places)
    if found.kind == "unknown":
        found = places.find(turn.text)
    if found.kind == "unknown":
        if turn.get("failed_turns", 0) >= 1:
            leave_unknown(turn)  # asked twice: go on with the whole county
            return True
        return False
    return _take(turn, found)


def answer_choice(turn: Turn, places: Places) -> bool:
    """Read the answer to "which one?" or "so that is ...?" in words."""
    options: list[list[str]] = turn.get("place_options", [])
    agreed = answers.yes_no(turn.text, turn.intent)
    if agreed is False or (agreed and turn.get("place_guess")):
        return choose(turn, options[0][1] if agreed else "none", places)
    if turn.intent in ("skip", "dont_know"):
        leave_unknown(turn)
        return True
    said = turn.text.lower()
    for label, value in options:
        if value not in ELSEWHERE and (label.lower() in said or (said.strip() and said.strip(" .!") in label.lower())):
            return choose(turn, value, places)
    if turn.entities("place") or turn.entities("postcode"):
        turn.set(place_options=None)
        return answer(turn, places)
    return False


def choose(turn: Turn, value: str, places: Places) -> bool:
    """Take one of the options by its value ("none" asks for the place again)."""
    if value in ELSEWHERE:
        turn.set(place=None, place_options=None, place_choice=None, place_guess=None)
        return True
    turn.set(place_choice=value)
    return _take(turn, places.resolve([value], None))


def _take(turn: Turn, found: PlaceAnswer) -> bool:
    if found.kind == "unknown":
        return False
    if found.kind in ("ambiguous", "confirm"):
        guess = ", ".join(part for part in (found.name, found.area) if part) if found.kind == "confirm" else None
        turn.set(place=None, place_options=[list(option) for option in found.options], place_guess=guess)
        return True
    kind = "county" if found.kind == "district" else found.kind
    turn.set(
        place=found.name, district=found.district, area=found.area, area_kind=kind, place_options=None, place_guess=None
    )
    return True
