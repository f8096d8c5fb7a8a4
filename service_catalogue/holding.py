"""Whether a service is shown at all, when staff decide: what they hold back or bring back stays so through every import."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from service_catalogue.care_model import Correction
from service_catalogue.correction_fields import LONGEST_REASON, CorrectionError, one_line
from service_catalogue.model import LIVE, Service

HELD_BACK, BROUGHT_BACK = "held_back", "brought_back"  # kept beside the corrections, under these names


def shown() -> ColumnElement[bool]:
    """For a query of services: live and not held back, or brought back by staff."""
    held, brought = (
        select(Correction.service_id).where(Correction.field == decision) for decision in (HELD_BACK, BROUGHT_BACK)
    )
    return and_(or_(Service.state == LIVE, Service.id.in_(brought)), Service.id.not_in(held))


def hold_back(session: Session, service_id: str, *, by: str, reason: str, now: datetime) -> None:
    """Show it to nobody any more. Raises CorrectionError for a service that is not there."""
    _decide(session, service_id, HELD_BACK, by, reason, now)


def bring_back(session: Session, service_id: str, *, by: str, reason: str, now: datetime) -> None:
    """Show it again, also when its source no longer has it or an import set it aside. Raises CorrectionError likewise."""
    service = _decide(session, service_id, BROUGHT_BACK, by, reason, now)
    if service.state == LIVE:
        _forget(session, service_id)  # nothing holds it back, so there is nothing to keep


def decision_on(session: Session, service_id: str) -> Correction | None:
    """What staff decided about showing this service: a row whose `field` is HELD_BACK or BROUGHT_BACK."""
    return session.scalar(
        select(Correction).where(Correction.service_id == service_id, Correction.field.in_((HELD_BACK, BROUGHT_BACK)))
    )


def _decide(session: Session, service_id: str, decision: str, by: str, reason: str, now: datetime) -> Service:
    service = session.get(Service, service_id, with_for_update=True)
    if service is None:
        raise CorrectionError("This service is no longer in the catalogue.")
    _forget(session, service_id)
    reason = one_line(reason, LONGEST_REASON)
    session.add(Correction(service_id=service_id, field=decision, value=True, made_by=by, made_at=now, reason=reason))
    service.changed_at = now
    session.flush()
    return service


def _forget(session: Session, service_id: str) -> None:
    session.execute(
        delete(Correction).where(Correction.service_id == service_id, Correction.field.in_((HELD_BACK, BROUGHT_BACK)))
    )
