"""Why a service is shown, and what to be careful about: each sentence from a field of its record, in local words.

`REASONS` and `CAUTIONS` are the whole list; a property test checks each sentence against the record it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from common.clock import LONDON
from service_catalogue.entry import Entry
from service_catalogue.freshness import year_before
from service_catalogue.hour_phrases import WEEKDAYS, clock, join
from service_catalogue.hours import Opening
from service_catalogue.local import DISTRICTS, NEIGHBOURS, Words
from service_catalogue.match import meets, openings
from service_catalogue.near import nearest
from service_catalogue.points import Point
from service_catalogue.wishes import ACCESS, NONE, Wishes

_FEW_OPENINGS = 2  # a group that meets once or twice a week; for more the hours say it


@dataclass(frozen=True)
class Asker:
    """What is known of who asks, beside needs and district: wishes, point on the map, first half of the postcode."""

    wishes: Wishes = NONE
    place: Point | None = None
    outcode: str = ""


@dataclass(frozen=True)
class About:
    """All that a reason may be made of."""

    entry: Entry
    helps: Sequence[str]  # the asked needs that it serves
    district: str | None
    asker: Asker
    opening: Opening
    open_text: str
    now: datetime
    words: Words


def reasons(about: About) -> tuple[str, ...]:
    """Sentences in the order in which they are read."""
    return tuple(text for reason in REASONS.values() for text in reason(about))


def cautions(about: About) -> tuple[str, ...]:
    """What a resident should know before they go or ring: full, not checked lately, a wish it misses or may miss."""
    return tuple(text for caution in CAUTIONS.values() for text in caution(about))


def _helps(about: About) -> list[str]:
    labels = [about.words("need_labels", need) for need in about.helps]
    return [about.words("card", "helps_with", needs=join(labels, about.words))] if labels else []


def _local(about: About) -> list[str]:
    known = about.district in about.entry.areas and about.district in (*DISTRICTS, *NEIGHBOURS)
    return [about.words("card", "local", district=str(about.district))] if known else []


def _distance(about: About) -> list[str]:
    near = nearest(about.entry, about.asker.place)
    if near is not None:
        distance, venue = near
        length = (
            about.words("card", "under_a_mile")
            if distance < 0.75
            else about.words("card", "one_mile")
            if distance < 1.5
            else about.words("card", "miles", miles=str(round(distance)))
        )
        key = "distance_in" if venue.town else "distance"
        return [about.words("card", key, distance=length, town=venue.town)]
    if about.asker.outcode and any(venue.outcode == about.asker.outcode for venue in about.entry.venues):
        return [about.words("card", "outcode", outcode=about.asker.outcode)]
    return []


def _free(about: About) -> list[str]:
    return [about.words("card", "free")] if about.entry.cost == "free" else []


def _access(about: About) -> list[str]:
    told = [code for code in ACCESS if code == "step_free" or code in about.asker.wishes.access]
    return [about.words("access", code) for code in told if code in about.entry.accessibility]


def _language(about: About) -> list[str]:
    wanted = about.asker.wishes.language
    return [
        about.words("card", "language", language=name)
        for name, code in about.entry.languages
        if wanted and code.split("-")[0] == wanted
    ][:1]


def _remote(about: About) -> list[str]:
    ways = about.entry.attending if about.asker.wishes.remote else frozenset()
    return [about.words("attending", way) for way in ("phone", "online", "home") if way in ways]


def _for_gender(about: About) -> list[str]:
    return [] if about.entry.gender == "any" else [about.words("gender", about.entry.gender)]


def _when(about: About) -> list[str]:
    """ "Tuesdays 10am to noon", for what is open once or twice a week, when the hours are confirmed."""
    week = openings(about.entry.opening_hours) if about.entry.verified else ()
    if not 0 < len(week) <= _FEW_OPENINGS:
        return []
    return [
        about.words(
            "card", "weekly", weekday=WEEKDAYS[day], start=clock(start, about.words), end=clock(end, about.words)
        )
        for day, start, end in week
    ]


def _open_now(about: About) -> list[str]:
    sure = about.opening.state == "open" and about.entry.verified
    return [about.words("card", "open_now", open_text=about.open_text)] if sure else []


REASONS: dict[str, Callable[[About], list[str]]] = {
    "helps": _helps,
    "local": _local,
    "distance": _distance,
    "free": _free,
    "access": _access,
    "language": _language,
    "remote": _remote,
    "gender": _for_gender,
    "when": _when,
    "open_now": _open_now,
}


def _alert(about: About) -> list[str]:
    return [about.entry.alert] if about.entry.alert else []


def _room(about: About) -> list[str]:
    kind = about.entry.capacity
    if kind not in ("full", "waiting"):
        return []
    return [about.words("capacity", kind), *([about.entry.waiting] if about.entry.waiting else [])]


def _wishes(about: About) -> list[str]:
    """A wish that it misses, or of which nothing is known; a wish of the person's own gender says nothing new."""
    near = nearest(about.entry, about.asker.place)
    met = meets(about.entry, about.asker.wishes, near[0] if near else None)
    return [
        about.words("wish_missed" if answer is False else "wish_unknown", wish)
        for wish, answer in met.items()
        if answer is not True and wish != "gender"
    ]


def _checked(about: About) -> list[str]:
    """Verified long ago; what is not verified at all says so where it says how to reach it."""
    day = about.entry.checked_on
    if day is None or not about.entry.verified or day >= year_before(_today(about)):
        return []
    key = "ring_first" if about.entry.phone and not about.entry.number_in_doubt else "check_first"
    return [about.words("checked", key, month=f"{day:%B %Y}")]


def _today(about: About) -> date:
    return about.now.astimezone(LONDON).date()


CAUTIONS: dict[str, Callable[[About], list[str]]] = {
    "alert": _alert,
    "room": _room,
    "wishes": _wishes,
    "checked": _checked,
}
