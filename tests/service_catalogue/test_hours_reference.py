"""Open, closed, until and next opening from 2026 to 2030 against OpenStreetMap's own evaluator (hours_reference/table.json)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest

from common.bank_holidays import public_holidays
from service_catalogue.hours import is_open, opening
from tests.service_catalogue.conftest import starter_rows
from tests.service_catalogue.hours_reference.table import (
    ALL_HOURS,
    CLOCK_CHANGES,
    DAYS,
    HOLIDAYS,
    LONDON,
    reference,
)

SHIPPED = sorted({row["opening_hours"] for row in starter_rows()} - {""})
AT_NIGHT = [
    hours
    for hours in ALL_HOURS
    if any(
        reference(hours).wall_state(day, minute) == "open" for day in CLOCK_CHANGES[:2] for minute in range(0, 240, 15)
    )
]
STATES = {True: "open", False: "closed", None: "unknown"}


def utc(day: date, minute: int) -> datetime:
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=LONDON).astimezone(timezone.utc)


def same_change(hours: str, at: datetime) -> None:
    """The answer at `at` is right: its state, and when it next opens or until when it is open."""
    found, expected = opening(hours, at), reference(hours).state(at)
    assert found.state == expected, at
    change = reference(hours).next_change(at)
    told = found.until if found.state == "open" else found.opens
    if change is None:
        # Nothing more happens until the end of the table; what is told then lies beyond it.
        assert told is None or told.date() > DAYS[-1], at
    elif change < at + timedelta(days=399) and change.year <= at.astimezone(LONDON).year + 1:
        assert told is not None and told.astimezone(timezone.utc) == change, at


def test_all_shipped_hours_are_in_the_table() -> None:
    """When this fails, make the table anew: hours_reference/make.mjs says how."""
    assert set(SHIPPED) <= set(ALL_HOURS)


def test_both_know_the_same_bank_holidays() -> None:
    assert {day for year in range(2026, 2031) for day in public_holidays(year)} == HOLIDAYS


@pytest.mark.parametrize("hours", ALL_HOURS)
def test_the_state_is_right_around_every_change_of_every_day_of_five_years(hours: str) -> None:
    """A minute before and at each time at which something may change, each day, and at noon."""
    for day in DAYS:
        for minute in {near for m in reference(hours).minutes(day) for near in (m - 1, m)} | {720}:
            if 0 <= minute < 1440:
                at = utc(day, minute)
                assert STATES[is_open(hours, at)] == reference(hours).state(at), at


@pytest.mark.parametrize("hours", ALL_HOURS)
def test_until_and_next_opening_are_right_to_the_minute(hours: str) -> None:
    """All through five years, and at several times of each day around bank holidays and clock changes."""
    special = HOLIDAYS | set(CLOCK_CHANGES)
    for number, day in enumerate(DAYS):
        close = any(day + timedelta(days=near) in special for near in (-1, 0, 1))
        if close or number % 13 == 0:
            for minute in sorted(reference(hours).minutes(day) - {1440})[:2] if close else ():
                same_change(hours, utc(day, minute))
            same_change(hours, utc(day, number * 397 % 1440))


@pytest.mark.parametrize("hours", ALL_HOURS)
def test_days_on_which_the_clocks_change_are_right_minute_by_minute(hours: str) -> None:
    """The whole day in 2026; in later years the hours in which they change."""
    for day in CLOCK_CHANGES:
        for minute in range(25 * 60 if day.year == 2026 else 4 * 60):
            at = utc(day, 0) + timedelta(minutes=minute)
            assert STATES[is_open(hours, at)] == reference(hours).state(at), at


@pytest.mark.parametrize("hours", AT_NIGHT)
def test_nights_on_which_the_clocks_change_tell_the_right_change_minute_by_minute(hours: str) -> None:
    for day in CLOCK_CHANGES[:4]:
        for minute in range(210):
            same_change(hours, utc(day, 0) + timedelta(minutes=minute))


def test_the_table_knows_what_it_should() -> None:
    """The comparison would be worth nothing if the table said nothing: a second Tuesday, a night, a season, a holiday."""
    assert reference("Tu[2] 10:00-12:00; PH off").wall_state(date(2026, 12, 8), 660) == "open"
    assert reference("Tu[2] 10:00-12:00; PH off").wall_state(date(2026, 12, 15), 660) == "closed"
    assert reference("Fr 20:00-02:00; PH off").wall_state(date(2026, 11, 28), 60) == "open"
    assert reference("Apr-Oct Sa 10:00-16:00; PH off").wall_state(date(2026, 11, 28), 660) == "closed"
    assert reference("Mo-Fr 09:00-17:00").wall_state(date(2026, 12, 25), 660) == "unknown"
    assert len(CLOCK_CHANGES) == 10 and len(AT_NIGHT) > 8
