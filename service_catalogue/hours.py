"""When a service is open: London time in, London time out, right to the minute through both clock changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

from opening_hours import OpeningHours

from common.clock import LONDON
from service_catalogue.local import local_data
from service_catalogue.osm_hours import HoursError, mentions_school_holidays, readings, sure_spans
from service_catalogue.plain_hours import in_words

State = Literal["open", "closed", "unknown"]
Doubt = Literal["", "comment", "school holidays", "bank holiday"]
_AHEAD = (8, 60, 400)  # days; most services change within the first few, so little is worked out


@dataclass(frozen=True)
class Opening:
    """Open, closed or unknown at one moment. `until`: when an open service closes, or stops being surely open; `opens`:
    when it is next surely open. Both are aware London times; None means never, or not known. `doubt` says why the state
    is unknown although there are hours; `note` is the comment that the hours carry now ("by appointment")."""

    state: State
    until: datetime | None = None
    opens: datetime | None = None
    doubt: Doubt = ""
    note: str = ""


def opening(hours: str, at: datetime) -> Opening:
    """What `hours` (OpenStreetMap notation, "" for not known) say about the aware time `at`.

    Hours that cannot be read are unknown, never closed: nobody is turned away by a slip of the pen. Where it depends on
    what we do not know (a comment, school holidays, hours that are silent about a bank holiday) it is unknown too.
    Raises ValueError for a time without a zone.
    """
    return _opening(hours, _minute(at)) if hours else Opening("unknown")


def is_open(hours: str, at: datetime) -> bool | None:
    """True or False, or None when not known. Faster than `opening`, which also looks for the next change. Raises
    ValueError for a time without a zone."""
    states, _ = _states(hours, _minute(at)) if hours else (frozenset({"unknown"}), "")
    return states == {"open"} if len(states) == 1 and "unknown" not in states else None


def _minute(at: datetime) -> datetime:
    """Opening hours change on whole minutes, so one answer serves the whole minute."""
    if at.tzinfo is None:
        raise ValueError("whether it is open depends on the zone of the time")
    return at.astimezone(timezone.utc).replace(second=0, microsecond=0)


@lru_cache(maxsize=65536)
def _states(hours: str, at: datetime) -> tuple[frozenset[str], str]:
    """What the readings of the hours say, and the comment that they carry then."""
    wall = _wall(at)
    try:
        now = [one.state(wall) for one in readings(hours, wall.year)]
    except HoursError:
        return frozenset({"unreadable", "unknown"}), ""
    return frozenset(str(state) for state, _ in now), "; ".join(sorted({comment for _, comment in now if comment}))


@lru_cache(maxsize=65536)
def _opening(hours: str, at: datetime) -> Opening:
    states, note = _states(hours, at)
    if "unreadable" in states:
        return Opening("unknown")
    found = readings(hours, _wall(at).year)
    if states == {"open"}:
        return Opening("open", until=_change(found, at, from_open=True), note=note)
    opens = _change(found, at, from_open=False)
    if states == {"closed"}:
        return Opening("closed", opens=opens, note=note)
    return Opening("unknown", opens=opens, doubt=_doubt(hours, states), note=note)


def _doubt(hours: str, states: frozenset[str]) -> Doubt:
    if "unknown" in states:
        return "comment"
    # Readings that disagree differ either in the school holidays or in a bank holiday that the hours are silent about.
    return "school holidays" if mentions_school_holidays(hours) else "bank holiday"


def _change(found: Sequence[OpeningHours], at: datetime, *, from_open: bool) -> datetime | None:
    """When being surely open ends, or next begins."""
    last_year = _wall(at).year + 1  # no bank holidays are known beyond
    for start, end in _stretches(at):
        shift = start - _wall(start).replace(tzinfo=timezone.utc)
        sure = [
            (a.replace(tzinfo=timezone.utc) + shift, b.replace(tzinfo=timezone.utc) + shift)
            for a, b in sure_spans(found, _wall(start), _wall(start) + (end - start))
        ]
        change = None
        if not from_open:
            change = sure[0][0] if sure else None
        elif not sure or sure[0][0] > start:
            change = start
        elif sure[0][1] < end:
            change = sure[0][1]
        if change is not None:
            local = change.astimezone(LONDON)
            return local if local.year <= last_year else None
    return None


def _stretches(at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time from `at` on, cut where London's clocks change: within a stretch, the wall clock runs evenly."""
    ends = {at + timedelta(days=days) for days in _AHEAD}
    for year in (at.year, at.year + 1):
        for month in (3, 10):
            month_end = datetime(year, month, 31, 1, tzinfo=timezone.utc)
            ends.add(month_end - timedelta(days=(month_end.weekday() + 1) % 7))  # the last Sunday, 01:00 UTC
    start = at
    for end in sorted(ends):
        if start < end <= max(at + timedelta(days=days) for days in _AHEAD):
            yield start, end
            start = end


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(LONDON).replace(tzinfo=None)


def describe(hours: str) -> str:
    """The hours in plain words: "Monday to Thursday 8:30am to 5pm, not bank holidays". Unknown or unreadable hours give
    the sentence that says that we do not know them."""
    return in_words(hours, local_data().words)
