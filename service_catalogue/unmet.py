"""Unmet need: what was looked for in vain, by need, district and month. Counts only, nobody's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from service_catalogue.care_model import SearchMiss


@dataclass(frozen=True)
class Unmet:
    """How often in a month (its first day) nothing was found. `condition` is the wish that left nothing, like "free";
    empty: nothing at all was found. `district` empty: it was not known."""

    month: date
    need: str
    district: str
    condition: str
    times: int


def unmet_needs(session: Session, since: date) -> list[Unmet]:
    """From the month of `since` on: newest month first, in it the most often missed first."""
    year, month = extract("year", SearchMiss.day), extract("month", SearchMiss.day)
    times = func.sum(SearchMiss.times)
    rows = session.execute(
        select(year, month, SearchMiss.need, SearchMiss.district, SearchMiss.condition, times)
        .where(SearchMiss.day >= since.replace(day=1))
        .group_by(year, month, SearchMiss.need, SearchMiss.district, SearchMiss.condition)
    )
    found = [Unmet(date(int(y), int(m), 1), need, district, wish, int(n)) for y, m, need, district, wish, n in rows]
    return sorted(found, key=lambda one: (-one.month.toordinal(), -one.times, one.need, one.district, one.condition))
