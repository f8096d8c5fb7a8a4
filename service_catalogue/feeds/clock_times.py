"""Times and days as feeds write them, by the wall clock in London."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from common.clock import LONDON
from service_catalogue.feeds.values import as_list, text

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?:[:.]\d{2}(?:\.\d+)?)?)?\s*(?P<half>am|pm|a\.m\.?|p\.m\.?)?(?:Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_PACKED = re.compile(r"(\d{2})(\d{2})(?:hrs|h)?")
_WORDS = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
_DAY = re.compile(r"(?P<nth>[+-]?\d{0,2})\s*(?P<day>[A-Za-z]{2,9})\.?")
_V1_DAYS = {"1": "MO", "2": "TU", "3": "WE", "4": "TH", "5": "FR", "6": "SA", "7": "SU", "0": "SU"}


def clock_time(value: Any) -> str | None:
    """ "09:30" in 24 hours ("24:00" for the end of the day), "" for nothing, None for what cannot be read.

    A zone behind a bare time is left out of account: who publishes "10:00Z" all year means ten by the clock. Only a full
    date-time is moved to London time.
    """
    said = text(value, 40)
    if not said:
        return ""
    said = _WORDS.get(said.casefold(), said)
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]", said):
        return _of_moment(said)
    packed = _PACKED.fullmatch(said)
    if packed:
        return _written(int(packed[1]), int(packed[2]))
    found = _TIME.fullmatch(said)
    if not found:
        return None
    hour, half = int(found["hour"]), (found["half"] or "")[:1].lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif found["minute"] is None:
        return None  # a bare number is no time
    return _written(hour, int(found["minute"] or 0))


def week_days(value: Any) -> tuple[list[str], bool]:
    """Days as "MO" or "2MO" (the second Monday), in the order of the week, and whether all of them could be read."""
    found: list[str] = []
    well = True
    for part in (
        part
        for entry in as_list(value)
        for part in re.split(r"[,;/|&]|\band\b|\s+(?=[A-Za-z]{2,9}\b)", str(entry)[:200])
    ):
        part = part.strip()
        if not part:
            continue
        if part in _V1_DAYS:
            found.append(_V1_DAYS[part])
            continue
        match = _DAY.fullmatch(part)
        code = match["day"][:2].upper() if match else ""
        if match is None or code not in DAYS or not _is_day(match["day"]):
            well = False
            continue
        nth = match["nth"].lstrip("+")
        found.append(f"{nth if nth not in ('', '-', '0') else ''}{code}")
    return sorted(dict.fromkeys(found), key=lambda day: (DAYS.index(day[-2:]), day)), well


def _is_day(word: str) -> bool:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return any(
        name.startswith(word.lower()) or f"{name}s" == word.lower() or word.lower() in ("thurs", "tues", "weds")
        for name in names
    )


def _of_moment(said: str) -> str | None:
    try:
        moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
        local = moment.astimezone(LONDON) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return f"{local:%H:%M}"


def _written(hour: int, minute: int) -> str | None:
    if (hour, minute) == (24, 0):
        return "24:00"
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
