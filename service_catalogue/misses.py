"""Writing down that nothing was found: a count by day, need, district and wish. Nobody's words, nobody's identity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue.care_model import SearchMiss

WORDS_ALONE = "words"  # in place of a need, when the search was by words


def record_miss(session: Session, needs: Iterable[str], district: str | None, condition: str, now: datetime) -> None:
    """One more miss today for each need. `condition`: the wish that left nothing, "" when there was nothing at all.

    `now` is an aware time. May be called for the same turn only once by its caller: each call counts.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for need in sorted(set(needs)) or [WORDS_ALONE]:
        row = {
            "day": now.astimezone(LONDON).date(),
            "need": need,
            "district": district or "",
            "condition": condition,
            "times": 1,
        }
        session.execute(
            insert(SearchMiss)
            .values(**row)
            .on_conflict_do_update(
                index_elements=[SearchMiss.day, SearchMiss.need, SearchMiss.district, SearchMiss.condition],
                set_={"times": SearchMiss.times + 1},
            )
        )
