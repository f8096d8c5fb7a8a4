"""Reading from the database what goes out: services as corrected, with the time of their last change, and the terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, selectinload

from service_catalogue.care_model import Correction
from service_catalogue.corrections import as_corrected
from service_catalogue.model import Service, ServiceNeed, ServiceTerm
from service_catalogue.publishing.kept import Kept
from service_catalogue.publishing.record import Json, moment
from service_catalogue.publishing.selection import may_go_out
from service_catalogue.publishing.termbook import Termbook
from service_catalogue.publishing.terms import NEEDS

# Which child rows to read along. Phones always: a number in a text may go out only where it is a confirmed one.
Parts = tuple[InstrumentedAttribute[Any], ...]
PHONES: Parts = (Service.phones,)
PLACES: Parts = (Service.phones, Service.locations)
ALL: Parts = (
    *PLACES,
    Service.schedules,
    Service.areas,
    Service.costs,
    Service.languages,
    Service.terms,
    Service.needs,
)


class Dated(NamedTuple):
    """A service as readers see it, and when it last changed."""

    service: Service
    modified: datetime


def read(session: Session, ids: Sequence[str], parts: Parts) -> list[Dated]:
    """The services with these ids that go out, in this order, each as the council corrected it."""
    rows = select(Service).join(Service.source).join(Service.organization).where(Service.id.in_(ids), may_go_out())
    joined = (contains_eager(Service.source), contains_eager(Service.organization))
    found = {
        service.id: service
        for service in session.scalars(rows.options(*joined, *(selectinload(part) for part in parts)))
    }
    corrected_at = _corrected_at(session, ids)
    return [
        Dated(shown, _changed(shown.source_changed_at, shown.changed_at, corrected_at.get(shown.id)))
        for shown in as_corrected(session, [found[id] for id in ids if id in found])
    ]


def times(session: Session, ids: Sequence[str]) -> list[Json]:
    """Id and time of the last change only, of services of which there may be very many."""
    columns = select(Service.id, Service.source_changed_at, Service.changed_at)
    known = {id: (there, here) for id, there, here in session.execute(columns.where(Service.id.in_(ids)))}
    corrected_at = _corrected_at(session, ids)
    return [
        {"id": id, "modified_date": moment(_changed(*known[id], corrected_at.get(id)))} for id in ids if id in known
    ]


def _changed(at_publisher: datetime | None, here: datetime, corrected: datetime | None) -> datetime:
    """As the publisher says, where it says so; a correction is a change too."""
    changed = at_publisher or here
    return max(changed, corrected) if corrected else changed


def _corrected_at(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    newest = select(Correction.service_id, func.max(Correction.made_at)).group_by(Correction.service_id)
    return {row[0]: row[1] for row in session.execute(newest.where(Correction.service_id.in_(ids)))}


class Terms:
    """The terms of the catalogue. `codes`: the needs there are terms for anyway."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = frozenset(codes)
        self._kept: Kept[Termbook] = Kept(1)

    def book(self, session: Session) -> Termbook:
        return self._kept.get(session, None, lambda: self._read(session))

    def _read(self, session: Session) -> Termbook:
        codes = select(ServiceNeed.code).join(Service, ServiceNeed.service_id == Service.id).join(Service.source)
        found = set(session.scalars(codes.where(may_go_out()).distinct()))
        columns = (ServiceTerm.taxonomy, ServiceTerm.name, ServiceTerm.code, ServiceTerm.uri)
        labels = select(*columns).join(Service, ServiceTerm.service_id == Service.id).join(Service.source)
        rows = session.execute(labels.where(may_go_out()).distinct())
        return Termbook.of(self._codes | found, [row for row in rows if row[0] != NEEDS])
