"""Regular openings as rows of a schedule, with a mark on those that the notation of opening hours can say exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from service_catalogue.feeds.clock_times import DAYS, clock_time, week_days
from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.html_text import plain
from service_catalogue.feeds.values import Json, as_list, day, first_of, number, objects, text

_MOST = 60
_FREQUENCIES = {
    "week": "WEEKLY", "weekly": "WEEKLY", "": "WEEKLY", "month": "MONTHLY", "monthly": "MONTHLY",
    "day": "DAILY", "daily": "DAILY", "year": "YEARLY", "yearly": "YEARLY",
}  # fmt: skip
_ROUND_THE_CLOCK = re.compile(r"24\s*/\s*7|24[\s-]*(?:hours?|hrs?)|round the clock|day and night", re.IGNORECASE)
_EVENING, _MORNING = "16:00", "12:00"  # an opening over midnight begins after the one and ends before the other


@dataclass(frozen=True)
class Opening:
    """The columns of model.Schedule, and what the rows do not keep."""

    freq: str
    interval: int
    byday: str
    bymonthday: str
    starts_on: date | None
    until: date | None
    valid_from: date | None
    valid_to: date | None
    opens_at: str
    closes_at: str
    description: str
    exact: bool = True  # the same hours every week, and all of them are known
    place: str = ""  # which of several places it is for

    def row(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if key not in ("exact", "place")}


def openings_of(record: Json, findings: Findings) -> list[Opening]:
    """Every regular opening of a record, each once."""
    found: dict[Opening, None] = {}
    for row, place in _rows(record):
        opening = _opening(row, place, findings)
        if opening:
            found.setdefault(opening)
    return list(found)[:_MOST]


def has_exceptions(record: Json) -> bool:
    """True when the record lists holidays or closures beside its regular openings."""
    holders = [record, *objects(record.get("service_at_locations"))]
    return any(
        as_list(holder.get(key)) for holder in holders for key in ("holiday_schedules", "holidayScheduleCollection")
    )


def attending_texts(record: Json) -> list[str]:
    return [text(row.get("attending_type"), 300) for row, _ in _rows(record)]


def _rows(record: Json) -> Iterator[tuple[Json, str]]:
    keys = ("schedules", "regular_schedules", "regular_schedule")
    for key in keys:
        yield from ((row, "") for row in objects(record.get(key)))
    for where in objects(record.get("service_at_locations")):
        place = next(objects(where.get("location")), {})
        name = text(place.get("name"), 100) or text(place.get("id"), 100)
        for holder in (where, place):
            for key in keys:
                yield from ((row, name) for row in objects(holder.get(key)))
    for place in objects(record.get("locations")):
        for key in keys:
            yield from ((row, text(place.get("name"), 100)) for row in objects(place.get(key)))


def _opening(row: Json, place: str, findings: Findings) -> Opening | None:
    freq = _FREQUENCIES.get(text(row.get("freq"), 20).casefold(), "OTHER")
    days, days_well = week_days(first_of(row, "byday", "weekday", "day"))
    month_days = _month_days(row.get("bymonthday"))
    words = _words(row)
    opens, closes = (
        clock_time(first_of(row, "opens_at", "open_at", "start_time")),
        clock_time(first_of(row, "closes_at", "close_at", "end_time")),
    )
    exact = days_well and not _any(row, "count", "byweekno", "byyearday")
    if opens is None or closes is None:
        findings.add("bad_time", "schedules", f"{row.get('opens_at')} - {row.get('closes_at')}")
    opens, closes = opens or "", closes or ""
    if freq == "WEEKLY" and month_days:
        findings.add("odd_schedule", "schedules.bymonthday", "weekly, yet days of the month")
        month_days = ""
    if freq == "WEEKLY" and any(len(one) > 2 for one in days):
        findings.add("odd_schedule", "schedules.byday", "weekly, yet the nth day of a month")
        freq = "OTHER"
    if freq == "DAILY" and not days:
        freq, days = "WEEKLY", list(DAYS)
    interval = int(min(max(number(row.get("interval")) or 1, 1), 99))
    opens, closes, well = _span(opens, closes, words, findings)
    exact = exact and well and freq == "WEEKLY" and interval == 1 and bool(days)
    bounds = {key: _day(row.get(source), findings) for key, source in _BOUNDS.items()}
    exact = exact and bounds["until"] is None and bounds["valid_to"] is None
    if not (days or month_days or opens or words):
        return None
    return Opening(
        freq=freq, interval=interval, byday=",".join(days)[:60], bymonthday=month_days, **bounds,
        opens_at=opens, closes_at=closes, description=words, exact=exact, place=place,
    )  # fmt: skip


_BOUNDS = {"starts_on": "dtstart", "until": "until", "valid_from": "valid_from", "valid_to": "valid_to"}


def _span(opens: str, closes: str, words: str, findings: Findings) -> tuple[str, str, bool]:
    """Opening and closing time as they are stored, and whether they are sure."""
    if not opens or not closes:
        return opens if opens != "24:00" else "00:00", _stored(closes), False
    if opens == closes or (opens, closes) == ("00:00", "24:00"):
        if _ROUND_THE_CLOCK.search(words) or closes == "24:00":
            return "00:00", "23:59", True
        findings.add("zero_length", "schedules", opens)
        return "", "", False
    if closes == "00:00":
        closes = "24:00"
    if closes < opens and not (opens >= _EVENING and closes <= _MORNING):
        findings.add("bad_time", "schedules", f"{opens} - {closes}")
        return "", "", False
    return opens, _stored(closes), True


def _stored(closes: str) -> str:
    return "23:59" if closes == "24:00" else closes


def _month_days(value: Any) -> str:
    parts = (part.strip() for entry in as_list(value) for part in str(entry)[:100].split(","))
    days = [part for part in parts if re.fullmatch(r"-?\d{1,2}", part) and 1 <= abs(int(part)) <= 31]
    return ",".join(dict.fromkeys(days))[:60]


def _words(row: Json) -> str:
    parts = (plain(row.get(key))[0] for key in ("description", "notes"))
    return " ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part))[:1_000]


def _day(value: Any, findings: Findings) -> date | None:
    found = day(value)
    if value not in (None, "") and found is None:
        findings.add("bad_date", "schedules", value)
    return found


def _any(row: Json, *keys: str) -> bool:
    return any(row.get(key) not in (None, "", [], {}, 0) for key in keys)
