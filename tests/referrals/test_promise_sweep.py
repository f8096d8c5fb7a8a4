"""The promise at every hour from 2026 to 2030, for every kind of receiver, against a calculation that shares nothing with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.clock import LONDON
from common.database import Database
from desk.render import Pages
from referrals.model import Referral
from referrals.promise import due_words, make_promise
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals import calendar_oracle as oracle
from tests.referrals.support import TEAM, confirm, copy_data, make_request
from tests.referrals.support import given as consent

START, END = datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2031, 1, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


class Case(NamedTuple):
    destination: str
    team: str
    week: dict[int, str]
    working_days: int
    shut: frozenset[str] = frozenset()


CASES = (
    Case("first_contact_plus", TEAM, {0: "17:00", 1: "17:00", 2: "17:00", 3: "17:00", 4: "16:30"}, 2,
         frozenset({"2027-12-24", "2028-03-27", "2028-03-28", "2029-10-29"})),
    Case("lac", "Test Town coordinator", {0: "14:00", 2: "14:00", 4: "14:00"}, 1),
    Case("other_council", "Test Council", {1: "18:15", 2: "18:15", 3: "18:15", 4: "18:15", 5: "13:00"}, 5,
         frozenset({"2026-12-29", "2026-12-30", "2026-12-31"})),
    Case("provider", "Test Warm Homes", dict.fromkeys(range(7), "23:45"), 0),
)  # fmt: skip
ENDS = {case.destination: oracle.closings(case.week, case.shut) for case in CASES}
RECEIVERS = """\
receivers:
  - {destination: lac, team: Test Town coordinator, hours: "Mo,We,Fr 10:00-14:00", answer_within_working_days: 1, confirmed_by: Test Person}
  - destination: other_council
    team: Test Council
    hours: "Tu-Fr 09:00-12:30,13:30-18:15; Sa 10:00-13:00"
    answer_within_working_days: 5
    closure_days: [{from: 2026-12-29, to: 2026-12-31}]
    confirmed_by: Test Person
  - {destination: provider, team: Test Warm Homes, hours: "Mo-Su 00:15-23:45", answer_within_working_days: 0, confirmed_by: Test Person}
"""
CLOSURES = "closure_days: [{from: 2027-12-24}, {from: 2028-03-27, to: 2028-03-28}, {from: 2029-10-29}]\n"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> TeamFacts:
    """Four receivers, all confirmed, with weeks and closure days of their own."""
    return TeamFacts.load(write(confirm(copy_data(tmp_path_factory.mktemp("data")))))


def write(data: Path) -> Path:
    (data / "destinations.yml").write_text(RECEIVERS)
    (data / "closure_days.yml").write_text(CLOSURES)
    return data


def hours() -> Iterator[datetime]:
    for number in range(int((END - START) / HOUR)):
        yield START + number * HOUR


@pytest.mark.parametrize("case", CASES, ids=[case.destination for case in CASES])
def test_d2_the_due_time_is_right_at_every_hour_of_five_years(facts: TeamFacts, case: Case):
    """Clock changes, bank holidays and closure days included: the due time is that of the independent calculation, each hour."""
    ends = ENDS[case.destination]
    team = facts.for_receiver(case.destination, case.team)
    wrong = [
        at
        for at in hours()
        if team.working_time.due(at, team.answer_within_working_days) != oracle.due(ends, at, case.working_days)
    ]
    assert wrong == []


@pytest.mark.parametrize("case", CASES, ids=[case.destination for case in CASES])
def test_d2_the_words_name_the_due_time_that_the_desk_shows(facts: TeamFacts, case: Case):
    """What the resident hears, what staff see and the independent calculation agree, at each 13th hour of five years (so that
    all hours of a day come round)."""
    ends = ENDS[case.destination]
    team = facts.for_receiver(case.destination, case.team)
    for at in list(hours())[::13]:
        promise, expected = make_promise(team, at), oracle.due(ends, at, case.working_days)
        assert promise.dated and promise.due_at == expected, at
        assert promise.text.endswith(f"by {oracle.in_words(expected)}."), at
        assert due_words(promise.due_at) == oracle.in_words(expected), at


@settings(max_examples=300, deadline=None)
@given(
    at=st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None), timezones=st.just(timezone.utc)),
    case=st.sampled_from(CASES),
)
def test_d2_the_due_time_is_right_at_any_moment(facts: TeamFacts, at: datetime, case: Case):
    """Not only on the hour."""
    ends = ENDS[case.destination]
    assert make_promise(facts.for_receiver(case.destination, case.team), at).due_at == oracle.due(
        ends, at, case.working_days
    )


@pytest.mark.parametrize(
    ("case", "confirmed"), [*((case, True) for case in CASES), *((case, False) for case in CASES[:2])]
)
def test_d2_what_is_stored_is_what_was_said(
    db: Database, tmp_path: Path, facts: TeamFacts, case: Case, confirmed: bool
):
    """The promise is kept word for word, and the desk's page shows its day. Of a team that nobody confirmed no day is said."""
    at = datetime(2026, 12, 23, 11, tzinfo=timezone.utc)
    if not confirmed:
        data = write(copy_data(tmp_path))
        (data / "destinations.yml").write_text(RECEIVERS.replace("Test Person", '""'))
        facts = TeamFacts.load(data)
    request = make_request(destination=case.destination, team=case.team, consent=consent(case.destination, case.team))
    with db.transaction() as session:
        said = submit(session, request, now=at, team=facts)
    with db.reading() as session:
        stored = session.query(Referral).one()
    due = oracle.due(ENDS[case.destination], at, case.working_days)
    on_the_desk = Pages()._env.from_string("{{ at|due }}").render(at=stored.due_at)
    assert stored.promise_text == said.what_next and stored.due_at == due
    assert on_the_desk == oracle.in_words(due)
    assert stored.promised is confirmed and (on_the_desk in stored.promise_text) is confirmed
    if not confirmed:
        assert "in their working hours; I can't say which day" in stored.promise_text
        assert not any(day in stored.promise_text for day in ("day ", "December", "January"))


@settings(max_examples=100, deadline=None)
@given(
    at=st.datetimes(datetime(2026, 1, 15), datetime(2030, 12, 1), timezones=st.just(timezone.utc)),
    minutes=st.integers(1, 2400),
    case=st.sampled_from(CASES),
)
def test_d2_working_hours_are_counted_minute_by_minute(facts: TeamFacts, at: datetime, minutes: int, case: Case):
    """`after` is the moment at which the office has been open for so long, as walking from minute to minute finds it; and
    `before` leads back to where it came from."""
    at = at.replace(second=0, microsecond=0)
    office = facts.for_receiver(case.destination, case.team).working_time
    left = minutes % 240 + 1
    reached, walked = office.after(at, timedelta(minutes=left)), at
    open_minutes = 0
    while open_minutes < left:
        open_minutes += office.is_open(walked)
        walked += timedelta(minutes=1)
    assert reached == walked
    begun = office.before(reached, timedelta(minutes=left))
    assert begun.astimezone(LONDON) >= at
    assert not any(
        office.is_open(at + n * timedelta(minutes=1)) for n in range(int((begun - at) / timedelta(minutes=1)))
    )
