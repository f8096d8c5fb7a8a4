"""`python -m service_catalogue.bench [SERVICES]`: how long a search takes, in milliseconds, and the memory it needs.

Fills an empty database with made-up services (10,000 unless told otherwise): a fresh SQLite file, or the PostgreSQL of
BENCH_DATABASE_URL, whose tables it makes and removes. Prints JSON.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import quantiles
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from common.clock import LONDON
from common.database import Base, Database, open_database
from service_catalogue.identity import record_id
from service_catalogue.judge import read_queries
from service_catalogue.local import AREAS, DISTRICTS, local_data
from service_catalogue.model import Location, Organization, Service, ServiceArea, ServiceNeed, Source
from service_catalogue.search import Query, search

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=LONDON)
_HOURS = ("", "24/7", "Mo-Fr 09:00-17:00; PH off", "Tu 10:00-12:00", "Th 18:00-20:00", "Sa 09:30-12:30")
_TURNS = 300


def fill(session: Session, count: int, seed: int = 5) -> None:
    """`count` made-up services with needs, areas and places, in words of the thesaurus. The same for the same seed."""
    draw, local = random.Random(seed), local_data()
    source = record_id("bench", "source", "bench")
    session.add(Source(id=source, name="bench"))
    session.flush()
    provider = record_id("bench", "organization", "bench")
    session.add(Organization(id=provider, source_id=source, external_id="bench", name="Made-up provider"))
    session.flush()
    codes, topics = sorted(local.needs.known - local.needs.crisis - local.needs.hand_off), local.thesaurus.topics
    services: list[dict[str, Any]] = []
    areas: list[dict[str, Any]] = []
    needs: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    for number in range(count):
        id = record_id("bench", "service", str(number))
        said = draw.choice(topics).said
        phrases = draw.sample(said, min(3, len(said)))
        services.append(
            {
                "id": id,
                "source_id": source,
                "external_id": str(number),
                "organization_id": provider,
                "name": f"{phrases[0].title()} {number}",
                "summary": f"{'. '.join(phrases)}. Group {number}.",
                "cost": draw.choice(("free", "paid", "unknown")),
                "opening_hours": draw.choice(_HOURS),
                "verified": draw.random() < 0.5,
                "content_hash": "",
                "added_at": NOW,
                "changed_at": NOW,
                "attending": draw.choice(([], ["venue"], ["phone", "online"])),
            }
        )
        areas.append({"id": f"a{number}", "service_id": id, "name": draw.choice(sorted(AREAS))})
        for position, code in enumerate(draw.sample(codes, draw.randint(1, 4))):
            needs.append({"id": f"n{number}-{position}", "service_id": id, "code": code, "position": position})
        point = {
            "latitude": 52.4 + draw.random() * 0.5,
            "longitude": -1.5 + draw.random() * 0.9,
            "precision": "postcode",
        }
        places.append({"id": f"l{number}", "service_id": id, "location_id": f"l{number}", "town": "Oadby", **point})
    for table, rows in ((Service, services), (ServiceArea, areas), (ServiceNeed, needs), (Location, places)):
        session.execute(insert(table), rows)


def measure(db: Database, queries: Sequence[Query]) -> dict[str, float]:
    """Milliseconds of one search each: by the clock, and of the processor (on a busy machine the clock says more)."""
    times, works = [], []
    for query in queries:
        with db.reading() as session:
            started, worked = time.perf_counter(), time.thread_time()
            search(session, query, NOW)
            times.append((time.perf_counter() - started) * 1000)
            works.append((time.thread_time() - worked) * 1000)
    clock, processor = quantiles(times, n=100), quantiles(works, n=100)
    return {
        "p50_ms": round(clock[49], 2),
        "p95_ms": round(clock[94], 2),
        "p50_processor_ms": round(processor[49], 2),
        "p95_processor_ms": round(processor[94], 2),
    }


def main(count: int = 10_000) -> dict[str, Any]:
    url = os.environ.get("BENCH_DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(url or f"sqlite:///{folder}/bench.db")
        try:
            Base.metadata.create_all(db.engine)
            with db.transaction() as session:
                fill(session, count)
            return {"database": db.engine.dialect.name, "services": count, **_measured(db)}
        finally:
            if url:
                Base.metadata.drop_all(db.engine)
            db.close()


def _measured(db: Database) -> dict[str, Any]:
    texts = [query.text for query in read_queries()]
    draw = random.Random(1)
    every_need = sorted(local_data().needs.codes)
    before = _memory()
    first = _timed(lambda: measure(db, [Query(("food",), "Blaby"), Query(("food",), "Blaby")]))
    places = [draw.choice(DISTRICTS) for _ in range(_TURNS)]
    by_words = [Query((), place, draw.choice(texts), limit=5) for place in places]
    by_needs = [Query(tuple(draw.sample(every_need, draw.randint(1, 3))), place) for place in places]
    both = [Query(q.needs, q.district, w.words, place="Oadby") for q, w in zip(by_needs, by_words, strict=True)]
    measure(db, by_words[:2])
    return {
        "read_all_s": first,
        "words": measure(db, by_words),
        "needs": measure(db, by_needs),
        "needs_words_and_place": measure(db, both),
        "memory_mb": _memory() - before,
    }


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return round(time.perf_counter() - started, 2)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:2])), indent=2))
