"""Opening hours in words, worked out from what they say about an ordinary week, so that any way of writing them reads alike."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from opening_hours import OpeningHours

from service_catalogue.local import Words
from service_catalogue.osm_hours import HoursError, day_after, mentions_holidays, spans, with_holidays

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MINUTES = 24 * 60
_WEEK = 7 * _MINUTES
_FIRST_MONDAY = datetime(2025, 1, 6)
_PRETEND_HOLIDAY = date(2030, 1, 2)  # far from the weeks that are looked at, so that those are free of holidays

Span = tuple[int, int]  # minutes from Monday 00:00


def clock(minute: int, words: Words) -> str:
    """A minute of the day in words: 510 -> "8:30am", 720 -> "noon", 0 and 1440 -> "midnight"."""
    minute %= _MINUTES
    if minute == 0:
        return words("hours", "midnight")
    if minute == 12 * 60:
        return words("hours", "noon")
    hour, rest = divmod(minute, 60)
    return f"{(hour - 1) % 12 + 1}{f':{rest:02}' if rest else ''}{'am' if hour < 12 else 'pm'}"


@lru_cache(maxsize=8192)
def in_words(hours: str, words: Words) -> str:
    """See `service_catalogue.hours.describe`."""
    if not hours:
        return words("opening", "unknown")
    try:
        evaluator = evaluator_of_ordinary_weeks(hours)
    except HoursError:
        return words("opening", "unknown")
    if "unknown" in {
        str(state) for _, _, state, _ in evaluator.intervals(_FIRST_MONDAY, _FIRST_MONDAY + timedelta(days=7))
    }:
        return words("opening", "unknown")
    week = ordinary_week(evaluator)
    if week is None:
        return words("hours", "not_same_every_week")
    text = words("hours", "always") if week == [(0, _WEEK)] else _week_in_words(week, words)
    if mentions_holidays(hours):
        text = _with_holiday(text, evaluator, week, words)
    notes = sorted(
        {note for _, _, _, note in evaluator.intervals(_FIRST_MONDAY, _FIRST_MONDAY + timedelta(days=7)) if note}
    )
    return f"{text} ({'; '.join(notes)})" if notes else text


def evaluator_of_ordinary_weeks(hours: str) -> OpeningHours:
    """For `ordinary_week`: an evaluator that knows no holiday in the weeks that are looked at. Raises HoursError."""
    return with_holidays(hours, [_PRETEND_HOLIDAY])


def ordinary_week(evaluator: OpeningHours) -> list[Span] | None:
    """The open stretches that begin in a week without holidays, or None when the weeks of a year differ."""
    weeks = [_week(evaluator, _FIRST_MONDAY + timedelta(weeks=number)) for number in range(52)]
    return weeks[0] if all(week == weeks[0] for week in weeks) else None


def _week(evaluator: OpeningHours, monday: datetime) -> list[Span]:
    found = []
    for start, end in spans(evaluator, monday - timedelta(days=8), monday + timedelta(days=16)):
        a, b = (int((moment - monday).total_seconds()) // 60 for moment in (start, end))
        if a <= 0 and b >= _WEEK:
            return [(0, _WEEK)]
        found += [span for span in _whole_days(a, b) if 0 <= span[0] < _WEEK]
    return found


def _whole_days(start: int, end: int) -> list[Span]:
    """A stretch from midnight to midnight is several whole days, not one long opening."""
    if start % _MINUTES == 0 and end % _MINUTES == 0:
        return [(day, day + _MINUTES) for day in range(start, end, _MINUTES)]
    return [(start, end)]


def _week_in_words(week: list[Span], words: Words) -> str:
    by_day: dict[int, list[Span]] = {}
    for start, end in week:
        day = start // _MINUTES
        by_day.setdefault(day, []).append((start - day * _MINUTES, end - day * _MINUTES))
    groups: dict[str, list[int]] = {}
    for day, times in by_day.items():
        groups.setdefault(_join([_span_in_words(day, span, words) for span in times], words), []).append(day)
    return ", ".join(f"{_days_in_words(days, words)} {times}" for times, days in groups.items()) or words(
        "hours", "closed"
    )


def _span_in_words(day: int, span: Span, words: Words) -> str:
    start, end = span
    if (start, end) == (0, _MINUTES):
        return words("hours", "all_day")
    facts = {"start": clock(start, words), "end": clock(end, words)}
    if end <= _MINUTES:
        return words("hours", "range", **facts)
    if end < 2 * _MINUTES:
        return words("hours", "next_day", **facts)
    return words("hours", "later_day", weekday=WEEKDAYS[(day + end // _MINUTES) % 7], **facts)


def _days_in_words(days: list[int], words: Words) -> str:
    if len(days) == 7:
        return words("hours", "every_day")
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = []
    for run in runs:
        if len(run) > 2:
            names.append(words("hours", "days_range", first=WEEKDAYS[run[0]], last=WEEKDAYS[run[-1]]))
        else:
            names += [WEEKDAYS[day] for day in run]
    return _join(names, words)


def _with_holiday(text: str, evaluator: OpeningHours, week: list[Span], words: Words) -> str:
    start = datetime.combine(_PRETEND_HOLIDAY, datetime.min.time())
    open_then = [
        (int((a - start).total_seconds()) // 60, int((b - start).total_seconds()) // 60)
        for a, b in spans(evaluator, start, day_after(_PRETEND_HOLIDAY))
    ]
    if not open_then:
        return f"{text}, {words('hours', 'not_bank_holidays')}"
    daily = [[(a - day * _MINUTES, b - day * _MINUTES) for a, b in week if a // _MINUTES == day] for day in range(7)]
    if week == [(0, _WEEK)] or all(times == open_then for times in daily):
        return f"{text}, {words('hours', 'including_bank_holidays')}"
    times = _join([_span_in_words(_PRETEND_HOLIDAY.weekday(), span, words) for span in open_then], words)
    return f"{text}, {words('hours', 'bank_holidays', times=times)}"


def _join(parts: list[str], words: Words) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {words('hours', 'and')} {parts[-1]}"
