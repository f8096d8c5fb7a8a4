"""By when the team will be in touch."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from common.clock import LONDON
from common.local_data import LocalDataError
from referrals.promise import due_words, make_promise
from referrals.team import TeamFacts
from referrals.working_time import HoursError, OfficeWeek, WorkingTime
from tests.referrals.support import DATA, confirm, copy_data

OFFICE = WorkingTime(OfficeWeek.parse("Mo-Th 08:30-17:00; Fr 08:30-16:30"))


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("received", "due", "why"),
    [
        (london(2026, 11, 23, 10), london(2026, 11, 25, 17), "a Monday morning: two working days on, at closing time"),
        (london(2026, 11, 23, 17), london(2026, 11, 26, 17), "at closing time it counts as received the next day"),
        (london(2026, 11, 23, 16, 59), london(2026, 11, 25, 17), "a minute before closing it still counts"),
        (london(2026, 11, 21, 10), london(2026, 11, 25, 17), "a Saturday counts as Monday"),
        (london(2026, 11, 25, 10), london(2026, 11, 27, 16, 30), "Friday closes earlier"),
        (london(2026, 4, 2, 9), london(2026, 4, 8, 17), "Good Friday, the weekend and Easter Monday do not count"),
        (london(2026, 12, 24, 9), london(2026, 12, 30, 17), "Christmas with Boxing Day moved to Monday"),
        (london(2027, 12, 24, 9), london(2027, 12, 30, 17), "Christmas on a Saturday moves both days"),
        (london(2027, 12, 31, 9), london(2028, 1, 5, 17), "New Year on a Saturday moves to Monday"),
        (london(2026, 3, 27, 12), london(2026, 3, 31, 17), "across the night the clocks go forward"),
        (london(2026, 10, 23, 12), london(2026, 10, 27, 17), "across the night the clocks go back"),
    ],
)
def test_d2_due_is_the_closing_time_of_the_second_working_day_after_receipt(
    received: datetime, due: datetime, why: str
):
    """Weekends, bank holidays and clock changes are all counted as an adviser in Leicestershire would."""
    assert OFFICE.due(received, 2) == due, why


def test_d2_due_is_an_hour_earlier_in_utc_in_summer():
    """Closing time is London time: 17:00 is 16:00 UTC under British Summer Time and 17:00 UTC in winter."""
    assert OFFICE.due(london(2026, 3, 27, 9), 1).astimezone(timezone.utc) == datetime(
        2026, 3, 30, 16, tzinfo=timezone.utc
    )
    assert OFFICE.due(london(2026, 10, 23, 9), 1).astimezone(timezone.utc) == datetime(
        2026, 10, 26, 17, tzinfo=timezone.utc
    )


def test_d2_closure_days_do_not_count(tmp_path):
    """A day in closure_days.yml moves the due time as a bank holiday does."""
    data = copy_data(tmp_path)
    (data / "closure_days.yml").write_text(
        "closure_days:\n  - {from: 2026-11-24, to: 2026-11-25, why: move, source: notice, checked_on: 2026-11-01}\n"
    )
    team = TeamFacts.load(data)
    assert team.working_time.due(london(2026, 11, 23, 10), 2) == london(2026, 11, 27, 16, 30)
    assert not team.working_time.is_open(london(2026, 11, 24, 10))


def test_d2_unconfirmed_facts_promise_no_day(team: TeamFacts):
    """As shipped the resident hears that the day is not known, and no day, number of days or time; the desk has a target."""
    promise = make_promise(team, london(2026, 11, 21, 10))
    assert "They will contact you in their working hours; I can't say which day." in promise.text
    assert not any(word in promise.text for word in ("Monday", "Tuesday", "Wednesday", "November", "5pm", "2"))
    assert promise.due_at == london(2026, 11, 25, 17)
    assert not promise.dated


def test_d2_confirmed_facts_promise_a_day(confirmed_team: TeamFacts):
    """Once a person filled in confirmed_by, the promise names the day and time that the desk works to."""
    promise = make_promise(confirmed_team, london(2026, 11, 21, 10))
    assert promise.text.endswith("They will contact you by 5pm on Wednesday 25 November.")
    assert due_words(promise.due_at) == "5pm on Wednesday 25 November"
    assert promise.dated


def test_confirmed_by_alone_is_enough(tmp_path):
    """Filling in confirmed_by and nothing else brings number, hours and a dated promise."""
    data = copy_data(tmp_path)
    path = data / "team.yml"
    path.write_text(path.read_text().replace('confirmed_by: ""', "confirmed_by: Test Person"))
    team = TeamFacts.load(data)
    assert team.confirmed and make_promise(team, london(2026, 11, 21, 10)).dated
    assert "0116 305 4286" in team.contact_line()
    assert team.warnings(date(2026, 11, 21))


def test_another_team_is_never_promised_for_by_day(confirmed_team: TeamFacts):
    """What First Contact Plus confirmed says nothing about when a coordinator will ring."""
    promise = make_promise(confirmed_team.for_receiver("lac", "Test Town coordinator"), london(2026, 11, 21, 10))
    assert "Test Town coordinator" in promise.text and "I can't say which day" in promise.text


def test_contact_line_hides_an_unconfirmed_number(team: TeamFacts, confirmed_team: TeamFacts):
    """Unconfirmed: website and the offer of a call back. Confirmed: number and hours in plain words."""
    assert team.contact_line() == (
        "You can read about First Contact Plus at firstcontactplus.org.uk, or I can ask them to contact you."
    )
    assert confirmed_team.contact_line() == (
        "You can ring First Contact Plus on 0116 305 4286. "
        "They are open Monday to Thursday 8:30am to 5pm and Friday 8:30am to 4:30pm."
    )


def test_stale_confirmation_warns(confirmed_team: TeamFacts):
    """Facts confirmed more than a year ago are to be checked again; fresh ones are not."""
    assert confirmed_team.warnings(date(2026, 11, 21)) == []
    assert "check them again" in confirmed_team.warnings(date(2027, 12, 1))[0]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('phone: "0116 305 4286"', 'phone: "0116 305"', "phone"),
        ('hours: "Mo-Th 08:30-17:00; Fr 08:30-16:30"', "hours: most days", "hours"),
        ("answer_within_working_days: 2 ", "answer_within_working_days: soon ", "answer_within_working_days"),
        ("name: First Contact Plus", "name:", "name"),
        ('confirmed_on: ""', "confirmed_on: last week", "confirmed_on"),
    ],
)
def test_a_broken_fact_is_named(tmp_path, old: str, new: str, named: str):
    """A mistake in team.yml stops the start with the file and the key, never a wrong promise."""
    data = copy_data(tmp_path)
    path = data / "team.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(LocalDataError, match=f"team.yml.*{named}"):
        TeamFacts.load(data)


@pytest.mark.parametrize(
    "hours", ["", "Mo", "Mo 8-5", "Xx 09:00-17:00", "Fr-Mo 09:00-17:00", "Mo 17:00-09:00", "Mo 25:00-26:00"]
)
def test_hours_that_are_not_understood_are_refused(hours: str):
    """Office hours are read whole or not at all."""
    with pytest.raises(HoursError):
        OfficeWeek.parse(hours)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("Mo-Fr 09:00-17:00", "Monday to Friday 9am to 5pm"),
        ("Mo 09:00-12:00,13:00-16:45", "Monday 9am to midday and 1pm to 4:45pm"),
        ("Mo-We 09:00-17:00; Fr 09:00-17:00; PH off", "Monday to Wednesday 9am to 5pm and Friday 9am to 5pm"),
        ("Mo,We,Fr 10:00-14:00", "Monday 10am to 2pm, Wednesday 10am to 2pm and Friday 10am to 2pm"),
    ],
)
def test_hours_are_said_in_plain_words(hours: str, said: str):
    """Residents hear hours as people say them."""
    assert OfficeWeek.parse(hours).describe() == said


def test_no_words_of_the_shipped_files_are_missing():
    """The shipped data loads, and asks for no fact that a sentence may not hold."""
    assert TeamFacts.load(DATA).words.outcomes


def test_a_sentence_may_not_ask_for_a_fact_it_does_not_have(tmp_path):
    """A day in the undated promise would be an invention: the file is refused."""
    data = copy_data(tmp_path)
    path = data / "referral_words.yml"
    path.write_text(path.read_text().replace("I can't say which day", "by {day}"))
    with pytest.raises(LocalDataError, match=r"promise.undated may not use \{day\}"):
        TeamFacts.load(data)


def test_confirming_is_one_edit(tmp_path):
    """The fixture used here does what team.yml tells a council person to do."""
    assert TeamFacts.load(confirm(copy_data(tmp_path))).confirmed_by == "Test Person, Public Health"
