"""Whether a service meets a resident's wishes, wish by wish: yes, no, or not known. Nothing is guessed."""

from __future__ import annotations

from functools import lru_cache

from service_catalogue.entry import Entry
from service_catalogue.near import NEAR
from service_catalogue.weekly import weekly_openings
from service_catalogue.wishes import NONE, Wishes

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EVENING = 17 * 60 + 30  # an evening visit is one that can begin at half past five or later
_REMOTE = frozenset(("online", "phone", "home"))

Stretch = tuple[int, int, int]  # day (0 is Monday), from, to: minutes of the day


def meets(entry: Entry, wishes: Wishes, miles: float | None = None) -> dict[str, bool | None]:
    """Each wish that was made -> True, False, or None for not known. `miles`: to the nearest venue, where known."""
    found: dict[str, bool | None] = {}
    if wishes == NONE:
        return found
    if wishes.free:
        found["free"] = None if entry.cost == "unknown" else entry.cost == "free"
    if wishes.remote:
        found["remote"] = not _REMOTE.isdisjoint(entry.attending) if entry.attending else None
    if wishes.in_person:
        found["in_person"] = not {"venue", "home"}.isdisjoint(entry.attending) if entry.attending else None
    if wishes.near:
        found["near"] = None if miles is None else miles <= NEAR
    for code in sorted(wishes.access):
        found[code] = True if code in entry.accessibility else None
    if wishes.language:
        spoken = {code.split("-")[0] for _, code in entry.languages}
        found["language"] = True if wishes.language in spoken else None
    if wishes.gender and entry.gender != "any":
        found["gender"] = entry.gender == wishes.gender
    return found | _times(entry, wishes)


def explicit_no(entry: Entry, wishes: Wishes, age: int | None) -> bool:
    """Whether the record says outright that it is not for this person: an age limit, or another gender only."""
    if age is not None and not (entry.minimum_age or 0) <= age <= (entry.maximum_age or 200):
        return True
    return wishes.gender is not None and entry.gender not in ("any", wishes.gender)


def openings(hours: str) -> tuple[Stretch, ...]:
    """The openings of an ordinary week; none when they are not known or not the same every week."""
    return _openings(hours)


@lru_cache(maxsize=8192)
def _openings(hours: str) -> tuple[Stretch, ...]:
    return tuple(
        (_DAYS.index(day), _minutes(one.opens_at), _minutes(one.closes_at))
        for one in weekly_openings(hours)
        for day in one.byday.split(",")
    )


def _times(entry: Entry, wishes: Wishes) -> dict[str, bool | None]:
    asked = {
        "evening": wishes.evening,
        "weekend": wishes.weekend,
        "days": bool(wishes.days or wishes.not_days),
        "hours": wishes.after is not None or wishes.before is not None,
    }
    if not any(asked.values()):
        return {}
    week = openings(entry.opening_hours)
    fits = {
        "evening": any(to > _EVENING for _, _, to in week),
        "weekend": any(day >= 5 for day, _, _ in week),
        "days": any((day in wishes.days or not wishes.days) and day not in wishes.not_days for day, _, _ in week),
        "hours": any(to > (wishes.after or 0) and start < (wishes.before or 24 * 60) for _, start, to in week),
    }
    return {wish: fits[wish] if week else None for wish, made in asked.items() if made}


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
