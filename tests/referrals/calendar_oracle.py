"""Due times by another way than the product's: every closing time of five years as a list in UTC, and a search in it.

No zone database, no holidays package and nothing of the product: summer time by its rule (Summer Time Order 2002), bank
holidays by the table of gov.uk, written by hand.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta, timezone

HOLIDAYS = {  # England; with the Christmas, Boxing and New Year's Days that a substitute stands in for
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28",
    2028: "01-01 01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2029: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2030: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2031: "01-01",
}
FIRST, LAST = date(2026, 1, 1), date(2031, 1, 31)
_SHUT = {f"{year}-{day}" for year, days in HOLIDAYS.items() for day in days.split()}
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def summer(at: datetime) -> bool:
    """Whether clocks are an hour ahead at this UTC time: from 1am UTC on the last Sunday of March to that of October."""

    def last_sunday(month: int) -> datetime:
        day = date(at.year, month, 31)
        return datetime(at.year, month, 31 - (day.toordinal() % 7), 1, tzinfo=timezone.utc)

    return last_sunday(3) <= at < last_sunday(10)


def closings(week: dict[int, str], shut: frozenset[str] = frozenset()) -> list[datetime]:
    """Every closing time, UTC, ascending. `week`: "HH:MM" by weekday, Monday 0; `shut`: further days off, ISO."""
    found = []
    for number in range(FIRST.toordinal(), LAST.toordinal() + 1):
        day = date.fromordinal(number)
        if (number + 6) % 7 not in week or day.isoformat() in _SHUT | shut:
            continue
        hour, minute = week[(number + 6) % 7].split(":")
        clock = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=timezone.utc)
        found.append(clock - timedelta(hours=1) if summer(clock - timedelta(hours=1)) else clock)
    return found


def due(ends: list[datetime], received: datetime, working_days: int) -> datetime:
    """The closing time `working_days` after the first one that is later than `received` (UTC)."""
    return ends[bisect_right(ends, received) + working_days]


def in_words(at: datetime) -> str:
    """ "5pm on Tuesday 24 November", of a UTC time."""
    local = at + timedelta(hours=summer(at))
    hour, half = (local.hour - 1) % 12 + 1, "pm" if local.hour >= 12 else "am"
    clock = f"{hour}:{local.minute:02}{half}" if local.minute else f"{hour}{half}"
    return f"{clock} on {_DAYS[(local.toordinal() + 6) % 7]} {local.day} {_MONTHS[local.month - 1]}"
