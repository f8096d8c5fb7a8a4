"""Opening hours as rows of an Open Referral schedule: one row for all days with the same opening."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from service_catalogue.osm_hours import HoursError, mentions_school_holidays
from service_catalogue.plain_hours import evaluator_of_ordinary_weeks, ordinary_week

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = 24 * 60


class WeeklyOpening(NamedTuple):
    """`byday` as in RFC 5545 ("MO,TU"), times as "08:30" by the wall clock; 23:59 stands for midnight (HSDS convention)."""

    byday: str
    opens_at: str
    closes_at: str


def weekly_openings(hours: str) -> list[WeeklyOpening]:
    """The openings of an ordinary week. Empty when hours are not known, or not the same every week: better no schedule
    than a wrong one."""
    if not hours or mentions_school_holidays(hours):
        return []
    try:
        week = ordinary_week(evaluator_of_ordinary_weeks(hours))
    except HoursError:
        return []
    days: dict[tuple[str, str], list[int]] = {}
    for start, end in _cut_at_midnight(week or []):
        day = start // _DAY
        times = (_clock(start - day * _DAY), _clock(end - day * _DAY))
        if day % 7 not in days.setdefault(times, []):
            days[times].append(day % 7)
    return sorted(
        (WeeklyOpening(",".join(_DAYS[day] for day in sorted(found)), *times) for times, found in days.items()),
        key=lambda opening: (_DAYS.index(opening.byday[:2]), opening.opens_at),
    )


def _cut_at_midnight(week: list[tuple[int, int]]) -> list[tuple[int, int]]:
    pieces = []
    for start, end in week:
        while start < end:
            midnight = (start // _DAY + 1) * _DAY
            pieces.append((start, min(end, midnight)))
            start = midnight
    return pieces


def _clock(minute: int) -> str:
    return "23:59" if minute == _DAY else str(timedelta(minutes=minute)).rjust(8, "0")[:5]
