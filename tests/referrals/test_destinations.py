"""Who receives referrals: by when, told how, and who receives none before somebody agreed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from common.database import Database
from common.local_data import LocalDataError
from launch.check_destinations import check_destinations
from referrals import handling
from referrals.consent import ConsentWording
from referrals.destinations import Destinations
from referrals.model import Delivery, Referral
from referrals.submit import ReferralRefused, submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, TEAM, another, confirm, copy_data, given

KINDS = ("first_contact_plus", "lac", "locality_team", "other_council", "provider")
ENTRY = """\
receivers:
  - destination: {kind}
    team: Test Team
    hours: "Mo-Fr 09:00-17:00"
    answer_within_working_days: 3
    mailbox: test@example.org
    webhook: {{name: test, url: "https://example.org/in"}}
    confirmed_by: {by}
    confirmed_on: 2026-11-20
"""


def facts(tmp_path: Path, kind: str, by: str = "Test Person") -> TeamFacts:
    data = confirm(copy_data(tmp_path))
    (data / "destinations.yml").write_text(ENTRY.format(kind=kind, by=by))
    return TeamFacts.load(data)


def send(db: Database, team: TeamFacts, kind: str, name: str = "Test Team") -> str:
    request = another(1, destination=kind, team=name, consent=given(kind, name))
    with db.transaction() as session:
        return submit(session, request, now=SATURDAY, team=team).reference


@pytest.mark.parametrize("kind", KINDS)
def test_d6_every_destination_has_the_desks_queue_and_an_email(db: Database, tmp_path: Path, kind: str):
    """Whoever receives it, it stands in the queue of the desk and a notice is in the outbox; a webhook only where one is known."""
    name = TEAM if kind == KINDS[0] else "Test Team"
    team = TeamFacts.load(DATA) if kind == KINDS[0] else facts(tmp_path, kind)
    reference = send(db, team, kind, name)
    with db.reading() as session:
        assert [one.reference for one in handling.open_referrals(session)] == [reference]
        kinds = {one.kind for one in session.scalars(select(Delivery))}
    assert kinds == ({"email"} if kind == KINDS[0] else {"email", "webhook"})


@pytest.mark.parametrize("kind", KINDS[1:])
def test_d2_a_confirmed_team_is_promised_for_by_its_own_hours(db: Database, tmp_path: Path, kind: str):
    """Three working days after the Monday that follows the Saturday, at its own closing time."""
    send(db, facts(tmp_path, kind), kind)
    with db.reading() as session:
        referral = session.scalars(select(Referral)).one()
    assert referral.promised and referral.promise_text.endswith("by 5pm on Thursday 26 November.")


@pytest.mark.parametrize("kind", KINDS[3:])
@pytest.mark.parametrize("entry", ["none", "unconfirmed"])
def test_who_did_not_agree_receives_nothing(db: Database, tmp_path: Path, kind: str, entry: str):
    """Another council and a provider are no receivers before somebody confirmed that they take referrals; as shipped none is."""
    team = TeamFacts.load(DATA) if entry == "none" else facts(tmp_path, kind, by='""')
    with pytest.raises(ReferralRefused, match="not_a_receiver"):
        send(db, team, kind)
    assert Destinations.load(DATA).receivers == {}


def test_an_unconfirmed_entry_gives_a_team_its_own_target_but_no_day(db: Database, tmp_path: Path):
    """Staff work to its hours; the resident hears no day; the staff pages say who is to be asked."""
    team = facts(tmp_path, "lac", by='""')
    send(db, team, "lac")
    with db.reading() as session:
        referral = session.scalars(select(Referral)).one()
    assert not referral.promised and "I can't say which day" in referral.promise_text
    assert "Test Team" in " ".join(team.warnings(SATURDAY.date()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("about_other", [False, True])
def test_consent_words_of_every_destination(kind: str, about_other: bool):
    """They name the team, ask one question, in sentences of 25 words at most."""
    words = ConsentWording.load(DATA).words(kind, "Test Team", about_other).text
    assert "Test Team" in words and words.count("?") == 1
    assert all(len(sentence.split()) <= 25 for sentence in re.split(r"(?<=[.?!])\s+", words))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("destination: lac", "destination: nowhere", "destination must be one of"),
        ("destination: lac", "destination: first_contact_plus", "stand in team.yml"),
        ("team: Test Team", "team: ''", "team must be text"),
        ("https://example.org/in", "http://example.org/in", "must start with https://"),
        ("https://example.org/in", "example.org", "must start with https://"),
        ("name: test,", "name: test, personal_data: maybe,", "personal_data must be true or false"),
        ("answer_within_working_days: 3", "answer_within_working_days: -1", "answer_within_working_days"),
        ("answer_within_working_days: 3", "closure_days: []", "go together"),
        ("Mo-Fr 09:00-17:00", "weekdays", "cannot read"),
        ("confirmed_on: 2026-11-20", "confirmed_on: soon", "confirmed_on"),
        ("mailbox:", "mail:", "expected only"),
        ("    mailbox", "    areas: Charnwood\n    mailbox", "areas must be a list"),
        ("    mailbox", "    needs: [1]\n    mailbox", "needs must be a list"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, named: str):
    """Whoever edits the file is told the entry and the key."""
    text = ENTRY.format(kind="lac", by="Test Person")
    assert old in text
    (tmp_path / "destinations.yml").write_text(text.replace(old, new))
    with pytest.raises(LocalDataError, match=f"destinations.yml: receiver 1.*{named}"):
        Destinations.load(tmp_path)


@pytest.mark.parametrize(
    ("kind", "lines", "named"),
    [
        ("provider", "needs: [heating]", "heating is not in needs.yml"),
        ("provider", "areas: [Charnwod]", "Charnwod is not in places.csv"),
        ("provider", "areas: [Charnwood]", "say what it helps with"),
        ("other_council", "needs: []", "say whose people it takes"),
        ("provider", "needs: [food]", ""),
        ("other_council", "areas: [Leicester]", ""),
    ],
)
def test_a_receiver_that_nobody_would_ever_be_offered_is_named(tmp_path: Path, kind: str, lines: str, named: str):
    """Misspelt needs and areas, and a confirmed entry that says neither, fail the check of the data."""
    data = copy_all(tmp_path)
    (data / "destinations.yml").write_text(ENTRY.format(kind=kind, by="Test Person") + f"    {lines}\n")
    if named:
        with pytest.raises(LocalDataError, match=f"Test Team: .*{named}"):
            check_destinations(data)
    else:
        assert check_destinations(data).receivers


def copy_all(tmp_path: Path) -> Path:
    shutil.copytree(DATA, tmp_path / "all")
    return tmp_path / "all"


def test_one_team_stands_there_once(tmp_path: Path):
    """Two entries for one team would leave open which is true."""
    entry = ENTRY.format(kind="lac", by="Test Person")
    (tmp_path / "destinations.yml").write_text(entry + entry.removeprefix("receivers:\n"))
    with pytest.raises(LocalDataError, match="twice"):
        Destinations.load(tmp_path)
