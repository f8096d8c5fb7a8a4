"""The live catalogue in memory, read once for each version of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from service_catalogue import version
from service_catalogue.groups import groups_of
from service_catalogue.local import Group, LocalCatalogueData
from service_catalogue.model import LIVE, Service
from service_catalogue.text import TextIndex

_KEPT = 4
_snapshots: OrderedDict[tuple[str, int], Snapshot] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Entry:
    """What search and cards need of one live service. Unverified phone numbers are left behind on purpose."""

    id: str
    name: str
    organisation: str
    summary: str
    eligibility: str
    email: str
    url: str
    phone: str | None
    text_number: str | None
    opening_hours: str
    cost: str
    referral_route: str
    audience: str
    minimum_age: int | None
    maximum_age: int | None
    verified: bool
    codes: tuple[str, ...]  # the main one first
    areas: frozenset[str]
    area_names: tuple[str, ...]
    groups: frozenset[str]  # the groups of people it is for; none for most


@dataclass(frozen=True)
class Snapshot:
    """All live services, with look-ups by need code and by words."""

    entries: tuple[Entry, ...]
    by_code: dict[str, list[Entry]] = field(default_factory=dict)
    by_id: dict[str, Entry] = field(default_factory=dict)
    text: TextIndex = field(default_factory=TextIndex)

    @staticmethod
    def of(entries: Iterable[Entry]) -> Snapshot:
        snapshot = Snapshot(tuple(entries))
        for entry in snapshot.entries:
            snapshot.by_id[entry.id] = entry
            snapshot.text.add(entry.id, entry.name, entry.organisation, entry.summary)
            for code in entry.codes:
                snapshot.by_code.setdefault(code, []).append(entry)
        return snapshot


def snapshot_of(session: Session, local: LocalCatalogueData) -> Snapshot:
    """The catalogue as this session sees it: one small query when it has not changed, else one reading of all of it."""
    key = (version.current(session), id(local))  # local data are read once and kept
    with _lock:
        if key in _snapshots:
            _snapshots.move_to_end(key)
            return _snapshots[key]
    snapshot = Snapshot.of(_read(session, local.groups))
    with _lock:
        _snapshots[key] = snapshot
        while len(_snapshots) > _KEPT:
            _snapshots.popitem(last=False)
    return snapshot


def _read(session: Session, groups: Iterable[Group]) -> list[Entry]:
    services = session.scalars(
        select(Service)
        .where(Service.state == LIVE, Service.status == "active")
        .order_by(Service.id)
        .options(
            joinedload(Service.organization),
            selectinload(Service.phones),
            selectinload(Service.areas),
            selectinload(Service.needs),
        )
    )
    return [_entry(service, groups) for service in services]


def _entry(service: Service, groups: Iterable[Group]) -> Entry:
    def number(kind: str) -> str | None:
        return next((phone.number for phone in service.phones if phone.verified and phone.kind == kind), None)

    codes = tuple(need.code for need in service.needs)
    return Entry(
        id=service.id,
        name=service.name,
        organisation=service.organization.name,
        summary=service.summary,
        eligibility=service.eligibility_text,
        email=service.email,
        url=service.url,
        phone=number("voice"),
        text_number=number("text"),
        opening_hours=service.opening_hours,
        cost=service.cost,
        referral_route=service.referral_route,
        audience=service.audience,
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        verified=service.verified,
        codes=codes,
        areas=frozenset(area.name for area in service.areas),
        area_names=tuple(area.name for area in service.areas),
        groups=groups_of(service.name, service.eligibility_text, codes, groups),
    )
