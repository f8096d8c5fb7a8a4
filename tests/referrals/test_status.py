"""What a resident hears who asks how far their referral is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.clock import LONDON
from common.database import Database
from common.local_data import LocalDataError
from referrals import handling
from referrals.model import BREACHED, SENT, Referral
from referrals.outbox import delivery
from referrals.status import StatusWords
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, copy_data, make_request

WORDS = StatusWords.load(DATA)
LATER = SATURDAY + timedelta(days=1)
LATE = datetime(2026, 11, 25, 17, tzinfo=LONDON)


def stored(db: Database, team: TeamFacts, *actions: str, outcome: str = "support_arranged") -> Referral:
    with db.transaction() as session:
        reference = submit(session, make_request(), now=SATURDAY, team=team).reference
        referral = handling.find(session, reference)
        assert referral is not None
        if "take" in actions:
            handling.take(session, referral, who="bob", now=SATURDAY)
        if "finish" in actions:
            handling.finish(session, referral, outcome=outcome, who="bob", now=SATURDAY)
        if "lead told" in actions:
            alert = delivery(referral.id, BREACHED, LATE)
            alert.state = SENT
            session.add(alert)
    with db.reading() as session:
        found = handling.find(session, reference)
        assert found is not None
        return found


def test_d2_a_waiting_referral_says_the_day_that_was_promised(db: Database, confirmed_team: TeamFacts):
    """The same day and time as in the promise, and what has happened so far."""
    said = WORDS.in_words(stored(db, confirmed_team), LATER)
    assert said == (
        "First Contact Plus got this on Saturday 21 November. Nobody has started on it yet. "
        "They will contact you by 5pm on Wednesday 25 November."
    )


def test_d2_as_shipped_no_day_is_said(db: Database, team: TeamFacts):
    """A due time that only the desk works to is never told, in no state."""
    referral = stored(db, team)
    for at in (LATER, LATE, LATE + timedelta(days=9)):
        said = WORDS.in_words(referral, at)
        assert "I can't say which day" in said
        assert not any(word in said for word in ("Wednesday", "25", "5pm"))


def test_d2_somebody_has_started(db: Database, confirmed_team: TeamFacts):
    """Taken is taken, and no name of staff is said."""
    said = WORDS.in_words(stored(db, confirmed_team, "take"), LATER)
    assert said.startswith("Someone at First Contact Plus has started on this.") and "bob" not in said


@pytest.mark.parametrize("actions", [(), ("take",)])
def test_d2_a_broken_promise_is_told_as_it_is(db: Database, confirmed_team: TeamFacts, actions: tuple[str, ...]):
    """From the due minute on it is late; that the lead knows is said only once the alert has gone."""
    referral = stored(db, confirmed_team, *actions)
    assert "passed" not in WORDS.in_words(referral, LATE - timedelta(minutes=1))
    said = WORDS.in_words(referral, LATE)
    assert "by 5pm on Wednesday 25 November. That time has passed" in said and "told the person" not in said


def test_d2_that_the_lead_was_told_is_said_when_it_is_so(db: Database, confirmed_team: TeamFacts):
    """Said of a late one only."""
    referral = stored(db, confirmed_team, "lead told")
    assert WORDS.in_words(referral, LATE).endswith("I have told the person who leads the team's desk.")
    assert "I have told" not in WORDS.in_words(referral, LATER)


@pytest.mark.parametrize(("outcome", "said"), [("no_contact", "could not"), ("declined", "have closed this")])
def test_d2_a_closed_referral_is_said_to_be_closed(db: Database, confirmed_team: TeamFacts, outcome: str, said: str):
    """Also after the due time: what is done is not late. The outcome's code is not said."""
    words = WORDS.in_words(stored(db, confirmed_team, "take", "finish", outcome=outcome), LATE + timedelta(days=1))
    assert said in words and "passed" not in words and outcome not in words


def test_the_words_are_short_and_name_no_need():
    """25 words a sentence at most."""
    for name, text in WORDS.words.items():
        for sentence in re.split(r"(?<=[.?!])\s+|;", text.replace("{team}", "First Contact Plus")):
            assert len(sentence.split()) <= 25, name


def test_undated_words_may_not_ask_for_a_day(tmp_path: Path):
    """A day in them would be an invention: the file is refused."""
    path = copy_data(tmp_path) / "status_words.yml"
    path.write_text(path.read_text().replace("I can't say which day they", "By {day} they"))
    with pytest.raises(LocalDataError, match=r"late_undated may not use \{day\}"):
        StatusWords.load(tmp_path)
