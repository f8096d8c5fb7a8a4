"""Loading the starter file into the catalogue: the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from service_catalogue.eligibility import read_eligibility
from service_catalogue.identity import child_id, content_hash, record_id, slug
from service_catalogue.local import local_data
from service_catalogue.model import (
    LIVE,
    WITHDRAWN,
    CostOption,
    Language,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceNeed,
    Source,
)
from service_catalogue.starter_file import StarterRow, read_starter
from service_catalogue.weekly import weekly_openings

STARTER = "starter"
_SHAPE = 1  # raise when the way a row becomes a record changes, so that every record is made anew


@dataclass(frozen=True)
class LoadReport:
    """How many services of the file were seen, and what became of them. `withdrawn`: live before, gone from the file now."""

    seen: int
    new: int
    changed: int
    unchanged: int
    withdrawn: int


def load_starter(session: Session, csv_path: Path, now: datetime) -> LoadReport:
    """Bring the catalogue in line with the starter file, inside the caller's transaction.

    `now` (aware) becomes the time of every change. Rows marked `no` count as gone. Raises LocalDataError, naming rows
    and columns, before anything is written.
    """
    rows = read_starter(csv_path, local_data().needs)
    now = now.astimezone(timezone.utc)
    source = _source(session)
    organizations = _organizations(session, source, rows)
    children = (Service.phones, Service.schedules, Service.areas, Service.costs, Service.languages, Service.needs)
    known = {
        service.external_id: service
        for service in session.scalars(
            select(Service).where(Service.source_id == source.id).options(*(selectinload(child) for child in children))
        )
    }
    new = changed = withdrawn = 0
    for row in rows:
        service = known.pop(row.id, None)
        hashed = content_hash({"shape": _SHAPE, **asdict(row), "checked_on": str(row.checked_on or "")})
        if service is None:
            service = Service(
                id=record_id(STARTER, "service", row.id), source_id=source.id, external_id=row.id, added_at=now
            )
            session.add(service)
            new += 1
        elif service.content_hash == hashed and service.state != WITHDRAWN:
            continue
        else:
            changed += 1
            _clear_children(session, service)
        _fill(service, row, organizations[slug(row.organisation)], now)
        service.content_hash = hashed
    for service in known.values():
        if service.state != WITHDRAWN:
            service.state, service.withdrawn_at, service.changed_at = WITHDRAWN, now, now
            withdrawn += 1
    session.flush()
    return LoadReport(len(rows), new, changed, len(rows) - new - changed, withdrawn)


def _source(session: Session) -> Source:
    source = session.scalar(select(Source).where(Source.name == STARTER))
    if source is None:
        source = Source(id=record_id(STARTER, "source", STARTER), name=STARTER, dialect="csv")
        session.add(source)
        session.flush()
    return source


def _organizations(session: Session, source: Source, rows: Sequence[StarterRow]) -> dict[str, Organization]:
    known = {
        organization.external_id: organization
        for organization in session.scalars(select(Organization).where(Organization.source_id == source.id))
    }
    for row in rows:
        key = slug(row.organisation)
        if key not in known:
            known[key] = Organization(
                id=record_id(STARTER, "organization", key), source_id=source.id, external_id=key, name=row.organisation
            )
            session.add(known[key])
        elif known[key].name != row.organisation:
            known[key].name = row.organisation
    return known


def _clear_children(session: Session, service: Service) -> None:
    for part in (service.phones, service.schedules, service.areas, service.costs, service.languages, service.needs):
        part.clear()
    session.flush()  # the old rows must be gone before rows with the same ids come in


def _fill(service: Service, row: StarterRow, organization: Organization, now: datetime) -> None:
    who = read_eligibility(row.eligibility)
    service.organization = organization
    service.name, service.summary, service.url, service.email = row.name, row.summary, row.url, row.email
    service.eligibility_text = row.eligibility
    service.minimum_age, service.maximum_age, service.audience = who.minimum_age, who.maximum_age, who.audience
    service.referral_route, service.cost, service.opening_hours = row.referral_route, row.cost, row.opening_hours
    service.source_text, service.verified, service.checked_on = row.source, row.verified, row.checked_on
    if service.state in (None, WITHDRAWN):
        service.state = LIVE
    service.withdrawn_at, service.changed_at = None, now

    def new_id(kind: str, content: str) -> str:
        return child_id(service.id, kind, content)

    if row.phone:
        kind = row.phone_kind or "voice"
        service.phones = [Phone(id=new_id("phone", row.phone), number=row.phone, kind=kind, verified=row.verified)]
    service.schedules = [
        Schedule(
            id=new_id("schedule", f"{opening.byday} {opening.opens_at}-{opening.closes_at}"),
            byday=opening.byday,
            opens_at=opening.opens_at,
            closes_at=opening.closes_at,
            position=position,
        )
        for position, opening in enumerate(weekly_openings(row.opening_hours))
    ]
    service.areas = [
        ServiceArea(id=new_id("area", area), name=area, position=position) for position, area in enumerate(row.areas)
    ]
    if row.cost != "unknown":
        amount = Decimal(0) if row.cost == "free" else None
        service.costs = [CostOption(id=new_id("cost", row.cost), option=row.cost, amount=amount)]
    # The file lists interpreters among the languages; Open Referral keeps them apart.
    service.interpretation = "; ".join(name for name in row.languages if "interpreter" in name.casefold())
    service.languages = [
        Language(id=new_id("language", name), name=name, position=position)
        for position, name in enumerate(row.languages)
        if "interpreter" not in name.casefold()
    ]
    service.needs = [
        ServiceNeed(id=new_id("need", code), code=code, position=position) for position, code in enumerate(row.needs)
    ]
