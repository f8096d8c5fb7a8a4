"""Corrections by the council: a value set by hand holds over whatever a file or a feed says, until it is withdrawn.

The record itself is never touched, so every load and import can go on rewriting it; readers look at it through
`as_corrected`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue.care_model import Correction
from service_catalogue.checking import checked_days
from service_catalogue.corrected_service import CorrectedService
from service_catalogue.correction_fields import FIELDS, LONGEST_REASON, CorrectionError, clean, one_line
from service_catalogue.model import Service

__all__ = ["FIELDS", "CorrectionError", "as_corrected", "correct", "corrected", "corrections_of", "withdraw_correction"]

_FEW = 100  # services asked for by their ids; for more it is cheaper to read all corrections


def corrected(session: Session, services: Iterable[Service]) -> dict[str, dict[str, Any]]:
    """{service id: {field: value}} of the services that have corrections; fields are those of `FIELDS`, values text."""
    found: dict[str, dict[str, Any]] = {}
    for one in _rows(session, [service.id for service in services]):
        found.setdefault(one.service_id, {})[one.field] = one.value
    return found


def as_corrected(session: Session, services: Iterable[Service]) -> list[Service]:
    """The services in the same order, each as a reader should see it. Those with corrections are read-only views: the
    phone counts as verified and the day it was corrected as the day of the check, schedules follow corrected hours,
    ages follow a corrected "who it is for". One that staff checked counts as verified, its numbers too. Nothing of a view is ever written back."""
    services = list(services)
    values: dict[str, dict[str, str]] = {}
    rung: dict[str, datetime] = {}
    for one in _rows(session, [service.id for service in services]):
        values.setdefault(one.service_id, {})[one.field] = one.value
        if one.field == "phone":
            rung[one.service_id] = one.made_at
    checked = checked_days(session, services)
    return [
        cast(
            Service,
            CorrectedService(service, values.get(service.id, {}), _day(rung.get(service.id)), checked.get(service.id)),
        )
        if service.id in values or service.id in checked
        else service
        for service in services
    ]


def corrections_of(session: Session, service_id: str) -> dict[str, Correction]:
    """The corrections that hold for one service, by field."""
    return {one.field: one for one in _rows(session, [service_id])}


def correct(
    session: Session, service_id: str, field: str, value: str, *, by: str, reason: str, now: datetime
) -> Correction:
    """Set a field by hand. What comes back holds the tidied value. `by`: the account of who did it.

    Raises CorrectionError with words for staff: no such service or field, a value the field cannot hold.
    """
    value = clean(field, value)
    service = _service(session, service_id)
    row = session.scalar(select(Correction).where(Correction.service_id == service_id, Correction.field == field))
    if row is None:
        row = Correction(service_id=service_id, field=field)
        session.add(row)
    row.value, row.made_by, row.made_at, row.reason = value, by, now, one_line(reason, LONGEST_REASON)
    service.changed_at = now  # what we publish has changed
    session.flush()
    return row


def withdraw_correction(session: Session, service_id: str, field: str, *, now: datetime) -> bool:
    """From now on the file's or feed's own value holds again. False when there was no correction."""
    row = session.scalar(select(Correction).where(Correction.service_id == service_id, Correction.field == field))
    if row is None or field not in FIELDS:
        return False
    session.delete(row)
    _service(session, service_id).changed_at = now
    session.flush()
    return True


def _service(session: Session, service_id: str) -> Service:
    """Locked where the database can, so that two people who correct the same field at once do so one after the other."""
    service = session.get(Service, service_id, with_for_update=True)
    if service is None:
        raise CorrectionError("This service is no longer in the catalogue.")
    return service


def _rows(session: Session, ids: Sequence[str]) -> list[Correction]:
    rows = select(Correction).where(Correction.field.in_(FIELDS)).order_by(Correction.id)
    if len(ids) <= _FEW:
        return list(session.scalars(rows.where(Correction.service_id.in_(ids))))
    wanted = set(ids)
    return [one for one in session.scalars(rows) if one.service_id in wanted]


def _day(at: datetime | None) -> Any:
    return at.astimezone(LONDON).date() if at else None
