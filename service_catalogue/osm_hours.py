"""Opening hours in OpenStreetMap's notation, evaluated on wall-clock time.

The package opening-hours-py does the evaluation. Times in and out are naive London times: "opens at 9" means 9 on the
wall, in summer and in winter. Three things are put right in the text first:

- "PH" is replaced by the dates of England's holidays, because the package's own calendar lacks three of them.
- "SH" (school holidays) differ from school to school, so hours that name them have two readings, one for term time and
  one for holidays; hours that say nothing of bank holidays have two as well. Only what all readings agree on is sure.
- Hours with a comment ("by appointment") are not sure either, as in OpenStreetMap's own evaluator, unless they say `open`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from opening_hours import OpeningHours, validate

from common.bank_holidays import public_holidays

_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)(?:\[[-\d,]+\])?"
_DAYS = re.compile(rf"\s*(?P<days>{_DAY}(?:\s*-\s*{_DAY})?(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*)(?=\s|$)(?P<rest>.*)$")
_WITHIN_SCHOOL_HOLIDAYS = re.compile(r"\s*SH\s+(?=(?:Mo|Tu|We|Th|Fr|Sa|Su))")
_PUBLIC, _SCHOOL = re.compile(r"\bPH\b"), re.compile(r"\bSH\b")
_COMMENT = re.compile(r'"[^"]*"')
_BARE_COMMENT = re.compile(r'(?<!open )(?<!closed )(?<!off )(?<!unknown )"[^"]*"')
# Understood by the package, but not to the minute, or not as whoever wrote it meant it.
_REFUSED = (
    (re.compile(r"\|\|"), '"||" is not understood here; write what comes after it as a note'),
    (re.compile(r"\b(?:sunrise|sunset|dawn|dusk)\b"), "write the times by the clock, not by the sun"),
    (re.compile(r":\d\d\+"), 'write the closing time; "+" leaves it open'),
)
_SAYS_WHEN = re.compile(r"\d:\d\d|24/7|\b(?:off|closed|unknown)\b")
_TIMES = re.compile(r"(\d\d?:\d\d)-(\d\d?:\d\d)")
_ANY_YEAR = 2026

School = Literal["term", "holidays"]
Stretch = tuple[datetime, datetime]


class HoursError(ValueError):
    """The text is no opening hours that we can work out."""


def check(hours: str) -> None:
    """Raises HoursError, in words for staff, when `hours` is not readable; empty is fine (it means not known)."""
    if hours:
        readings(hours, _ANY_YEAR)


def mentions_holidays(hours: str) -> bool:
    """Whether the hours say anything about bank holidays."""
    return bool(_PUBLIC.search(_COMMENT.sub("", hours)))


def mentions_school_holidays(hours: str) -> bool:
    return bool(_SCHOOL.search(_COMMENT.sub("", hours)))


@lru_cache(maxsize=8192)
def readings(hours: str, year: int) -> tuple[OpeningHours, ...]:
    """Everything that `hours` can mean for times in `year` (bank holidays of the year before and after are known too):
    one evaluator for most. Raises HoursError."""
    days = sorted(day for near in (year - 1, year, year + 1) for day in public_holidays(near))
    found = []
    schools: tuple[School, ...] = ("term", "holidays") if mentions_school_holidays(hours) else ("term",)
    for school in schools:
        found.append(reading(hours, days, school))
        if not mentions_holidays(hours) and not _always_open(found[-1], datetime(year, 1, 1)):
            found.append(reading(f"{hours}; PH off", days, school))
    return tuple(found)


def _always_open(hours: OpeningHours, start: datetime) -> bool:
    """Looked at for a year only: the package's own `next_change` goes on to the year 10000, which takes seconds."""
    end = start + timedelta(days=366)
    return spans(hours, start, end) == [(start, end)]


def reading(hours: str, bank_holidays: Iterable[date], school: School = "term") -> OpeningHours:
    """The evaluator of `hours` in which "PH" stands for `bank_holidays`, in term time or in the school holidays.
    Raises HoursError."""
    bank_holidays = list(bank_holidays)
    rules = re.findall(r'(?:"[^"]*"|[^;"])+', hours)
    if not validate(hours):
        raise HoursError(f"{hours!r} is not in the notation of OpenStreetMap's opening_hours")
    for rule in rules:
        plain = _COMMENT.sub("", rule)
        for refused, why in _REFUSED:
            if refused.search(plain):
                raise HoursError(why)
        if not _SAYS_WHEN.search(plain):
            raise HoursError(f"{rule.strip()!r} says no times")
    spelt_out = [part for rule in rules if rule.strip() for part in _spell_out(rule, bank_holidays, school)]
    text = _BARE_COMMENT.sub(lambda found: f"unknown {found[0]}", "; ".join(spelt_out) or "off")
    if not validate(text):
        raise HoursError(f"{hours!r} cannot be worked out")
    return OpeningHours(text)


def _spell_out(rule: str, bank_holidays: Iterable[date], school: School) -> list[str]:
    """The rule without "PH" and "SH": none, one or two rules."""
    if found := _WITHIN_SCHOOL_HOLIDAYS.match(rule):
        if school == "term":
            return []
        rule = rule[found.end() :]
    if not (mentions_holidays(rule) or mentions_school_holidays(rule)):
        return [rule.strip()]
    match = _DAYS.match(rule)
    rest = match["rest"] if match else ""
    if match is None or mentions_holidays(rest) or mentions_school_holidays(rest) or re.match(r"\s*[+-]", rest):
        raise HoursError('"PH" and "SH" are understood only among the days at the start of a rule')
    named = [day.strip() for day in re.split(r",(?![^\[]*\])", match["days"])]
    weekdays = [day for day in named if day not in ("PH", "SH")]
    if any("PH" in day or "SH" in day for day in weekdays):
        raise HoursError('"PH" and "SH" cannot be one end of a range of days')
    if "SH" in named and school == "holidays":
        weekdays = ["Mo-Su"]
    rules = [f"{','.join(weekdays)} {rest.strip()}"] if weekdays else []
    if "PH" in named:
        # A rule of its own for a day takes away what reaches into it past the midnight before, so bank holidays that the
        # weekdays cover get none.
        covered = _weekdays(weekdays)
        if dates := _dates(day for day in bank_holidays if day.weekday() not in covered):
            on_dates = f"{dates} {rest.strip()}"
            # ... and where the hours run past midnight, those that are left are added to the rule, not put over it.
            rules = [f"{rules[0]}, {on_dates}"] if rules and _past_midnight(rest) else [*rules, on_dates]
    return [rule.strip() for rule in rules]


def _past_midnight(times: str) -> bool:
    found = ((start.zfill(5), end.zfill(5)) for start, end in _TIMES.findall(times))
    return any(end <= start or end > "24:00" for start, end in found)


def _weekdays(named: Iterable[str]) -> set[int]:
    """The weekdays (Monday is 0) that are meant in every week: ["Mo-We", "Sa[1]"] -> {0, 1, 2}."""
    found: set[int] = set()
    for day in named:
        if "[" not in day:
            first, _, last = day.replace(" ", "").partition("-")
            start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
            found |= {number % 7 for number in range(start, end + 1 if end >= start else end + 8)}
    return found


def _dates(days: Iterable[date]) -> str:
    return ",".join(f"{day.year} {day:%b} {day.day:02}" for day in days)


def spans(hours: OpeningHours, start: datetime, end: datetime, states: Sequence[str] = ("open",)) -> list[Stretch]:
    """The stretches between two naive times in which the state is one of `states`, cut off at both, joined where they touch."""
    joined: list[Stretch] = []
    for a, b, state, _ in hours.intervals(start, end):
        if str(state) not in states or a >= end or b <= start:
            continue
        a, b = max(a, start), min(b, end)
        if joined and joined[-1][1] == a:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


def sure_spans(all_readings: Sequence[OpeningHours], start: datetime, end: datetime) -> list[Stretch]:
    """The stretches in which all readings say open."""
    sure = [(start, end)]
    for one in reversed(all_readings):  # the last is open least, which saves looking at the others
        if sure:
            found = spans(one, start, end)
            sure = [(max(a, c), min(b, d)) for a, b in sure for c, d in found if max(a, c) < min(b, d)]
    return sure


def day_after(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(days=1)
