"""Where the resident lives: from a mention in passing, an answer, or a choice between places of one name."""

from __future__ import annotations

import re

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
    return _named_in_part(turn.text, places) is not None


def _named_in_part(text: str, places: Places) -> PlaceAnswer | None:
    """What a short part of an answer comes to: "Kibworth, and I'm 31", "Bosworth, naturally"."""
    for part in _PARTS.split(text):
        words = _LEAD.sub("", part.strip())
        if words and len(words.split()) <= SHORT_ANSWER and (found := places.find(words)).kind != "unknown":
            return found
    return None


_PARTS = re.compile(r"[,.;!\n]|\band\b|\bbut\b|\bnear\b|\bnr\b")
_LEAD = re.compile(
    r"^(?:(?:its|it's|it is|in|at|from|we're|were|im|i'm|i am|i live|we live|just|outside|near|nr|um|er|well|the|called)\s+)+",
    re.IGNORECASE,
)


_LIVES = r"\b(?:live|lives|living|based|moved|meant|should be|change|wrong (?:town|village|place|postcode|one))\b|\b(?:i|we|she|he|they)(?:['’]?m| am|['’]?s| is|['’]?re| are) (?:actually |really |now )?in\b"


# Something else than a home that stands right before a place.
_IN_PASSING = re.compile(
    r"\b(?:doctors?['’]?s?|gp|surgery|dentists?|hospital|infirmary|work|works|working|job|office|school|college|uni|shops?|market|bus|train|clinic|church|"
    r"from|born|sister|brother|son|daughter|mum|dad|family|friends?|mates?)(?: \w+)? (?:in|at|to|near|from|over in|of) [A-Z]?\w+|\bmoved (?:here )?from\b",
    re.IGNORECASE,
)


def correct(turn: Turn, places: Places) -> bool:
    """Put another place than the known one in its stead, when the message says that it is where the person lives."""
    known, text = turn.get("place", ""), turn.text
    code = next(iter(turn.entities("postcode")), None)
    named = [
        place
        for place in turn.entities("place")
        if place.lower() != known.lower()
        and not re.search(rf"\bnot (?:in |from )?{re.escape(place)}\b", text, re.IGNORECASE)
    ]
    put = any(re.search(rf"{_PUT}{re.escape(place)}\b", text, re.IGNORECASE) for place in named)
    says_so = re.search(rf"{_LIVES}|\bnot (?:in )?{re.escape(known)}\b", text, re.IGNORECASE)
    if not (named or code) and (found := _put(text, known, places)):
        return _take(turn, found, places)
    if not (named or code) or not (turn.intent in ("give_place", "correction") or says_so or put):
        return False
    return _take(turn, places.resolve(named, code), places)


_PUT = r"(?:\bit['’]?s|\bit is|\bput|\bmake it|\bshould (?:be|say)|\bmeant|\bmean) (?:in )?"


def _put(text: str, known: str, places: Places) -> PlaceAnswer | None:
    """The place of "not Measham, put Ellistown": a name alone is seldom taken for one, and beside the old one it is."""
    old, name = re.escape(known), r"([^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,2}?)"
    lead = rf"(?:but |i |sorry |{_PUT})*"
    for pattern in (
        rf"\bnot (?:in )?{old}\b[\s,.;:-]*{lead}{name}(?=[,.;!]|$| and\b)",
        rf"{_PUT}{name},? not (?:in )?{old}\b",
    ):
        if (match := re.search(pattern, text, re.IGNORECASE)) and (found := places.find(match[1])).kind != "unknown":
            return found
    return None


def take_mentioned(turn: Turn, places: Places) -> bool:
    """Take a place that the message mentions, while none is known or when it corrects one. True when something was taken."""
    if not (turn.entities("place") or turn.entities("postcode")) or turn.asked in ("place", "place_choice"):
        return False  # an answer to the place question is read as such
    if _IN_PASSING.search(turn.text) and not re.search(_LIVES, turn.text, re.IGNORECASE):
        return False  # "my doctor's in Hinckley": not where the person lives
    known = turn.get("place") not in (None, UNKNOWN)
    if known and turn.intent not in ("give_place", "correction"):
        return False
    found = _resolve(turn, places)
    if found.kind in ("unknown", "outside") and turn.intent != "give_place":
        return False  # a town elsewhere, mentioned in passing, is no address
    return _take(turn, found, places)


_I_AM_IN = r"\b(?:i['’]?m|i am|i live|me|myself,?|we['’]?re|we live) (?:(?:over|up|down|out|all the way|here) )?(?:in|at|from|near) "


def _home(turn: Turn, places: Places) -> PlaceAnswer | None:
    """
    Of several places in an answer the one where the person lives: "the practice is in Hinckley but he lives in Barwell",
    and, asked about somebody else, "she's in Shepshed, I'm in Derby".
    """
    named = turn.entities("place")
    if turn.about_other and len(named) > 1:
        own = {place for place in named if re.search(rf"{_I_AM_IN}{re.escape(place)}\b", turn.text, re.IGNORECASE)}
        if own and (theirs := [place for place in named if place not in own]):
            return places.resolve(theirs, None)
    lives = re.search(r"\bliv(?:e|es|ing)\s+(?:in|at|near)?\s*(.+)", turn.text, re.IGNORECASE)
    if len(named) < 2 or not lives:
        return None
    said = [place for place in named if place.lower().split()[0] in lives[1].lower()]
    return places.resolve(said, None) if len(said) == 1 else None


def answer(turn: Turn, places: Places) -> bool:
    """Read the answer to the place question."""
    if turn.intent in ("skip", "dont_know") and not turn.entities("place"):
        leave_unknown(turn)
        return True
    found = _home(turn, places) or _resolve(turn, places)
    if found.kind == "unknown":
        found = places.find(turn.text)
    if found.kind == "unknown":
        found = _named_in_part(turn.text, places) or found
    if found.kind == "unknown":
        if turn.get("failed_turns", 0) >= 1:
            leave_unknown(turn)  # asked twice: go on with the whole county
            return True
        return False
    return _take(turn, found, places)


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
    first = [
        value for label, value in options if value not in ELSEWHERE and said.startswith(label.split(",")[0].lower())
    ]
    if len(first) == 1:
        return choose(turn, first[0], places)  # "Market Bosworth. The other one is quite another matter"
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
    return _take(turn, places.resolve([value], None), places)


def _take(turn: Turn, found: PlaceAnswer, places: Places) -> bool:
    if found.kind == "unknown":
        return False
    _keep_sector(turn, places)
    if found.kind in ("ambiguous", "confirm"):
        guess = ", ".join(part for part in (found.name, found.area) if part) if found.kind == "confirm" else None
        turn.set(place=None, place_options=[list(option) for option in found.options], place_guess=guess)
        return True
    kind = "county" if found.kind == "district" else found.kind
    turn.set(
        place=found.name, district=found.district, area=found.area, area_kind=kind, place_options=None, place_guess=None
    )
    return True


def _keep_sector(turn: Turn, places: Places) -> None:
    """Of a postcode only what distances need. It goes when another place is named, and stays through "which one is it?"."""
    code = places.parse_postcode(next(iter(turn.entities("postcode")), ""))
    if code:
        turn.set(sector=code.sector)
    elif not turn.get("place_options"):
        turn.set(sector=None)
