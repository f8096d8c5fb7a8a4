"""A person of the council checked a service: what it says is right, as of that day.

Kept beside the corrections, so that it outlives every load and import; it holds for exactly the record that was checked. When
the source says something else afterwards, the check no longer counts, and the service waits to be checked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue.care_model import Correction, ServiceReport
from service_catalogue.correction_fields import CorrectionError
from service_catalogue.model import Service

CHECKED = (
    "checked"  # kept among the corrections under this name; the value is the fingerprint of the record that was checked
)
_FEW = 100


def check(session: Session, service_id: str, *, by: str, now: datetime) -> None:
    """From now on it counts as checked today by `by`, its numbers as verified.

    Raises CorrectionError with words for staff: no such service, or residents reported something that is not settled yet.
    """
    service = session.get(Service, service_id, with_for_update=True)
    if service is None:
        raise CorrectionError("This service is no longer in the catalogue.")
    waiting = select(ServiceReport.id).where(ServiceReport.service_id == service_id, ServiceReport.settled_at.is_(None))
    if session.scalar(waiting.limit(1)):
        raise CorrectionError("Residents reported something about this service. Settle that first.")
    row = _row(session, service_id)
    if row is None:
        row = Correction(service_id=service_id, field=CHECKED)
        session.add(row)
    row.value, row.made_by, row.made_at, row.reason = service.content_hash, by, now, ""
    service.changed_at = now  # what we publish has changed
    session.flush()


def uncheck(session: Session, service_id: str, *, now: datetime) -> bool:
    """Take the check back, as when the wrong button was pressed. False when there was none."""
    row, service = _row(session, service_id), session.get(Service, service_id)
    if row is None or service is None:
        return False
    session.delete(row)
    service.changed_at = now
    session.flush()
    return True


def check_of(session: Session, service: Service) -> Correction | None:
    """The check that holds for the record as it is now: by whom and when; None when there is none."""
    row = _row(session, service.id)
    return row if row is not None and row.value == service.content_hash else None


def checked_days(session: Session, services: Sequence[Service]) -> dict[str, date]:
    """By service id: the day of the check, of those whose check holds for the record as it is now."""
    hashes = {service.id: service.content_hash for service in services}
    rows = select(Correction).where(Correction.field == CHECKED)
    if len(hashes) <= _FEW:  # for more it is cheaper to read all
        rows = rows.where(Correction.service_id.in_(list(hashes)))
    return {
        row.service_id: _day(row.made_at) for row in session.scalars(rows) if hashes.get(row.service_id) == row.value
    }


def checked_since(session: Session, day: date) -> list[str]:
    """Ids of the services that somebody checked on this day or later, and that are as they were then."""
    rows = select(Correction, Service.content_hash).join(Service).where(Correction.field == CHECKED)
    from_then = datetime.combine(day, datetime.min.time(), LONDON).astimezone(timezone.utc)
    found = session.execute(rows.where(Correction.made_at >= from_then))
    return [row.service_id for row, hash in found if row.value == hash]


def _row(session: Session, service_id: str) -> Correction | None:
    return session.scalar(select(Correction).where(Correction.service_id == service_id, Correction.field == CHECKED))


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()
