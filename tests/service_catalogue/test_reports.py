"""What residents report about services: one report a message, for a person to settle, naming nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from common import encryption
from common.database import Database
from service_catalogue import reports, version
from service_catalogue.corrections import correct
from service_catalogue.load import LoadReport
from service_catalogue.model import Service
from service_catalogue.search import ServiceCard
from tests.service_catalogue.conftest import NOON, row

ON_BOTH_DATABASES = True

Load = Callable[..., LoadReport]
Find = Callable[..., list[ServiceCard]]
WORDS = "that number is dead, I'm Ron from 4 Mill Lane"
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def cipher() -> Iterator[None]:
    encryption.use(encryption.Cipher("a secret key for tests only, 32 long"))
    yield


@pytest.fixture
def club(db: Database, load: Load) -> str:
    """The id of the one service there is."""
    load([row("tea-club")])
    with db.reading() as session:
        return session.scalars(select(Service.id)).one()


def tell(db: Database, id: str, message: str = "m1", kind: str = "number", at: datetime = NOON) -> bool:
    with db.transaction() as session:
        return reports.report(session, id, kind, WORDS, channel="web", message_id=message, now=at)


def doubted(db: Database) -> set[str]:
    with db.reading() as session:
        return reports.numbers_in_doubt(session)


def token(db: Database) -> str:
    with db.reading() as session:
        return version.current(session)


def settle_all(db: Database, outcome: str = "fixed") -> list[bool]:
    with db.transaction() as session:
        waiting = reports.open_reports(session)
        return [reports.settle(session, one.id, outcome, by="amina", now=LATER) for one in waiting]


def test_the_same_message_makes_one_report(db: Database, club: str) -> None:
    """A message that is delivered twice is reported once; another message is another report."""
    assert [tell(db, club), tell(db, club), tell(db, club, "m2")] == [True, False, True]
    long = "x" * 500
    assert [tell(db, club, long), tell(db, club, long), tell(db, club, long + "y")] == [True, False, True]
    with db.reading() as session:
        assert reports.count_open(session) == 4


def test_reports_are_listed_oldest_first_and_by_service(db: Database, load: Load) -> None:
    load([row("tea-club"), row("walks")])
    with db.reading() as session:
        tea, walks = session.scalars(select(Service.id).order_by(Service.name))
    tell(db, tea, "new", at=LATER)
    tell(db, walks, "old", "closed")
    with db.reading() as session:
        assert [one.message_id for one in reports.open_reports(session)] == ["old", "new"]
        assert [one.message_id for one in reports.open_reports(session, tea)] == ["new"]


def test_a_residents_words_are_encrypted_and_deleted_when_settled(db: Database, club: str) -> None:
    tell(db, club)
    with db.reading() as session:
        assert reports.open_reports(session)[0].words == WORDS
        assert b"Mill Lane" not in session.execute(text("SELECT words FROM catalogue_service_report")).scalar_one()
    assert settle_all(db) == [True]
    with db.reading() as session:
        row = session.scalars(select(reports.ServiceReport)).one()
        assert (row.words, row.outcome, row.settled_by, row.settled_at) == ("", "fixed", "amina", LATER)


def test_a_report_is_settled_once(db: Database, club: str) -> None:
    """The second of two people changes nothing; a report that is not there cannot be settled."""
    tell(db, club)
    settle_all(db, "nothing wrong")
    with db.transaction() as session:
        id = session.scalars(select(reports.ServiceReport.id)).one()
        assert not reports.settle(session, id, "service closed", by="bob", now=LATER)
        assert not reports.settle(session, id + 1, "fixed", by="bob", now=LATER)
        assert session.scalars(select(reports.ServiceReport.outcome)).one() == "nothing wrong"


@pytest.mark.parametrize("kind", reports.KINDS)
def test_only_a_report_about_the_number_puts_the_number_in_doubt(db: Database, club: str, kind: str) -> None:
    tell(db, club, kind=kind)
    assert doubted(db) == ({club} if kind == "number" else set())


@pytest.mark.parametrize("outcome", reports.OUTCOMES)
def test_the_doubt_ends_when_the_last_report_is_settled(db: Database, club: str, outcome: str) -> None:
    tell(db, club), tell(db, club, "m2")
    assert settle_all(db, outcome) == [True, True]
    assert doubted(db) == set()


def test_a_number_corrected_after_the_report_is_not_in_doubt_until_somebody_reports_that_one(
    db: Database, club: str
) -> None:
    tell(db, club)
    with db.transaction() as session:
        correct(session, club, "phone", "0116 305 0004", by="amina", reason="", now=LATER)
    assert doubted(db) == set()
    tell(db, club, "m2", at=LATER + timedelta(hours=1))
    assert doubted(db) == {club}


def test_the_card_says_so_while_a_report_is_open(db: Database, club: str, find: Find) -> None:
    """At once, also in a process that holds the catalogue in memory; and no longer once it is settled."""
    doubt = "Someone told us this number may not work."
    assert doubt not in find(("loneliness",))[0].how_to_reach
    tell(db, club)
    assert doubt in find(("loneliness",))[0].how_to_reach
    settle_all(db)
    assert doubt not in find(("loneliness",))[0].how_to_reach


def test_the_card_of_a_service_without_a_number_says_nothing_about_one(db: Database, load: Load, find: Find) -> None:
    load([row("tea-club", phone="")])
    with db.reading() as session:
        id = session.scalars(select(Service.id)).one()
    tell(db, id)
    assert "number" not in find(("loneliness",))[0].how_to_reach


def test_the_catalogue_is_read_anew_only_when_a_doubt_begins_or_ends(db: Database, club: str) -> None:
    """So that many reports of one dead number, or of other things, cost nothing."""
    start = token(db)
    tell(db, club, "other", "other")
    assert token(db) == start
    tell(db, club)
    begun = token(db)
    assert begun != start
    tell(db, club, "m2")
    assert token(db) == begun
    settle_all(db)
    assert token(db) != begun


def test_unknown_kinds_outcomes_and_services_are_errors(db: Database, club: str) -> None:
    with pytest.raises(ValueError, match="colour"):
        tell(db, club, kind="colour")
    with pytest.raises(LookupError):
        tell(db, "nothing")
    with db.transaction() as session, pytest.raises(ValueError, match="great"):
        reports.settle(session, 1, "great", by="amina", now=NOON)
