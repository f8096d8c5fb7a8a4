"""Opening hours at one moment: London time in, London time out, through clock changes and bank holidays."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from common.clock import LONDON, FrozenClock
from service_catalogue.hours import Opening, is_open, opening

OFFICE = "Mo-Th 08:30-17:00; Fr 08:30-16:30; PH off"
NIGHTS = "Mo-Th 00:00-08:30,17:00-24:00; Fr 00:00-08:30,16:30-24:00; Sa-Su,PH 00:00-24:00"


def london(text: str) -> datetime:
    return FrozenClock(datetime.fromisoformat(text)).london()


@pytest.mark.parametrize(
    ("hours", "at", "state", "change"),
    [
        (OFFICE, "2026-11-25 12:00", "open", "2026-11-25 17:00"),
        (OFFICE, "2026-11-27 16:29", "open", "2026-11-27 16:30"),
        (OFFICE, "2026-11-27 16:30", "closed", "2026-11-30 08:30"),
        (OFFICE, "2026-11-30 08:29", "closed", "2026-11-30 08:30"),
        (NIGHTS, "2026-11-27 23:00", "open", "2026-11-30 08:30"),
        ("Mo-Su,PH 17:00-24:00", "2026-11-25 23:59", "open", "2026-11-26 00:00"),
        ("Fr 20:00-02:00; PH off", "2026-11-28 01:00", "open", "2026-11-28 02:00"),
        ("We 17:00-21:00; Fr 09:00-13:00; PH off", "2026-11-25 21:00", "closed", "2026-11-27 09:00"),
    ],
)
def test_an_ordinary_week(hours: str, at: str, state: str, change: str) -> None:
    """The state holds from the opening minute up to, not including, the closing minute; the next change is named."""
    now = opening(hours, london(at))
    assert now.state == state
    assert (now.until or now.opens) == london(change)
    assert (now.until is None) != (now.opens is None)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-01-01 12:00", "2026-01-02 08:30"),  # New Year's Day
        ("2026-04-02 18:00", "2026-04-07 08:30"),  # Thursday before Good Friday: shut until after Easter Monday
        ("2026-08-31 10:00", "2026-09-01 08:30"),  # summer bank holiday
        ("2026-12-24 18:00", "2026-12-29 08:30"),  # Christmas Day, weekend, substitute for Boxing Day
        ("2027-12-24 18:00", "2027-12-29 08:30"),  # two substitute days
        ("2027-12-31 17:30", "2028-01-04 08:30"),  # Monday 3 January stands in for New Year's Day: over the year's end
        ("2028-04-14 09:00", "2028-04-18 08:30"),
    ],
)
def test_an_office_is_shut_on_bank_holidays_and_their_substitute_days(at: str, opens: str) -> None:
    assert opening(OFFICE, london(at)) == Opening("closed", opens=london(opens))


def test_a_saturday_boxing_day_shuts_what_shuts_on_bank_holidays() -> None:
    assert is_open("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", london("2026-12-26 10:00")) is False


@pytest.mark.parametrize("at", ["2026-04-03 12:00", "2026-12-28 12:00", "2027-12-27 12:00", "2028-01-03 12:00"])
def test_a_line_that_is_open_on_bank_holidays_is_open_on_them(at: str) -> None:
    assert is_open("Mo-Su,PH 08:00-20:00", london(at)) is True
    assert is_open(NIGHTS, london(at)) is True


def test_hours_that_say_nothing_of_bank_holidays_promise_nothing_on_one() -> None:
    """Neither "open" nor the next opening may fall on a bank holiday that the hours are silent about; a closed one stays closed."""
    silent = "Mo-Fr 09:00-20:00; Sa-Su 11:00-16:00"
    christmas = opening(silent, london("2026-12-25 12:00"))
    assert (christmas.state, christmas.doubt) == ("unknown", "bank holiday")
    assert is_open("Sa 09:00-10:00", london("2026-05-04 09:30")) is False
    assert opening(silent, london("2026-12-24 21:00")).opens == london("2026-12-27 11:00")
    assert opening("24/7", london("2026-12-25 12:00")) == Opening("open")


def test_the_wall_clock_rules_across_both_clock_changes() -> None:
    """Spring (29 March 2026) and autumn (25 October 2026): opens at half past eight on the wall, an hour apart in UTC."""
    daily = "Mo-Su,PH 08:30-17:00"
    spring = opening(daily, london("2026-03-28 18:00"))
    autumn = opening(daily, london("2026-10-24 18:00"))
    assert spring.opens == datetime(2026, 3, 29, 7, 30, tzinfo=timezone.utc)
    assert autumn.opens == datetime(2026, 10, 25, 8, 30, tzinfo=timezone.utc)
    assert spring.opens is not None and spring.opens.utcoffset() == timedelta(hours=1)
    assert autumn.opens is not None and autumn.opens.utcoffset() == timedelta(0)


def test_a_time_that_the_spring_night_skips_is_the_moment_of_the_jump() -> None:
    at = london("2026-03-29 00:30")
    assert opening("Su 01:30-05:00; PH off", at).opens == datetime(2026, 3, 29, 1, 0, tzinfo=timezone.utc)


def test_the_hour_that_comes_twice_opens_twice_what_opens_in_it() -> None:
    """At ten to two, before the clocks go back, a desk open from one to a quarter to two opens again in ten minutes."""
    at = datetime(2026, 10, 25, 0, 50, tzinfo=timezone.utc)
    found = opening("Su 01:00-01:45; PH off", at)
    assert found.state == "closed"
    assert found.opens is not None and found.opens.astimezone(timezone.utc) == at + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("hours", "at", "state", "doubt", "note"),
    [
        ('Tu 10:00-12:00 "by appointment"', "2026-11-24 11:00", "unknown", "comment", "by appointment"),
        ('Tu 10:00-12:00 "by appointment"', "2026-11-24 12:00", "closed", "", ""),
        ('Tu 10:00-12:00 open "ring the bell"', "2026-11-24 11:00", "open", "", "ring the bell"),
        ("Mo-Fr 09:00-15:00; SH off; PH off", "2026-11-24 11:00", "unknown", "school holidays", ""),
        ("Mo-Fr 09:00-15:00; SH off; PH off", "2026-11-24 16:00", "closed", "", ""),
        ("Mo-Fr 09:00-15:00; SH off; PH off", "2026-12-25 11:00", "closed", "", ""),
        ("We 10:00-12:00; SH 09:00-11:00; PH off", "2026-11-25 10:30", "open", "", ""),
        ("SH Mo-Fr 10:00-12:00; PH off", "2026-11-25 10:30", "unknown", "school holidays", ""),
        ("Mo-Fr 09:00-17:00", "2026-12-25 12:00", "unknown", "bank holiday", ""),
    ],
)
def test_what_depends_on_something_we_do_not_know_is_unknown_and_says_why(
    hours: str, at: str, state: str, doubt: str, note: str
) -> None:
    """School holidays have no dates here, and a comment is a condition: neither is ever counted as open. What is shut in
    any case is closed."""
    found = opening(hours, london(at))
    assert (found.state, found.doubt, found.note) == (state, doubt, note)
    assert is_open(hours, london(at)) == {"open": True, "closed": False, "unknown": None}[state]


def test_only_a_sure_opening_is_promised_as_the_next_one() -> None:
    """Wednesday 10 to 11 is in both term time and holidays; 9 to 10 and 11 to 12 are not."""
    hours = "We 10:00-12:00; SH 09:00-11:00; PH off"
    assert opening(hours, london("2026-11-24 12:00")).opens == london("2026-11-25 10:00")
    assert opening(hours, london("2026-11-25 10:30")).until == london("2026-11-25 11:00")
    assert opening("Mo-Fr 09:00-15:00; SH off", london("2026-11-24 20:00")) == Opening("closed")


def test_hours_that_never_open_are_answered_at_once() -> None:
    """Looking for a next opening must not go on to the end of time (the package's own way takes many seconds)."""
    start = datetime.now()
    assert opening("Mo-Fr 09:00-17:00; Mo-Su off", london("2026-11-24 12:00")) == Opening("closed")
    assert datetime.now() - start < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("utc", "until_utc"),
    [("00:15", "00:45"), ("01:15", "01:45")],  # 1:15 by the wall, before and after the clocks go back
)
def test_the_hour_that_comes_twice_in_autumn_keeps_its_order(utc: str, until_utc: str) -> None:
    """An until is never in the past, in neither of the two hours."""
    at = datetime.fromisoformat(f"2026-10-25 {utc}").replace(tzinfo=timezone.utc)
    until = opening("Su 01:00-01:45; PH off", at).until
    assert until is not None
    # Compared in UTC: Python calls times of two zones in a repeated hour unequal whatever they are.
    assert until.astimezone(timezone.utc) == datetime.fromisoformat(f"2026-10-25 {until_utc}").replace(
        tzinfo=timezone.utc
    )


def test_every_change_lies_ahead_through_a_whole_year_of_quarter_hours() -> None:
    """For every quarter of an hour around both clock changes and the turn of the year, the next change is later than now."""
    for start in ("2026-03-28 12:00", "2026-10-24 12:00", "2026-12-31 12:00"):
        first = london(start).astimezone(timezone.utc)
        for quarter in range(4 * 36):
            at = first + timedelta(minutes=15 * quarter)
            for hours in (OFFICE, NIGHTS, "Mo-Su,PH 17:00-24:00"):
                now = opening(hours, at)
                change = now.until or now.opens
                assert change is not None and change > at
                assert opening(hours, change).state != now.state


@pytest.mark.parametrize(
    "hours",
    [
        "",
        "ring us",
        "Mo-Fr 9-5",
        "PH -1 day off",
        "Mo-PH 09:00-10:00",
        "Mo-SH 09:00-10:00",
        "Mo-Fr",
        "Mo sunrise-sunset",
        "Mo 10:00+",
        "Mo 10:00-12:00 || off",
    ],
)
def test_hours_that_are_missing_or_unreadable_are_unknown_never_closed(hours: str) -> None:
    assert opening(hours, london("2026-11-25 12:00")) == Opening("unknown")
    assert is_open(hours, london("2026-11-25 12:00")) is None


def test_a_time_in_another_zone_is_understood_and_one_without_a_zone_refused() -> None:
    assert is_open(OFFICE, datetime(2026, 7, 1, 7, 30, tzinfo=timezone.utc)) is True  # 8:30 in London
    assert opening(OFFICE, datetime(2026, 7, 1, 7, 30, tzinfo=timezone.utc)).until == datetime(
        2026, 7, 1, 17, tzinfo=LONDON
    )
    with pytest.raises(ValueError, match="zone"):
        is_open(OFFICE, datetime(2026, 7, 1, 9, 0))
