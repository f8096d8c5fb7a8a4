"""From rows of a schedule to what residents see: hours in OpenStreetMap's notation where they say it all, else plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from service_catalogue.feeds.clock_times import DAYS
from service_catalogue.feeds.schedules import Opening
from service_catalogue.osm_hours import HoursError, check

_OSM = dict(zip(DAYS, ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True))
_DAY_NAME = r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?s?"
# Words that make "every Monday" untrue.
_NOT_EVERY_WEEK = re.compile(
    rf"\b(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|last|alternate|every other|other)\b[^.;]{{0,25}}\b{_DAY_NAME}\b"
    r"|\bfortnight|\bonce a month|\b(?:each|every|a|per) month\b|\bmonthly\b|\bbi-?weekly\b|\bterm[- ]?time|\bschool (?:term|holiday)|\bhalf[- ]term"
    r"|\bduring term|\bseasonal|\b(?:summer|winter) (?:only|months|hours)|\bselected (?:dates|weeks)|\bvarious (?:dates|times)|\bdates vary|\btimes vary",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"\b(?:except|excluding|apart from|unless|only if|by appointment|may (?:vary|change|differ)|subject to)\b",
    re.IGNORECASE,
)
_HOLIDAYS_OFF = re.compile(
    r"\b(?:closed|not (?:open|available|running)|not|no sessions?|except|excluding|excl\.?)\b[^.;]{0,15}\b(?:bank|public) holidays?", re.IGNORECASE
)  # fmt: skip
_HOLIDAYS = re.compile(r"\b(?:bank|public) holidays?", re.IGNORECASE)


def notation(openings: Sequence[Opening], about: str, *, exceptions: bool) -> str:
    """The hours when every row is exact, for one place, and no text (rows' own, `about` the service) says otherwise; else ""."""
    if not openings or exceptions or not all(opening.exact for opening in openings):
        return ""
    if len({opening.place for opening in openings}) > 1:
        return ""
    said = " ".join(opening.description for opening in openings)
    holidays_off = bool(_HOLIDAYS_OFF.search(said))
    said = _HOLIDAYS_OFF.sub(" ", said)
    if _NOT_EVERY_WEEK.search(f"{said} {about}") or _QUALIFIED.search(said) or _HOLIDAYS.search(said):
        return ""
    by_day: dict[str, set[str]] = {}
    for opening in openings:
        for day in opening.byday.split(","):
            closes = "24:00" if opening.closes_at == "23:59" else opening.closes_at
            by_day.setdefault(day, set()).add(f"{opening.opens_at}-{closes}")
    hours = "24/7" if _always(by_day) else _rules(by_day)
    hours = f"{hours}; PH off" if holidays_off and hours != "24/7" else hours
    try:
        check(hours)
    except HoursError:
        return ""
    return hours if len(hours) <= 500 else ""


def note(openings: Sequence[Opening], hours: str, words: Mapping[str, str], *, exceptions: bool) -> str:
    """What the notation does not say, one line for each opening: "Every other Tuesday, 10am to noon. Please check which."."""
    lines: dict[str, None] = {}
    many = len({opening.place for opening in openings}) > 1
    if not hours:
        for opening in openings:
            if line := _line(opening, words, many):
                lines.setdefault(line)
    for opening in openings:
        if opening.description and not (hours and _HOLIDAYS_OFF.fullmatch(opening.description.strip(" ."))):
            lines.setdefault(opening.description)
    if not hours and not many and openings and all(opening.exact for opening in openings) and not exceptions:
        lines.setdefault(words["not_every_week"])  # a text says so, the rows do not
    if exceptions:
        lines.setdefault(words["exceptions"])
    return "\n".join(lines)[:4_000]


def _always(by_day: dict[str, set[str]]) -> bool:
    return len(by_day) == 7 and all(spans == {"00:00-24:00"} for spans in by_day.values())


def _rules(by_day: dict[str, set[str]]) -> str:
    groups: dict[tuple[str, ...], list[str]] = {}
    for day in sorted(by_day, key=DAYS.index):
        groups.setdefault(tuple(sorted(by_day[day])), []).append(day)
    return "; ".join(f"{_runs(days)} {','.join(spans)}" for spans, days in groups.items())


def _runs(days: Sequence[str]) -> str:
    runs: list[list[str]] = []
    for day in days:
        if runs and DAYS.index(runs[-1][-1]) == DAYS.index(day) - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(_OSM[run[0]] if len(run) == 1 else f"{_OSM[run[0]]}-{_OSM[run[-1]]}" for run in runs)


def _line(opening: Opening, words: Mapping[str, str], many: bool) -> str:
    when = _when(opening, words)
    times = _times(opening, words)
    if not when and not times:
        return ""
    parts = [", ".join(part for part in (when, times) if part)]
    if opening.until or opening.valid_to:
        parts.append(words["until"].format(day=_date(opening.until or opening.valid_to)))
    if many and opening.place and not re.fullmatch(r"[0-9a-f-]{8,}", opening.place):
        parts.append(words["at"].format(place=opening.place))
    line = ", ".join(parts)
    check_which = words["check_which"] if opening.interval > 1 else ""
    return f"{line[:1].upper()}{line[1:]}. {check_which}".strip()


def _when(opening: Opening, words: Mapping[str, str]) -> str:
    if opening.freq == "OTHER":
        return words["some_days"]
    names = [_day_in_words(day, words) for day in opening.byday.split(",") if day]
    if opening.bymonthday:
        return words["month_days"].format(days=_join([part.lstrip("-") for part in opening.bymonthday.split(",")]))
    if not names:
        return ""
    days = _join(names)
    if opening.freq == "MONTHLY":
        return words["monthly"].format(days=days) if opening.interval == 1 else words["some_months"].format(days=days)
    if opening.freq == "YEARLY":
        return words["yearly"]
    if opening.interval == 2:
        return words["fortnightly"].format(days=days)
    return words["some_weeks"].format(number=str(opening.interval), days=days) if opening.interval > 1 else days


def _day_in_words(day: str, words: Mapping[str, str]) -> str:
    name = words[day[-2:]]
    nth = day[:-2]
    return f"{words.get('nth' + nth, nth)} {name}" if nth else name


def _times(opening: Opening, words: Mapping[str, str]) -> str:
    if not opening.opens_at:
        return words["times_unknown"]
    start = _clock(opening.opens_at, words)
    if not opening.closes_at:
        return words["from"].format(start=start)
    return words["span"].format(start=start, end=_clock(opening.closes_at, words))


def _clock(written: str, words: Mapping[str, str]) -> str:
    hour, minute = int(written[:2]), int(written[3:])
    if written in ("00:00", "23:59", "24:00"):
        return words["midnight"]
    if written == "12:00":
        return words["noon"]
    return f"{(hour - 1) % 12 + 1}{f':{minute:02}' if minute else ''}{'am' if hour < 12 else 'pm'}"


def _date(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
