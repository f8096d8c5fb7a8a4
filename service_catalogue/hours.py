"""When a service is open: London time in, London time out, right through both clock changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal

from opening_hours import OpeningHours

from common.clock import LONDON
from service_catalogue.bank_holidays import is_public_holiday
from service_catalogue.local import local_data
from service_catalogue.osm_hours import HoursError, mentions_holidays, parsed, spans
from service_catalogue.plain_hours import in_words

State = Literal["open", "closed", "unknown"]


@dataclass(frozen=True)
class Opening:
    """Open, closed or unknown at one moment. `until`: when an open service closes; `opens`: when a closed one opens.
    Both are aware London times; None means never, or not known."""

    state: State
    until: datetime | None = None
    opens: datetime | None = None


_UNKNOWN = Opening("unknown")
_STATES: dict[str, State] = {"open": "open", "closed": "closed"}


def opening(hours: str, at: datetime) -> Opening:
    """What `hours` (OpenStreetMap notation, "" for not known) say about the aware time `at`.

    Hours that cannot be read are unknown, never closed: nobody is turned away by a slip of the pen. Where hours say
    nothing about bank holidays, being open on one is unknown too. Raises ValueError for a time without a zone.
    """
    if at.tzinfo is None:
        raise ValueError("opening() needs a time with a zone")
    if not hours:
        return _UNKNOWN
    local = at.astimezone(LONDON)
    # Opening hours change on whole minutes, so one answer serves the whole minute.
    return _opening(hours, local.replace(second=0, microsecond=0, tzinfo=None), local.fold)


@lru_cache(maxsize=65536)
def _opening(hours: str, wall: datetime, fold: int) -> Opening:
    try:
        evaluator = parsed(hours, wall.year)
    except HoursError:
        return _UNKNOWN
    state = _STATES.get(str(evaluator.state(wall)[0]), "unknown")
    silent = not mentions_holidays(hours) and evaluator.next_change(wall) is not None
    if state == "unknown" or (silent and state == "open" and is_public_holiday(wall.date())):
        return _UNKNOWN
    change = evaluator.next_change(wall) if state == "open" else _next_opening(evaluator, wall, silent)
    if change is None or change.year > wall.year + 1:  # no holidays are known beyond
        return Opening(state)
    moment = _on_the_clock(change, wall, fold)
    return Opening(state, until=moment) if state == "open" else Opening(state, opens=moment)


def _next_opening(evaluator: OpeningHours, wall: datetime, silent: bool) -> datetime | None:
    """The next sure opening. Hours that are silent about bank holidays promise nothing on one."""
    for start, _ in spans(evaluator, wall, wall + timedelta(days=400)):
        if not (silent and is_public_holiday(start.date())):
            return start
    return None


def _on_the_clock(change: datetime, wall: datetime, fold: int) -> datetime:
    """The moment at which the wall clock first shows `change`, counted from `wall`."""
    same_night = change.date() == wall.date()
    moment = change.replace(tzinfo=LONDON, fold=fold if same_night else 0)
    if moment.astimezone(timezone.utc).astimezone(LONDON).replace(tzinfo=None) != change:
        # The clocks skip this time in spring: they jump past it at 01:00 UTC.
        return datetime.combine(change.date(), time(1), timezone.utc).astimezone(LONDON)
    return moment


def is_open(hours: str, at: datetime) -> bool | None:
    """True or False, or None when not known."""
    state = opening(hours, at).state
    return None if state == "unknown" else state == "open"


def describe(hours: str) -> str:
    """The hours in plain words: "Monday to Thursday 8:30am to 5pm, not bank holidays". Unknown or unreadable hours give
    the sentence that says that we do not know them."""
    return in_words(hours, local_data().words)
