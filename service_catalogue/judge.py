"""`python -m service_catalogue.judge [FILE]`: how often search finds what an adviser would name first.

FILE holds judged queries, a JSON object a line: `id`, `text`, `kind` ("plain" or "rough"), `district` or null, `want` (ids
of the starter catalogue) and `part`: "develop" may be looked at; "measure" and "fresh" are only ever counted. First Contact
Plus and coordinators, which the assistant itself leads to and search never lists, count as found: a query that wants
nothing else is left out.
Prints JSON: recall@5 by part and kind, and the ten worst queries of the developing part.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import LONDON
from common.database import Base, open_database
from service_catalogue.load import load_starter
from service_catalogue.local import local_data
from service_catalogue.model import Service
from service_catalogue.search import Query, search

ROOT = Path(__file__).resolve().parents[1]
QUERIES = ROOT / "tests" / "service_catalogue" / "judged_queries.jsonl"
STARTER = ROOT / "data" / "catalogue" / "services.csv"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=LONDON)  # a Wednesday, no holiday
FIRST, WORST = 5, 10


@dataclass(frozen=True)
class Judged:
    """A query with the ids that are wanted among the first five, and what was found (external ids, best first)."""

    id: str
    text: str
    kind: str
    part: str
    district: str | None
    want: tuple[str, ...]
    found: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """The share of the wanted ids that is among the first five."""
        return len(set(self.want) & set(self.found[:FIRST])) / len(self.want)


def read_queries(path: Path = QUERIES) -> list[Judged]:
    """The judged queries of a file, nothing found yet. Raises ValueError or KeyError for a malformed line."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Judged(**{**row, "want": tuple(row["want"])}) for row in rows]


def judge(session: Session, queries: Iterable[Judged], now: datetime = NOON, limit: int = FIRST) -> list[Judged]:
    """The same queries with what search by words and district alone finds in this catalogue."""
    rows = session.execute(select(Service.id, Service.external_id)).all()
    names = {row.id: row.external_id for row in rows}
    doors = _own_doors(session)
    judged = []
    for query in queries:
        query = replace(query, want=tuple(id for id in query.want if id not in doors))
        if not query.want:
            continue
        cards = search(session, Query((), query.district, query.text, limit=limit), now)
        judged.append(replace(query, found=tuple(names[card.id] for card in cards)))
    return judged


def _own_doors(session: Session) -> frozenset[str]:
    names = local_data().needs.own_doors
    return frozenset(session.scalars(select(Service.external_id).where(Service.name.in_(names))))


def recalls(judged: Iterable[Judged]) -> dict[str, float]:
    """Mean recall@5 by "part kind", e.g. "measure plain"."""
    found: dict[str, list[float]] = defaultdict(list)
    for query in judged:
        found[f"{query.part} {query.kind}"].append(query.recall)
    return {name: round(sum(values) / len(values), 4) for name, values in sorted(found.items())}


def worst(judged: Iterable[Judged], count: int = WORST) -> list[dict[str, Any]]:
    """The queries of the developing part with the lowest recall."""
    open_half = sorted((query for query in judged if query.part == "develop"), key=lambda query: query.recall)
    return [
        {"id": query.id, "text": query.text, "recall": round(query.recall, 2), "want": query.want, "found": query.found}
        for query in open_half[:count]
    ]


def main(path: Path = QUERIES) -> None:
    database = open_database("sqlite://")
    try:
        Base.metadata.create_all(database.engine)
        with database.transaction() as session:
            load_starter(session, STARTER, NOON)
        with database.reading() as session:
            judged = judge(session, read_queries(path))
    finally:
        database.close()
    print(json.dumps({"recall_at_5": recalls(judged), "worst": worst(judged)}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
