"""The phrases from which opening hours are put into words: times, days of the week, lists."""

from __future__ import annotations

from service_catalogue.local import Words

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES = 24 * 60

Span = tuple[int, int]  # minutes from the midnight before


def clock(minute: int, words: Words) -> str:
    """A minute of the day in words: 510 -> "8:30am", 720 -> "noon", 0 and 1440 -> "midnight"."""
    minute %= MINUTES
    if minute == 0:
        return words("hours", "midnight")
    if minute == 12 * 60:
        return words("hours", "noon")
    hour, rest = divmod(minute, 60)
    return f"{(hour - 1) % 12 + 1}{f':{rest:02}' if rest else ''}{'am' if hour < 12 else 'pm'}"


def span_in_words(day: int, span: Span, words: Words) -> str:
    """A stretch that begins on weekday `day`: (600, 720) -> "10am to noon", (1200, 1560) -> "8pm to 2am the next day"."""
    start, end = span
    if (start, end) == (0, MINUTES):
        return words("hours", "all_day")
    facts = {"start": clock(start, words), "end": clock(end, words)}
    if end <= MINUTES:
        return words("hours", "range", **facts)
    if end < 2 * MINUTES:
        return words("hours", "next_day", **facts)
    return words("hours", "later_day", weekday=WEEKDAYS[(day + end // MINUTES) % 7], **facts)


def days_in_words(days: list[int], words: Words) -> str:
    """Weekdays in order: [0, 2, 3, 4] -> "Monday and Wednesday to Friday"."""
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
    return join(names, words)


def join(parts: list[str], words: Words) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {words('hours', 'and')} {parts[-1]}"
