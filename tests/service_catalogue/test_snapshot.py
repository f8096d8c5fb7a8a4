"""A large catalogue is read anew aside; what is shown meanwhile is true all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from common.database import Database
from service_catalogue import snapshot
from service_catalogue.load import LoadReport
from service_catalogue.local import local_data
from service_catalogue.model import WITHDRAWN, Service
from service_catalogue.search import ServiceCard
from tests.service_catalogue.conftest import both_databases, row

Load = Callable[..., LoadReport]
Find = Callable[..., list[ServiceCard]]
pytestmark = both_databases


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every catalogue counts as a large one."""
    monkeypatch.setattr(snapshot, "QUICK", -1.0)
    yield
    for thread in threading.enumerate():
        if thread.name == "catalogue":
            thread.join(10)


def test_a_withdrawn_service_is_not_shown_while_the_catalogue_is_read_anew(
    db: Database, load: Load, find: Find, slow: None
) -> None:
    load([row("gone", areas="Blaby"), row("stays")])
    assert [card.name for card in find(("loneliness",), limit=1)] == ["Gone"]
    with db.transaction() as session:
        session.query(Service).filter_by(name="Gone").one().state = WITHDRAWN
    assert [card.name for card in find(("loneliness",), limit=1)] == ["Stays"]


def test_a_changed_fact_shows_at_once_on_the_card(db: Database, load: Load, find: Find, slow: None) -> None:
    load([row("club")])
    find(("loneliness",))
    with db.transaction() as session:
        session.query(Service).one().cost = "paid"
    (card,) = find(("loneliness",))
    assert card.cost_text == "There is a charge. Ask them how much."


def test_a_new_service_is_found_once_the_reading_is_done(db: Database, load: Load, find: Find, slow: None) -> None:
    load([row("club")])
    find(("loneliness",))
    load([row("club"), row("new")])
    find(("loneliness",))
    for thread in threading.enumerate():
        if thread.name == "catalogue":
            thread.join(10)
    with db.reading() as session:
        assert snapshot.reading_of(session, local_data()).current
    assert {card.name for card in find(("loneliness",))} == {"Club", "New"}
