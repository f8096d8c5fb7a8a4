"""Turning records into pages: Jinja2 with every value escaped, and times as staff say them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2

from common.clock import LONDON
from referrals.promise import due_words
from referrals.working_time import clock_words

HERE = Path(__file__).parent


class Pages:
    """`render(name, **context) -> html`. A name that the context lacks is an error, not an empty place."""

    def __init__(self) -> None:
        self._env = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters.update(moment=moment, day=day, due=due_words, machine_time=machine_time, ago=ago)

    def render(self, template: str, **context: Any) -> str:
        return self._env.get_template(template).render(**context)


def moment(at: datetime) -> str:
    """ "Sat 21 Nov, 10:32am", in London time."""
    local = at.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b}, {clock_words(local.time().replace(second=0, microsecond=0))}"


def day(on: date) -> str:
    """ "21 Nov 2026"; of a time, its day in London."""
    if isinstance(on, datetime):
        on = on.astimezone(LONDON).date()
    return f"{on.day} {on:%b %Y}"


def machine_time(at: datetime) -> str:
    """For the `datetime` attribute of a time element."""
    return at.astimezone(LONDON).isoformat(timespec="minutes")


def ago(then: datetime, now: datetime) -> str:
    """How long between two times, in its largest whole unit: "3 days", "1 hour", "5 minutes"."""
    minutes = max(0, int((now - then).total_seconds() // 60))
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "less than a minute"


def due_state(due_at: datetime, now: datetime) -> str:
    """ "overdue", "today" (due on this London day) or "later"."""
    if due_at < now:
        return "overdue"
    return "today" if due_at.astimezone(LONDON).date() == now.astimezone(LONDON).date() else "later"
