"""Opening hours in plain words, and as rows of a schedule."""

from __future__ import annotations

import pytest

from service_catalogue.hours import describe
from service_catalogue.weekly import WeeklyOpening, weekly_openings
from tests.service_catalogue.conftest import starter_rows


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("", "We don't know its opening hours"),
        ("whenever", "We don't know its opening hours"),
        ("Mo-Fr 09:00-17:00 unknown", "We don't know its opening hours"),
        ("24/7", "24 hours a day, every day"),
        ("Mo-Su 00:00-24:00", "24 hours a day, every day"),
        ("Mo-Th 08:30-17:00; Fr 08:30-16:30", "Monday to Thursday 8:30am to 5pm, Friday 8:30am to 4:30pm"),
        ("Mo-Fr 09:00-12:00,13:00-17:00; PH off", "Monday to Friday 9am to noon and 1pm to 5pm, not bank holidays"),
        ("Mo-Su,PH 17:00-24:00", "every day 5pm to midnight, including bank holidays"),
        (
            "Mo,We-Fr 09:30-17:00; Tu 13:00-20:00; PH off",
            "Monday and Wednesday to Friday 9:30am to 5pm, Tuesday 1pm to 8pm, not bank holidays",
        ),
        ("Sa-Su 12:00-16:00", "Saturday and Sunday noon to 4pm"),
        ("Fr 20:00-02:00", "Friday 8pm to 2am the next day"),
        ("Mo-Fr 09:00-17:00; PH 10:00-12:00", "Monday to Friday 9am to 5pm, bank holidays 10am to noon"),
        (
            "Mo-Th 00:00-08:30,17:00-24:00; Fr 00:00-08:30,16:30-24:00; Sa-Su,PH 00:00-24:00",
            "Monday to Thursday 5pm to 8:30am the next day, Friday 4:30pm to 8:30am on Monday, bank holidays all day",
        ),
        ("Mo[1] 10:00-12:00", "first Monday of the month 10am to noon"),
        ("Tu[1,3] 10:00-12:00; PH off", "first and third Tuesday of the month 10am to noon, not bank holidays"),
        (
            "Mo-Fr 09:00-17:00; Sa[-1] 10:00-12:00",
            "Monday to Friday 9am to 5pm, last Saturday of the month 10am to noon",
        ),
        ("Apr-Oct Sa 10:00-12:00", "April to October: Saturday 10am to noon"),
        (
            "Nov-Mar Mo-Fr 10:00-15:00; Apr-Oct Mo-Fr 09:00-17:00; PH off",
            "November to March: Monday to Friday 10am to 3pm, April to October: Monday to Friday 9am to 5pm, not bank holidays",
        ),
        (
            "Mo-Fr 09:00-17:00; Dec 24-Jan 2 off; PH off",
            "Monday to Friday 9am to 5pm, closed 24 December to 2 January, not bank holidays",
        ),
        ("Mo-Fr 09:00-17:00; Mo[1] 12:00-17:00", "Its hours are not the same every week. Please check first."),
        ("week 01-53/2 We 10:00-12:00", "Its hours are not the same every week. Please check first."),
        ("We 10:00-12:00; SH off", "Wednesday 10am to noon, not in the school holidays"),
        ("We 10:00-12:00; SH off; PH off", "Wednesday 10am to noon, not in the school holidays, not bank holidays"),
        ("SH Mo-Fr 10:00-12:00", "Monday to Friday 10am to noon, only in the school holidays"),
        ("We 10:00-12:00; SH 09:00-11:00", "Wednesday 10am to noon, other hours in the school holidays"),
        ('Tu 10:00-12:00 open "ring the bell"', "Tuesday 10am to noon (ring the bell)"),
        ('Tu 10:00-12:00 "term time"', "Tuesday 10am to noon (term time)"),
        ("off", "closed"),
    ],
)
def test_hours_read_as_a_person_would_say_them(hours: str, words: str) -> None:
    assert describe(hours) == words


def test_no_hours_of_the_starter_catalogue_are_unreadable() -> None:
    for hours in {row["opening_hours"] for row in starter_rows()} - {""}:
        assert "know" not in describe(hours) and "check" not in describe(hours), hours


def test_a_schedule_row_is_one_opening_on_its_days_and_midnight_is_2359() -> None:
    """HSDS writes 24 hours as 00:00 to 23:59; what passes midnight is cut there."""
    assert weekly_openings("Mo-Th 08:30-17:00; Fr 08:30-16:30; PH off") == [
        WeeklyOpening("MO,TU,WE,TH", "08:30", "17:00"),
        WeeklyOpening("FR", "08:30", "16:30"),
    ]
    assert weekly_openings("24/7") == [WeeklyOpening("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")]
    assert weekly_openings("Su 20:00-02:00") == [
        WeeklyOpening("MO", "00:00", "02:00"),
        WeeklyOpening("SU", "20:00", "23:59"),
    ]


@pytest.mark.parametrize("hours", ["", "whenever", "Mo[1] 10:00-12:00", "We 10:00-12:00; SH off"])
def test_no_schedule_is_better_than_a_wrong_one(hours: str) -> None:
    assert weekly_openings(hours) == []
