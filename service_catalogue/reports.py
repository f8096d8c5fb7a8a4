"""What residents report about a service ("that number is dead"), until a person of the council has looked at it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service_catalogue import version
from service_catalogue.care_model import Correction, ServiceReport
from service_catalogue.model import Service

NUMBER = "number"
KINDS = (NUMBER, "closed", "address", "other")
FIXED, NOTHING_WRONG, SERVICE_CLOSED = "fixed", "nothing wrong", "service closed"
OUTCOMES = (FIXED, NOTHING_WRONG, SERVICE_CLOSED)
_LONGEST_WORDS, _LONGEST_ID = 2000, 64


def report(
    session: Session, service_id: str, kind: str, words: str, *, channel: str, message_id: str, now: datetime
) -> bool:
    """Keep what a resident said is wrong; their words are encrypted. False when this message was reported before.

    `kind` is one of KINDS. Raises ValueError for another kind, LookupError for a service that is not there.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of report {kind!r}")
    if session.get(Service, service_id) is None:
        raise LookupError("there is no such service")
    row = ServiceReport(
        service_id=service_id,
        kind=kind,
        words=words[:_LONGEST_WORDS],
        channel=channel[:10],
        message_id=_short(message_id),
        reported_at=now,
    )
    if session.scalar(select(ServiceReport.id).where(ServiceReport.message_id == row.message_id)):
        return False
    doubted = numbers_in_doubt(session)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # the same message, taken in at the same moment by another process
        return False
    _say_if_changed(session, doubted)
    return True


def open_reports(session: Session, service_id: str | None = None) -> list[ServiceReport]:
    """What nobody has settled yet, oldest first; of one service, or of all."""
    rows = select(ServiceReport).where(ServiceReport.settled_at.is_(None))
    if service_id is not None:
        rows = rows.where(ServiceReport.service_id == service_id)
    return list(session.scalars(rows.order_by(ServiceReport.reported_at, ServiceReport.id)))


def count_open(session: Session) -> int:
    waiting = select(func.count()).select_from(ServiceReport).where(ServiceReport.settled_at.is_(None))
    return session.scalar(waiting) or 0


def settle(session: Session, report_id: int, outcome: str, *, by: str, now: datetime) -> bool:
    """Close a report; the resident's words are deleted with it. False when it is closed already or not there.

    Raises ValueError for an outcome that is not one of OUTCOMES.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"unknown outcome {outcome!r}")
    row = session.get(ServiceReport, report_id, with_for_update=True)
    if row is None or row.settled_at is not None:
        return False
    doubted = numbers_in_doubt(session)
    row.settled_at, row.settled_by, row.outcome, row.words = now, by, outcome, ""
    session.flush()
    _say_if_changed(session, doubted)
    return True


def numbers_in_doubt(session: Session) -> set[str]:
    """Services whose number somebody says may not work, and nobody has looked at it since. A number that was corrected
    after the report is another number."""
    corrected = (
        select(Correction.id)
        .where(
            Correction.service_id == ServiceReport.service_id,
            Correction.field == "phone",
            Correction.made_at >= ServiceReport.reported_at,
        )
        .exists()
    )
    return set(
        session.scalars(
            select(ServiceReport.service_id).where(
                ServiceReport.settled_at.is_(None), ServiceReport.kind == NUMBER, ~corrected
            )
        )
    )


def _say_if_changed(session: Session, before: set[str]) -> None:
    """A report is no part of the catalogue, but what a card says about its number is."""
    if numbers_in_doubt(session) != before:
        version.renew(session)


def _short(message_id: str) -> str:
    return message_id if len(message_id) <= _LONGEST_ID else hashlib.sha256(message_id.encode()).hexdigest()
