"""The text after two weeks: when it may go, and that a yes is written down once."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from common.clock import LONDON
from common.database import Database
from common.local_data import LocalDataError
from referrals import follow_up
from referrals.follow_up import FollowUp, FollowUpRules
from tests.referrals.support import DATA

RULES = FollowUpRules.load(DATA)
NOW = datetime(2026, 11, 21, 20, 30, tzinfo=timezone.utc)
_TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(timezone.utc))


@given(agreed=_TIMES)
def test_the_text_comes_in_the_daytime_two_weeks_later(agreed: datetime) -> None:
    """Never earlier than fourteen days of the calendar, never over three days more, never at night or on a day left out."""
    due = RULES.due(agreed)
    days = (due.astimezone(LONDON).date() - agreed.astimezone(LONDON).date()).days
    assert 14 <= days <= 17
    assert RULES.may_send(due)


def test_an_evening_yes_is_answered_on_the_next_allowed_morning() -> None:
    """Half past eight on a Saturday evening: two weeks later is again Saturday evening, and Sunday is left out."""
    assert RULES.due(NOW).astimezone(LONDON) == datetime(2026, 12, 7, 10, 0, tzinfo=LONDON)


def _agree(db: Database, **changes: str) -> datetime:
    details = {"conversation": "c1", "episode": "e1", "phone": "+447700900123", "words": "May I?", **changes}
    with db.transaction() as session:
        return follow_up.agree(session, RULES, reference=None, now=NOW, **details)


def _rows(db: Database) -> list[FollowUp]:
    with db.transaction() as session:
        found = list(session.scalars(select(FollowUp)))
        session.expunge_all()
        return found


def test_the_same_yes_again_makes_one_text(db: Database) -> None:
    """A repeated turn changes nothing, another assessment is another yes."""
    first = _agree(db)
    assert _agree(db, phone="+447700900456") == first
    assert [row.phone for row in _rows(db)] == ["+447700900123"]
    _agree(db, episode="e2")
    assert len(_rows(db)) == 2


def test_the_number_is_forgotten_once_the_text_has_gone(db: Database) -> None:
    """Sent or dropped, the row keeps no number; the answer finds it by the conversation it was sent in."""
    _agree(db)
    _agree(db, conversation="c2")
    later = NOW + timedelta(days=16)
    with db.transaction() as session:
        one, two = follow_up.due(session, later)
        follow_up.sent(one, "s1", later)
        follow_up.drop(two)
    with db.transaction() as session:
        assert follow_up.answer(session, "s1", follow_up.NOT_YET, later)
        assert not follow_up.answer(session, "another", follow_up.HELPED, later)
    assert [(row.state, row.phone, row.answer) for row in _rows(db)] == [
        ("answered", None, "no"),
        ("dropped", None, None),
    ]


def test_nothing_is_due_before_its_time(db: Database) -> None:
    """The day before there is nothing to send."""
    due = _agree(db)
    with db.transaction() as session:
        assert not follow_up.due(session, due - timedelta(minutes=1))
        assert follow_up.due(session, due)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("after_days: 14", "after_days: soon"),
        ('earliest: "10:00"', "earliest: morning"),
        ('latest: "17:00"', 'latest: "09:00"'),
        ("never_on: [Sunday]", "never_on: [Funday]"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, wrong: str) -> None:
    """Whoever edits the file is told which key makes no sense."""
    text = (DATA / follow_up.FILE).read_text()
    assert line in text
    shutil.copy(DATA / follow_up.FILE, tmp_path)
    (tmp_path / follow_up.FILE).write_text(text.replace(line, wrong))
    with pytest.raises(LocalDataError, match=line.split(":")[0].replace("latest", "earliest")):
        FollowUpRules.load(tmp_path)
