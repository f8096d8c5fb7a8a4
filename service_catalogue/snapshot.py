"""The live catalogue in memory, read once for each version of it.

Reading thousands of services takes longer than a resident should wait. So after a change the reading before goes on being
searched while a thread makes the new one; `fresh` reads the few services that will be shown anew each time, and what is no
longer live, or no longer fits, is not shown. A small catalogue (read within QUICK seconds) is simply read at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, Pool, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from service_catalogue import version
from service_catalogue.columns import Columns, Flags
from service_catalogue.corrections import as_corrected
from service_catalogue.entry import Entry, entry_of
from service_catalogue.holding import shown
from service_catalogue.links import Links
from service_catalogue.local import LocalCatalogueData
from service_catalogue.model import Service
from service_catalogue.near import Distances
from service_catalogue.ranking import listed
from service_catalogue.reports import numbers_in_doubt
from service_catalogue.text import TextIndex

__all__ = ["Entry", "Reading", "Snapshot", "fresh", "reading_of"]

QUICK = 0.05  # seconds
_KEPT = 4
_log = logging.getLogger(__name__)
_lock = threading.Lock()


def _no_flags() -> Flags:
    return np.zeros(0, dtype=np.bool_)


@dataclass
class Snapshot:
    """All live services, with look-ups by need code, area and words. A service's place is its place in `entries`."""

    entries: tuple[Entry, ...]
    links: Links
    distances: Distances
    columns: Columns
    places: dict[str, int] = field(default_factory=dict)  # id -> place
    by_area: dict[str, Flags] = field(default_factory=dict)  # for each place: whether it serves the area
    listed: Flags = field(default_factory=_no_flags)  # in answer to a need
    listed_in_words: Flags = field(default_factory=_no_flags)  # to who describes it
    text: TextIndex = field(default_factory=TextIndex)

    @staticmethod
    def of(entries: Iterable[Entry], local: LocalCatalogueData) -> Snapshot:
        entries = tuple(entries)
        links = Links(entries, local.thesaurus, local.needs.known)
        snapshot = Snapshot(entries, links, Distances(entries), Columns(entries, local.needs))
        snapshot.listed, snapshot.listed_in_words = (
            np.array([listed(entry, local.needs, for_need) for entry in entries], dtype=np.bool_)
            for for_need in (True, False)
        )
        for place, entry in enumerate(entries):
            snapshot.places[entry.id] = place
            snapshot.text.add(entry.id, entry.name, entry.organisation, entry.summary)
            for area in entry.areas:
                snapshot.by_area.setdefault(area, np.zeros(len(entries), dtype=np.bool_))[place] = True
        return snapshot

    def within(self, areas: Iterable[str]) -> Flags:
        """For each place whether the service there serves one of the areas."""
        found = np.zeros(len(self.entries), dtype=np.bool_)
        for area in areas:
            if area in self.by_area:
                found |= self.by_area[area]
        return found


@dataclass(frozen=True)
class Reading:
    """`current`: whether the catalogue is still as it was when `snapshot` was read."""

    snapshot: Snapshot
    current: bool


@dataclass
class _Kept:
    """What is kept for one database: readings by version (and local data), the newest last; how long the last one took."""

    snapshots: dict[tuple[str, int], Snapshot] = field(default_factory=dict)
    took: float = 0.0
    at_work: bool = False


_databases: WeakKeyDictionary[Pool, _Kept] = WeakKeyDictionary()


def reading_of(session: Session, local: LocalCatalogueData) -> Reading:
    """The catalogue as this session sees it; while a large one is being read anew, as it was before (see `fresh`)."""
    engine = session.get_bind().engine
    key = (version.current(session), id(local))  # local data are read once and kept
    with _lock:
        kept = _databases.setdefault(engine.pool, _Kept())
        if key in kept.snapshots:
            return Reading(kept.snapshots[key], True)
        older = next((one for (_, data), one in reversed(kept.snapshots.items()) if data == id(local)), None)
        wait = older is None or kept.took <= QUICK
        start = not wait and not kept.at_work
        kept.at_work = kept.at_work or start
    if older is None or wait:
        return Reading(_read(session, local, kept), True)
    if start:
        threading.Thread(target=_read_aside, args=(engine, local, kept), daemon=True, name="catalogue").start()
    return Reading(older, False)


def fresh(session: Session, ids: Sequence[str], local: LocalCatalogueData) -> dict[str, Entry]:
    """These services as they are now, by id; those that are no longer shown are missing."""
    return (
        {entry.id: entry for entry in _entries(session, local, _services().where(Service.id.in_(ids)))} if ids else {}
    )


def _read_aside(engine: Engine, local: LocalCatalogueData, kept: _Kept) -> None:
    try:
        with Session(engine) as session:
            _read(session, local, kept)
    except Exception:  # the next search starts the next attempt
        _log.exception("the catalogue could not be read anew")
    finally:
        with _lock:
            kept.at_work = False


def _read(session: Session, local: LocalCatalogueData, kept: _Kept) -> Snapshot:
    started = time.perf_counter()
    key = (version.current(session), id(local))
    snapshot = Snapshot.of(_entries(session, local, _services()), local)
    with _lock:
        kept.snapshots[key] = snapshot
        kept.took = time.perf_counter() - started
        while len(kept.snapshots) > _KEPT:
            del kept.snapshots[next(iter(kept.snapshots))]
    return snapshot


def _services() -> Select[Any]:
    parts = (Service.phones, Service.areas, Service.needs, Service.languages, Service.locations)
    return (
        select(Service)
        .where(shown())
        .order_by(Service.id)
        .options(joinedload(Service.organization), *(selectinload(part) for part in parts))
    )


def _entries(session: Session, local: LocalCatalogueData, services: Select[Any]) -> list[Entry]:
    doubted = numbers_in_doubt(session)
    return [
        entry_of(service, local.groups, service.id in doubted)
        for service in as_corrected(session, session.scalars(services))
        if service.status == "active"
    ]
