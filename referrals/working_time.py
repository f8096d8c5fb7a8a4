"""When a team's office works: its week, less bank holidays of England and closure days, on the clocks of Leicestershire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from common.bank_holidays import is_public_holiday
from common.clock import LONDON

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_CLOSURE = 366  # days without a working day after which the data must be wrong

_RULE = re.compile(r"(?P<days>[A-Za-z,\-\s]+?)\s+(?P<times>[\d:,\-\s]+)")
_TIMES = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
Spans = tuple[tuple[time, time], ...]


class HoursError(ValueError):
    """Office hours cannot be read; the message says which part."""


@dataclass(frozen=True)
class OfficeWeek:
    """The spans of each weekday, Monday first, in London wall-clock time; an empty tuple is a day off."""

    days: tuple[Spans, ...]

    @classmethod
    def parse(cls, text: str) -> OfficeWeek:
        """Read hours written like "Mo-Th 08:30-17:00; Fr 08:30-12:30,13:00-16:30" (a part of the OpenStreetMap form).

        Raises HoursError for anything else: office hours that are half understood would make a false promise.
        """
        week: list[Spans] = [()] * 7
        for rule in filter(None, (part.strip() for part in text.split(";"))):
            if rule == "PH off":
                continue  # bank holidays are days off in any case
            match = _RULE.fullmatch(rule)
            if match is None:
                raise HoursError(f"office hours: cannot read {rule!r}")
            spans = _spans(match["times"], rule)
            for day in _weekdays(match["days"], rule):
                week[day] = spans
        if not any(week):
            raise HoursError("office hours: no working day")
        return cls(tuple(week))

    def describe(self) -> str:
        """In plain words: "Monday to Thursday 8:30am to 5pm and Friday 8:30am to 4:30pm"."""
        groups: list[tuple[int, int, Spans]] = []
        for day, spans in enumerate(self.days):
            if not spans:
                continue
            if groups and groups[-1][1] == day - 1 and groups[-1][2] == spans:
                groups[-1] = (groups[-1][0], day, spans)
            else:
                groups.append((day, day, spans))
        said = [
            f"{DAY_NAMES[first]}{f' to {DAY_NAMES[last]}' if last > first else ''} "
            + " and ".join(f"{clock_words(start)} to {clock_words(end)}" for start, end in spans)
            for first, last, spans in groups
        ]
        return " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))


@dataclass(frozen=True)
class WorkingTime:
    """A team's week together with the single days on which its office is shut."""

    week: OfficeWeek
    closed: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """True when the office opens on this London day."""
        return bool(self.week.days[day.weekday()]) and day not in self.closed and not is_public_holiday(day)

    def is_open(self, at: datetime) -> bool:
        """True when the office is open at this aware time."""
        local = at.astimezone(LONDON)
        spans = self.week.days[local.weekday()] if self.works_on(local.date()) else ()
        return any(start <= local.time() < end for start, end in spans)

    def due(self, received: datetime, working_days: int) -> datetime:
        """The closing time, aware, of the last of `working_days` working days after the day of receipt.

        What arrives after closing time or on a day off counts as received on the next working day.
        """
        local = received.astimezone(LONDON)
        day = local.date()
        if not self.works_on(day) or local.time() >= self.week.days[day.weekday()][-1][1]:
            day = self._next(day)
        for _ in range(working_days):
            day = self._next(day)
        return datetime.combine(day, self.week.days[day.weekday()][-1][1], LONDON)

    def after(self, start: datetime, open_for: timedelta) -> datetime:
        """The moment, aware, UTC, at which the office has been open for `open_for` since `start` (aware)."""
        start = start.astimezone(timezone.utc)
        day, left, barren = start.astimezone(LONDON).date(), open_for, 0
        while barren <= LONGEST_CLOSURE:
            spans = self._spans(day)
            for opens, closes in spans:
                opens = max(opens, start)
                if closes - opens >= left and closes > opens:
                    return opens + left
                left -= max(closes - opens, timedelta())
            day, barren = day + timedelta(days=1), 0 if spans else barren + 1
        raise HoursError(f"no working day in the year before {day}")

    def before(self, end: datetime, open_for: timedelta) -> datetime:
        """The moment, aware, UTC, from which on the office is open for `open_for` until `end` (aware)."""
        end = end.astimezone(timezone.utc)
        day, left, barren = end.astimezone(LONDON).date(), open_for, 0
        while barren <= LONGEST_CLOSURE:
            spans = self._spans(day)
            for opens, closes in reversed(spans):
                closes = min(closes, end)
                if closes - opens >= left and closes > opens:
                    return closes - left
                left -= max(closes - opens, timedelta())
            day, barren = day - timedelta(days=1), 0 if spans else barren + 1
        raise HoursError(f"no working day in the year after {day}")

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the office is open on a London day, in UTC: there a span is as long as it lasts, whatever the clocks do."""
        if not self.works_on(day):
            return []
        return [
            (
                datetime.combine(day, opens, LONDON).astimezone(timezone.utc),
                datetime.combine(day, closes, LONDON).astimezone(timezone.utc),
            )
            for opens, closes in self.week.days[day.weekday()]
        ]

    def _next(self, day: date) -> date:
        for ahead in range(1, LONGEST_CLOSURE + 1):
            if self.works_on(later := day + timedelta(days=ahead)):
                return later
        raise HoursError(f"no working day in the year after {day}")


def clock_words(at: time) -> str:
    """A time of day as people say it: "8:30am", "5pm", "midday"."""
    if at in (time(12), time(0)):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def day_words(day: date) -> str:
    """A day as people say it: "Tuesday 24 November"."""
    return f"{day:%A} {day.day} {day:%B}"


def _weekdays(text: str, rule: str) -> Iterable[int]:
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise HoursError(f"office hours: unknown day in {rule!r}")
        start, end = DAYS.index(first), DAYS.index(last or first)
        if end < start:
            raise HoursError(f"office hours: the days run backwards in {rule!r}")
        yield from range(start, end + 1)


def _spans(text: str, rule: str) -> Spans:
    spans: list[tuple[time, time]] = []
    for part in text.split(","):
        match = _TIMES.fullmatch(part.strip())
        if match is None:
            raise HoursError(f"office hours: cannot read the times in {rule!r}")
        try:
            start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
        except ValueError:
            raise HoursError(f"office hours: no such time in {rule!r}") from None
        if end <= start or (spans and start < spans[-1][1]):
            raise HoursError(f"office hours: the times run backwards in {rule!r}")
        spans.append((start, end))
    return tuple(spans)
