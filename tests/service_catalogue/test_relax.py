"""Nothing meets every wish: which one to give up, and the count of what was missed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from common.database import Database
from service_catalogue.care_model import SearchMiss
from service_catalogue.load import LoadReport
from service_catalogue.local import local_data
from service_catalogue.misses import record_miss
from service_catalogue.relax import Relaxation, relax
from service_catalogue.search import Query
from service_catalogue.wishes import Wishes
from tests.service_catalogue.conftest import NOON, both_databases, row

Load = Callable[..., LoadReport]
OADBY = {"latitude": "52.600", "longitude": "-1.083", "postcode": "LE2 5AA", "address": "1 Made-up Street, Oadby"}


def ask(db: Database, wishes: Wishes, place: str | None = "Loughborough") -> Relaxation | None:
    with db.reading() as session:
        return relax(session, Query(("loneliness",), "Charnwood", place=place, wishes=wishes), NOON)


@both_databases
def test_the_wish_whose_dropping_gives_most_is_named(db: Database, load: Load) -> None:
    """Nothing free near Loughborough; one that costs near it, two that are free in Oadby."""
    load(
        [
            row("here-paid", cost="paid", latitude="52.770", longitude="-1.205", postcode="LE11 1AA"),
            row("far-one", **OADBY),
            row("far-two", **OADBY),
        ]
    )
    found = ask(db, Wishes(free=True, near=True))
    assert found is not None
    assert (found.wish, found.kept, found.gives) == ("near", 0, 2)
    assert found.query.wishes == Wishes(free=True)
    said = found.in_words(local_data().words)
    assert said.startswith("I know of nothing that is all you asked for. There are 2 further away")


def test_nothing_is_relaxed_when_something_meets_every_wish(db: Database, load: Load) -> None:
    load([row("free-one")])
    assert ask(db, Wishes(free=True)) is None


def test_nothing_is_relaxed_without_wishes_or_when_no_single_wish_helps(db: Database, load: Load) -> None:
    load([row("unsure", cost="unknown", opening_hours="")])
    assert ask(db, Wishes()) is None
    assert ask(db, Wishes(free=True, evening=True)) is None


@both_databases
def test_a_miss_is_one_row_a_day_need_district_and_wish_that_counts_up(db: Database) -> None:
    for _ in range(3):
        with db.transaction() as session:
            record_miss(session, ("food", "food"), "Blaby", "free", NOON)
    with db.transaction() as session:
        record_miss(session, (), None, "", NOON)
    with db.reading() as session:
        rows = session.scalars(select(SearchMiss).order_by(SearchMiss.need)).all()
        assert [(one.need, one.district, one.condition, one.times) for one in rows] == [
            ("food", "Blaby", "free", 3),
            ("words", "", "", 1),
        ]
