"""Hours that are not the same every week, in words where the notation says a plain thing: "second Tuesday of the month
10am to noon", "April to October: Saturday 10am to 4pm", "closed 24 December to 2 January"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service_catalogue.hour_phrases import MINUTES, WEEKDAYS, Span, days_in_words, join, span_in_words
from service_catalogue.local import Words

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTH, _DAY, _TIME = f"(?:{'|'.join(_MONTHS)})", f"(?:{'|'.join(_DAYS)})", r"\d\d?:\d\d-\d\d?:\d\d"
_RULE = re.compile(
    rf"(?:(?P<months>{_MONTH}(?:-{_MONTH})?) )?"
    rf"(?P<days>{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*|{_DAY}\[-?[1-5](?:,-?[1-5])*\])"
    rf" (?P<times>{_TIME}(?:,{_TIME})*)"
)
_SHUT = re.compile(rf"(?P<from>{_MONTH} \d\d?)(?:-(?P<to>(?:{_MONTH} )?\d\d?))? off")
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


@dataclass(frozen=True)
class _Rule:
    months: str
    days: tuple[int, ...]
    numbers: tuple[int, ...]  # which of the month's; none for every one
    times: tuple[Span, ...]


def irregular_in_words(hours: str, words: Words) -> str | None:
    """The hours in words, or None when they say more than plain words can be made of here."""
    regular: list[_Rule] = []
    ends: list[str] = []
    for text in (re.sub(r"\s+", " ", part).strip() for part in hours.split(";")):
        if text in ("PH off", "SH off"):
            ends.append(words("hours", "not_bank_holidays" if text == "PH off" else "not_school_holidays"))
        elif shut := _SHUT.fullmatch(text):
            ends.append(words("hours", "closed_between", days=_dates_in_words(shut["from"], shut["to"], words)))
        elif (rule := _read(text)) is not None:
            regular.append(rule)
        else:
            return None
    if not regular or _overlap(regular):
        return None
    return ", ".join([*(_in_words(rule, words) for rule in regular), *ends])


def _read(text: str) -> _Rule | None:
    match = _RULE.fullmatch(text)
    if match is None:
        return None
    days, _, numbers = match["days"].partition("[")
    nth = tuple(int(number) for number in numbers.rstrip("]").split(",") if number)
    if any(number not in _NTH for number in nth):
        return None
    return _Rule(match["months"] or "", _weekdays(days), nth, tuple(_span(part) for part in match["times"].split(",")))


def _weekdays(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found |= {day % 7 for day in range(start, end + 1 if end >= start else end + 8)}
    return tuple(sorted(found))


def _span(text: str) -> Span:
    start, end = (int(hour) * 60 + int(minute) for hour, minute in (time.split(":") for time in text.split("-")))
    return start, end if end > start else end + MINUTES


def _overlap(rules: list[_Rule]) -> bool:
    """A later rule takes the place of an earlier one on days that both name: then the words would not be true."""
    return any(
        set(one.days) & set(other.days) and not (one.months and other.months and not _shared(one.months, other.months))
        for at, one in enumerate(rules)
        for other in rules[:at]
    )


def _shared(one: str, other: str) -> bool:
    return bool(_months(one) & _months(other))


def _months(text: str) -> set[int]:
    first, _, last = text.partition("-")
    start, end = _MONTHS.index(first), _MONTHS.index(last or first)
    return {month % 12 for month in range(start, end + 1 if end >= start else end + 13)}


def _in_words(rule: _Rule, words: Words) -> str:
    times = join([span_in_words(rule.days[0], span, words) for span in rule.times], words)
    if rule.numbers:
        numbers = join([words("hours", _NTH[number]) for number in rule.numbers], words)
        text = words("hours", "day_of_month", numbers=numbers, weekday=WEEKDAYS[rule.days[0]], times=times)
    else:
        text = f"{days_in_words(list(rule.days), words)} {times}"
    if not rule.months:
        return text
    first, _, last = rule.months.partition("-")
    names = [_MONTH_NAMES[_MONTHS.index(month)] for month in (first, last) if month]
    months = words("hours", "days_range", first=names[0], last=names[1]) if last else names[0]
    return words("hours", "season", months=months, hours=text)


def _dates_in_words(first: str, last: str | None, words: Words) -> str:
    def said(text: str, month: str) -> str:
        *named, day = text.split()
        return f"{int(day)} {_MONTH_NAMES[_MONTHS.index(named[0] if named else month)]}"

    start = said(first, first[:3])
    return words("hours", "days_range", first=start, last=said(last, first[:3])) if last else start
