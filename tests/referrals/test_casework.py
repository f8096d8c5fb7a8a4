"""Notes, attempts to make contact, and what closing needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some
from sqlalchemy import select

from common.clock import LONDON
from common.database import Database
from common.local_data import LocalDataError
from referrals import casework, closing, handling
from referrals.case_rules import CaseRules
from referrals.casework import ContactAttempt, ReferralNote
from referrals.closing import Shortfall, shortfall
from referrals.model import DONE, WITHDRAWN, AuditChanged, Referral
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, copy_data, make_request

RULES = CaseRules.load(DATA)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=LONDON)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def reference(db: Database, team: TeamFacts) -> str:
    with db.transaction() as session:
        return submit(session, make_request(), now=SATURDAY, team=team).reference


def at(db: Database, reference: str, work):
    """Do something with the referral in one transaction."""
    with db.transaction() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        return work(session, referral)


def try_at(db: Database, reference: str, *times: datetime, result: str = "no_answer") -> None:
    for when in times:
        at(
            db,
            reference,
            lambda session, referral, when=when: casework.add_attempt(
                session, referral, method="phone", result=result, tried_at=when,
                form_id=f"{when}{result}", who="bob", now=when,
            ),
        )  # fmt: skip


def close(db: Database, reference: str, outcome: str = "no_contact") -> bool | Shortfall:
    return at(db, reference, lambda s, r: closing.close(s, RULES, r, outcome=outcome, who="bob", now=MONDAY + 30 * DAY))


def take(db: Database, reference: str) -> None:
    assert at(db, reference, lambda s, r: handling.take(s, r, who="bob", now=MONDAY))


def test_d3_could_not_contact_needs_three_attempts_on_two_days(db: Database, reference: str):
    """Until then it says what is missing, and nothing changes; then it closes."""
    take(db, reference)
    assert close(db, reference) == Shortfall(3, 2)
    try_at(db, reference, MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR)
    assert close(db, reference) == Shortfall(0, 1)
    try_at(db, reference, MONDAY + DAY)
    assert close(db, reference) is True
    with db.reading() as session:
        row = session.scalars(select(Referral)).one()
        assert (row.state, row.outcome) == (DONE, "no_contact")


def test_d3_other_outcomes_need_no_attempt_and_nobody_closes_what_nobody_took(db: Database, reference: str):
    assert close(db, reference, "declined") is False
    take(db, reference)
    assert close(db, reference, "declined") is True


def test_d3_an_attempt_that_reached_them_is_none_in_vain(db: Database, reference: str):
    """Nobody is out of reach because they were spoken to three times."""
    take(db, reference)
    try_at(db, reference, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY, result="spoke")
    assert close(db, reference) == Shortfall(3, 2)


def test_d3_after_it_was_opened_again_attempts_count_anew(db: Database, reference: str):
    take(db, reference)
    try_at(db, reference, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY)
    assert close(db, reference) is True
    at(db, reference, lambda s, r: handling.reopen(s, r, reason="asked_again", who="lead", now=MONDAY + 3 * DAY))
    take(db, reference)
    assert close(db, reference) == Shortfall(3, 2)


def test_d3_the_day_is_londons(db: Database, reference: str):
    """Half past eleven at night and half past midnight in summer are two days in London and one in UTC."""
    summer = datetime(2027, 6, 1, 23, 30, tzinfo=LONDON)
    tried = [ContactAttempt(tried_at=summer + n * HOUR, result="no_answer") for n in (0, 1, 1)]
    assert shortfall(RULES, tried) is None


@for_all(some.lists(some.tuples(some.integers(0, 5), some.sampled_from(sorted(RULES.results))), max_size=12))
def test_d3_one_more_attempt_never_makes_more_missing(tries: list[tuple[int, str]]):
    """And what is missing is never more than the rule asks; zero missing is None."""
    tried = [ContactAttempt(tried_at=MONDAY + day * DAY, result=result) for day, result in tries]
    before = Shortfall(RULES.attempts, RULES.days)
    for count in range(len(tried) + 1):
        missing = shortfall(RULES, tried[:count]) or Shortfall(0, 0)
        assert 0 <= missing.attempts <= before.attempts and 0 <= missing.days <= before.days
        before = missing


def test_a_form_sent_twice_keeps_one_note_and_one_audit_row(db: Database, reference: str):
    for _ in range(2):
        assert at(
            db,
            reference,
            lambda s, r: casework.add_note(s, r, "rang her sister", form_id="f" * 32, who="bob", now=MONDAY),
        )
    with db.reading() as session:
        assert [row.words for row in session.scalars(select(ReferralNote))] == ["rang her sister"]
    assert at(db, reference, lambda s, r: [e.what for e in r.events]) == ["received", casework.NOTED]


def test_notes_and_attempts_cannot_be_changed_and_a_note_is_encrypted(db: Database, reference: str):
    at(db, reference, lambda s, r: casework.add_note(s, r, "CANARY words", form_id="f" * 32, who="bob", now=MONDAY))
    with pytest.raises(AuditChanged), db.transaction() as session:
        session.scalars(select(ReferralNote)).one().words = "other words"
    with db.engine.connect() as connection:
        raw = connection.exec_driver_sql("SELECT words FROM referral_note").scalar_one()
    assert b"CANARY" not in bytes(raw)


def test_nothing_is_added_to_a_withdrawn_referral(db: Database, reference: str):
    at(db, reference, lambda s, r: setattr(r, "state", WITHDRAWN))
    assert not at(db, reference, lambda s, r: casework.add_note(s, r, "x", form_id="f" * 32, who="bob", now=MONDAY))
    assert not at(
        db,
        reference,
        lambda s, r: casework.add_attempt(
            s, r, method="phone", result="spoke", tried_at=MONDAY, form_id="g" * 32, who="bob", now=MONDAY
        ),
    )
    assert close(db, reference, "declined") is False


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("attempts: 3", "attempts: 0", "could_not_contact.attempts"),
        ("outcome: no_contact", "outcome: gone", "could_not_contact.outcome"),
        ("by: [phone,", "by: [shoe_size,", "duplicates.by"),
        ("within_days: 90", "within_days: many", "duplicates.within_days"),
        ("{code: visit,", "{code: phone,", "phone stands there twice"),
        ("longest_note: 2000", "longest_note: 5", "longest_note"),
    ],
)
def test_a_rule_that_makes_no_sense_is_named(tmp_path: Path, old: str, new: str, names: str):
    """Before the start, with file and key."""
    path = copy_data(tmp_path) / "desk_rules.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(LocalDataError, match=names):
        CaseRules.load(tmp_path)


def test_a_finished_one_takes_notes_and_no_attempts(db: Database, reference: str):
    """What comes to light afterwards can be written down; nobody tries to make contact for what is over."""
    take(db, reference)
    assert close(db, reference, "declined") is True
    try_at(db, reference, MONDAY)
    assert at(db, reference, lambda s, r: casework.add_note(s, r, "x", form_id="f" * 32, who="bob", now=MONDAY))
    with db.reading() as session:
        assert session.scalars(select(ContactAttempt)).all() == []
        assert len(session.scalars(select(ReferralNote)).all()) == 1
