"""Loading the catalogue's spreadsheet: the same rows twice change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from service_catalogue.identity import record_id, slug
from service_catalogue.local import local_data
from service_catalogue.model import LIVE, WITHDRAWN, Organization, Service, Source
from service_catalogue.starter_file import StarterRow, read_starter
from service_catalogue.starter_history import Kept
from service_catalogue.starter_record import STARTER, STARTER_ID, clear_children, fill, hash_of

_PARTS = (
    Service.phones,
    Service.schedules,
    Service.areas,
    Service.costs,
    Service.languages,
    Service.locations,
    Service.needs,
)


@dataclass(frozen=True)
class LoadReport:
    """How many services of the file were seen, and what became of them. `withdrawn`: live before, gone from the file now."""

    seen: int
    new: int
    changed: int
    unchanged: int
    withdrawn: int


def load_starter(session: Session, csv_path: Path, now: datetime) -> LoadReport:
    """Bring the catalogue in line with what has changed in the shipped file since it was last read, inside the caller's
    transaction. A row that is as it was then leaves its service as it is, whoever has changed that since.

    `now` (aware) becomes the time of every change. Rows marked `no` count as gone. Raises LocalDataError, naming rows
    and columns, before anything is written.
    """
    shipped = read_starter(csv_path, local_data().needs)
    now = now.astimezone(timezone.utc)
    _starter_source(session)
    before = Kept.shipped(session)
    rows = Kept.in_force(session).rows()
    for id in before.rows().keys() - {row.id for row in shipped}:
        rows.pop(id, None)
    rows.update((row.id, row) for row in shipped if not before.same(row))
    before.keep(shipped, now)
    report = bring_in_line(session, rows.values(), now)
    return LoadReport(
        len(shipped), report.new, report.changed, len(shipped) - report.new - report.changed, report.withdrawn
    )


def bring_in_line(session: Session, rows: Iterable[StarterRow], now: datetime) -> LoadReport:
    """Make the services of the spreadsheet those of `rows`, all of them. A service that staff set aside (quarantined, or
    withdrawn while its row stood) stays aside; one whose row was gone and is back comes back as itself."""
    rows = list(rows)
    source = _starter_source(session)
    in_force = Kept.in_force(session)
    organizations = _organizations(session, source, rows)
    known = {
        service.external_id: service
        for service in session.scalars(
            select(Service).where(Service.source_id == source.id).options(*(selectinload(part) for part in _PARTS))
        )
    }
    new = changed = withdrawn = 0
    for row in rows:
        service = known.pop(row.id, None)
        if service is None:
            service = Service(
                id=record_id(STARTER, "service", row.id),
                source_id=source.id,
                external_id=row.id,
                added_at=now,
                state=LIVE,
            )
            session.add(service)
            new += 1
        else:
            back = service.state == WITHDRAWN and row.id not in in_force
            if service.content_hash == hash_of(row) and not back:
                continue
            if back:
                service.state, service.withdrawn_at = LIVE, None
            changed += 1
            clear_children(session, service)
        fill(service, row, organizations[slug(row.organisation)], now)
    for service in known.values():
        if service.state != WITHDRAWN:
            service.state, service.withdrawn_at, service.changed_at = WITHDRAWN, now, now
            withdrawn += 1
    in_force.keep(rows, now)
    session.flush()
    return LoadReport(len(rows), new, changed, len(rows) - new - changed, withdrawn)


def _starter_source(session: Session) -> Source:
    """The source that the services of the spreadsheet belong to; made when it is not there yet."""
    source = session.scalar(select(Source).where(Source.name == STARTER))
    if source is None:
        source = Source(id=STARTER_ID, name=STARTER, dialect="csv")
        session.add(source)
        session.flush()
    return source


def _organizations(session: Session, source: Source, rows: Sequence[StarterRow]) -> dict[str, Organization]:
    known = {
        organization.external_id: organization
        for organization in session.scalars(select(Organization).where(Organization.source_id == source.id))
    }
    # Spelt in two ways, the first row says how it is written: otherwise every load would change it back and forth.
    for key, name in {slug(row.organisation): row.organisation for row in reversed(rows)}.items():
        if key not in known:
            known[key] = Organization(
                id=record_id(STARTER, "organization", key), source_id=source.id, external_id=key, name=name
            )
            session.add(known[key])
        elif known[key].name != name:
            known[key].name = name
    return known
