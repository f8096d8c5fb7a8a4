"""How often the words of residents find what an adviser would name first (recall@5), and the file of judged queries."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from service_catalogue.judge import Judged, judge, read_queries, recalls, worst
from service_catalogue.local import DISTRICTS, NEIGHBOURS
from tests.service_catalogue.conftest import starter_rows

# The bars, which "fresh" reaches: its author came last, nobody read it while the search was built, and its figure is the
# one to believe. The queries of "measure" are older than most of the thesaurus; they too may not fall.
LEAST = {"fresh plain": 0.95, "fresh rough": 0.90, "measure plain": 0.95, "measure rough": 0.92}


def test_the_judged_queries_are_known_services_in_three_parts() -> None:
    """300 by three authors, halved by their numbers, 120 by a fourth and 160 by a fifth."""
    queries = read_queries()
    known = {cells["id"] for cells in starter_rows()}
    assert len(queries) == len({query.id for query in queries}) == 580
    for query in queries:
        assert query.want and set(query.want) <= known
        assert query.district in (None, *DISTRICTS, *NEIGHBOURS)
        half = "develop" if int(query.id[-3:]) % 2 else "measure"
        assert query.part == {"d": "develop", "e": "fresh"}.get(query.id[0], half)


def test_recall_at_five_by_words_and_district_alone(shipped_session: Session) -> None:
    found = recalls(judge(shipped_session, read_queries()))
    for name, least in LEAST.items():
        assert found[name] >= least, found


def test_a_query_for_the_assistants_own_doors_alone_is_not_counted(shipped_session: Session) -> None:
    """They are offered by the assistant itself and never listed, so search can neither find nor miss them."""
    own = Judged("a-001", "x", "plain", "develop", None, ("first-contact-plus",))
    mixed = Judged("a-002", "samaritans", "plain", "develop", None, ("first-contact-plus", "samaritans"))
    assert [(one.id, one.want) for one in judge(shipped_session, [own, mixed])] == [("a-002", ("samaritans",))]


def test_the_half_that_measures_is_never_shown_one_by_one() -> None:
    secret = Judged("a-002", "x", "plain", "measure", None, ("y",))
    assert worst([secret]) == []


@pytest.mark.parametrize(
    ("found", "recall"), [((), 0.0), (("a",), 0.5), (("c", "b", "a"), 1.0), (("1", "2", "3", "4", "5", "a"), 0.0)]
)
def test_recall_is_the_share_of_the_wanted_among_the_first_five(found: tuple[str, ...], recall: float) -> None:
    assert Judged("a-001", "x", "plain", "develop", None, ("a", "b"), found).recall == recall
