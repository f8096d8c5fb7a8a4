"""What another evaluator says of opening hours, minute by minute, from table.json (see make.mjs for how it was made).

Nothing of the code under test is used here: London's clock comes from zoneinfo, the days and bank holidays from the table.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_TABLE = json.loads(Path(__file__).with_name("table.json").read_text(encoding="utf-8"))
FIRST = date.fromisoformat(_TABLE["first"])
HOLIDAYS = frozenset(date.fromisoformat(day) for day in _TABLE["holidays"])
ALL_HOURS: tuple[str, ...] = tuple(_TABLE["hours"])
DAYS = tuple(FIRST + timedelta(days=number) for number in range(len(_TABLE["hours"]["24/7"][0]["days"])))
CLOCK_CHANGES = tuple(
    day for day in DAYS if day.month in (3, 10) and day.weekday() == 6 and (day + timedelta(days=7)).month in (4, 11)
)

Spans = tuple[tuple[int, int, str], ...]  # minutes of the day, and "open" or "unknown"


class Reference:
    """One text of opening hours. Where its readings (term time, school holidays) do not agree, the state is unknown; so it
    is when hours that say nothing of bank holidays would be open on one."""

    def __init__(self, hours: str) -> None:
        self._readings = []
        for packed in _TABLE["hours"][hours]:
            kinds = [_spans(kind) for kind in packed["kinds"]]
            self._readings.append([kinds[ord(letter) - ord("a")] for letter in packed["days"]])
        always = all(spans == ((0, 1440, "open"),) for reading in self._readings for spans in reading)
        self._silent = "PH" not in hours.split('"')[0] and not always
        self._flips: list[tuple[datetime, bool]] | None = None

    def wall_state(self, day: date, minute: int) -> str:
        """The state at a minute of a day by the wall clock."""
        states = {
            next((state for start, end, state in reading[(day - FIRST).days] if start <= minute < end), "closed")
            for reading in self._readings
        }
        if self._silent and day in HOLIDAYS and "open" in states:
            return "unknown"
        return states.pop() if len(states) == 1 else "unknown"

    def state(self, moment: datetime) -> str:
        local = moment.astimezone(LONDON)
        return self.wall_state(local.date(), local.hour * 60 + local.minute)

    def minutes(self, day: date) -> set[int]:
        """The minutes of a day at which the state may change."""
        spans = [span for reading in self._readings for span in reading[(day - FIRST).days]]
        return {minute for start, end, _ in spans for minute in (start, end)} | {0}

    def next_change(self, moment: datetime) -> datetime | None:
        """When being surely open next begins or ends (aware UTC), None when the table does not say."""
        if self._flips is None:
            self._flips = self._all_flips()
        at = bisect_right(self._flips, (moment, True))
        return self._flips[at][0] if at < len(self._flips) else None

    def _all_flips(self) -> list[tuple[datetime, bool]]:
        moments = set()
        for day in DAYS:
            for minute in self.minutes(day):
                wall = datetime.combine(day, time()) + timedelta(minutes=minute)
                for fold in (0, 1):
                    moments.add(wall.replace(tzinfo=LONDON, fold=fold).astimezone(timezone.utc))
            if day in CLOCK_CHANGES:
                moments.add(datetime.combine(day, time(1), timezone.utc))
        flips: list[tuple[datetime, bool]] = []
        was = None
        for moment in sorted(moments):
            if moment.astimezone(LONDON).date() > DAYS[-1]:
                break
            now = self.state(moment) == "open"
            if was is not None and now != was:
                flips.append((moment, now))
            was = now
        return flips


@cache
def reference(hours: str) -> Reference:
    return Reference(hours)


def _spans(kind: str) -> Spans:
    found = []
    for part in kind.split():
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in part.lstrip("?").split("-"))
        found.append((start, end, "unknown" if part.startswith("?") else "open"))
    return tuple(found)
