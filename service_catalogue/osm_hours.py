"""Opening hours in OpenStreetMap's notation, evaluated on wall-clock time.

The package opening-hours-py does the evaluation. "PH" is replaced by the dates of England's holidays first, because
its own calendar lacks three of them. Times in and out are naive London times: "opens at 9" means 9 on the wall, in
summer and in winter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from opening_hours import OpeningHours, validate

from service_catalogue.bank_holidays import public_holidays

_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)"
_DAYS = re.compile(rf"\s*(?P<days>{_DAY}(?:\s*-\s*{_DAY})?(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*)(?=\s|$)(?P<rest>.*)$")
_HOLIDAY = re.compile(r"\b(?:PH|SH)\b")
_COMMENT = re.compile(r'"[^"]*"')
_ANY_YEAR = 2026


class HoursError(ValueError):
    """The text is no opening hours that we can work out."""


def check(hours: str) -> None:
    """Raises HoursError when `hours` is not readable; empty is fine (it means not known)."""
    if hours:
        parsed(hours, _ANY_YEAR)


def mentions_holidays(hours: str) -> bool:
    return bool(_HOLIDAY.search(_COMMENT.sub("", hours)))


@lru_cache(maxsize=8192)
def parsed(hours: str, year: int) -> OpeningHours:
    """The evaluator of `hours` for times in `year` (holidays of the year before and after are in it). Raises HoursError."""
    days = sorted(day for near in (year - 1, year, year + 1) for day in public_holidays(near))
    return with_holidays(hours, days)


def with_holidays(hours: str, days: Iterable[date]) -> OpeningHours:
    """The evaluator of `hours` in which "PH" stands for `days`. Raises HoursError."""
    text = hours
    if mentions_holidays(hours):
        dates = ",".join(f"{day.year} {day:%b} {day.day:02}" for day in days)
        text = "; ".join(part for rule in _rules(hours) for part in _spell_out(rule, dates))
    if not validate(text):
        raise HoursError(f"{hours!r} is not in the notation of OpenStreetMap's opening_hours")
    return OpeningHours(text)


def _rules(hours: str) -> list[str]:
    return [rule for rule in re.findall(r'(?:"[^"]*"|[^;"])+', hours) if rule.strip()]


def _spell_out(rule: str, dates: str) -> list[str]:
    if not mentions_holidays(rule):
        return [rule.strip()]
    match = _DAYS.match(rule)
    if match is None or mentions_holidays(match["rest"]) or re.match(r"\s*[+-]", match["rest"]):
        raise HoursError('"PH" is understood only among the days at the start of a rule; "SH" not at all')
    named = [day.strip() for day in match["days"].split(",")]
    others = [day for day in named if day != "PH"]
    if any("PH" in day for day in others):
        raise HoursError('"PH" cannot be one end of a range of days')
    rest = match["rest"].strip()
    return [f"{days} {rest}".strip() for days in (",".join(others), dates) if days]


def spans(hours: OpeningHours, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The open stretches between two naive times, cut off at both."""
    stretches = hours.intervals(start, end)
    return [
        (max(a, start), min(b, end)) for a, b, state, _ in stretches if str(state) == "open" and a < end and b > start
    ]


def day_after(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(days=1)
