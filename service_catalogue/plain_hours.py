"""Opening hours in words, worked out from what they say about an ordinary week, so that any way of writing them reads alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from opening_hours import OpeningHours

from service_catalogue.hour_phrases import MINUTES, WEEKDAYS, Span, clock, days_in_words, join, span_in_words
from service_catalogue.irregular_hours import irregular_in_words
from service_catalogue.local import Words
from service_catalogue.osm_hours import (
    HoursError,
    School,
    day_after,
    mentions_holidays,
    reading,
    spans,
)

__all__ = ["WEEKDAYS", "clock", "evaluator_of_ordinary_weeks", "in_words", "ordinary_week"]

_WEEK = 7 * MINUTES
_FIRST_MONDAY = datetime(2025, 1, 6)
_PRETEND_HOLIDAY = date(2030, 1, 2)  # far from the weeks that are looked at, so that those are free of holidays
# What is said includes hours with a comment: the comment stands beside them.
_SAID = ("open", "unknown")


@lru_cache(maxsize=8192)
def in_words(hours: str, words: Words) -> str:
    """See `service_catalogue.hours.describe`."""
    if not hours:
        return words("opening", "unknown")
    try:
        text, notes = _in_words(hours, words)
    except HoursError:
        return words("opening", "unknown")
    return f"{text} ({'; '.join(notes)})" if notes else text


def _in_words(hours: str, words: Words) -> tuple[str, list[str]]:
    evaluator = evaluator_of_ordinary_weeks(hours)
    comments = _comments(evaluator)
    if "" in comments:  # "unknown" without a word of explanation
        return words("opening", "unknown"), []
    week = ordinary_week(evaluator, _SAID)
    if week is None:
        return irregular_in_words(hours, words) or words("hours", "not_same_every_week"), []
    in_holidays = evaluator_of_ordinary_weeks(hours, "holidays")
    other = ordinary_week(in_holidays, _SAID)
    if not week and other:  # only in the school holidays
        text = words("hours", "only_school_holidays", hours=_week_in_words(other, words))
        evaluator, week, comments = in_holidays, other, _comments(in_holidays)
    else:
        text = words("hours", "always") if week == [(0, _WEEK)] else _week_in_words(week, words)
        if other != week:
            text = f"{text}, {words('hours', 'not_school_holidays' if other == [] else 'other_school_holidays')}"
    if mentions_holidays(hours):
        text = _with_holiday(text, evaluator, week, words)
    return text, sorted(comments)


def _comments(evaluator: OpeningHours) -> set[str]:
    """The comments of an ordinary week; "" among them for a stretch that is unknown and has none."""
    found = evaluator.intervals(_FIRST_MONDAY, _FIRST_MONDAY + timedelta(days=7))
    return {note for _, _, state, note in found if note or str(state) == "unknown"}


def evaluator_of_ordinary_weeks(hours: str, school: School = "term") -> OpeningHours:
    """For `ordinary_week`: an evaluator that knows no bank holiday in the weeks that are looked at. Raises HoursError."""
    return reading(hours, [_PRETEND_HOLIDAY], school)


def ordinary_week(evaluator: OpeningHours, states: Sequence[str] = ("open",)) -> list[Span] | None:
    """The stretches in one of `states` that begin in a week without holidays, or None when the weeks of a year differ."""
    weeks = [_week(evaluator, _FIRST_MONDAY + timedelta(weeks=number), states) for number in range(52)]
    return weeks[0] if all(week == weeks[0] for week in weeks) else None


def _week(evaluator: OpeningHours, monday: datetime, states: Sequence[str]) -> list[Span]:
    found = []
    for start, end in spans(evaluator, monday - timedelta(days=8), monday + timedelta(days=16), states):
        a, b = (int((moment - monday).total_seconds()) // 60 for moment in (start, end))
        if a <= 0 and b >= _WEEK:
            return [(0, _WEEK)]
        found += [span for span in _whole_days(a, b) if 0 <= span[0] < _WEEK]
    return found


def _whole_days(start: int, end: int) -> list[Span]:
    """A stretch from midnight to midnight is several whole days, not one long opening."""
    if start % MINUTES == 0 and end % MINUTES == 0:
        return [(day, day + MINUTES) for day in range(start, end, MINUTES)]
    return [(start, end)]


def _week_in_words(week: list[Span], words: Words) -> str:
    by_day: dict[int, list[Span]] = {}
    for start, end in week:
        day = start // MINUTES
        by_day.setdefault(day, []).append((start - day * MINUTES, end - day * MINUTES))
    groups: dict[str, list[int]] = {}
    for day, times in by_day.items():
        groups.setdefault(join([span_in_words(day, span, words) for span in times], words), []).append(day)
    return ", ".join(f"{days_in_words(days, words)} {times}" for times, days in groups.items()) or words(
        "hours", "closed"
    )


def _with_holiday(text: str, evaluator: OpeningHours, week: list[Span], words: Words) -> str:
    start = datetime.combine(_PRETEND_HOLIDAY, datetime.min.time())
    open_then = [
        (int((a - start).total_seconds()) // 60, int((b - start).total_seconds()) // 60)
        for a, b in spans(evaluator, start, day_after(_PRETEND_HOLIDAY), _SAID)
    ]
    if not open_then:
        return f"{text}, {words('hours', 'not_bank_holidays')}"
    daily = [[(a - day * MINUTES, b - day * MINUTES) for a, b in week if a // MINUTES == day] for day in range(7)]
    if week == [(0, _WEEK)] or all(times == open_then for times in daily):
        return f"{text}, {words('hours', 'including_bank_holidays')}"
    times = join([span_in_words(_PRETEND_HOLIDAY.weekday(), span, words) for span in open_then], words)
    return f"{text}, {words('hours', 'bank_holidays', times=times)}"
