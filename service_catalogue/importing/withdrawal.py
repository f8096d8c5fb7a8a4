"""Services that a feed no longer has: withdrawn late, never by an incomplete reading, never in large numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service_catalogue.feed_model import RawRecord
from service_catalogue.feeds.items import Note
from service_catalogue.model import LIVE, QUARANTINED, WITHDRAWN, Service

_RUNS, _DAYS = 2, timedelta(days=14)
_MOST = 0.2
_CHUNK = 500


def withdraw_missing(
    session: Session, source_id: str, run_id: str, now: datetime, *, complete: bool, allow_removals: bool
) -> tuple[int, list[Note]]:
    """How many were withdrawn, and what there is to say. Only a complete reading counts a record as missing; a service goes when
    two complete readings in a row lack it, or when it was first missed 14 days ago and has not come again since. When more
    than a fifth of the source's services is missing nothing goes, unless a person allows it."""
    missing = (RawRecord.source_id == source_id, RawRecord.kind == "service", RawRecord.seen_run != run_id)
    here = (Service.source_id == source_id, Service.state.in_((LIVE, QUARANTINED)))
    gone = (
        select(Service.external_id)
        .join(RawRecord, (RawRecord.source_id == Service.source_id) & (RawRecord.external_id == Service.external_id))
        .where(*missing, *here)
    )
    total = session.scalar(select(func.count()).select_from(Service).where(*here)) or 0
    absent = session.scalar(select(func.count()).select_from(gone.subquery())) or 0
    if complete and absent > _MOST * total and not allow_removals:
        return 0, [Note("too_many_missing", f"{absent} of {total} services are no longer in the feed")]
    if complete:
        session.execute(
            update(RawRecord)
            .where(*missing)
            .values(missed_runs=RawRecord.missed_runs + 1, missed_since=func.coalesce(RawRecord.missed_since, now))
        )
    due = list(session.scalars(gone.where((RawRecord.missed_runs >= _RUNS) | (RawRecord.missed_since <= now - _DAYS))))
    if len(due) > _MOST * total and not allow_removals:
        return 0, [Note("too_many_missing", f"{len(due)} of {total} services are no longer in the feed")]
    for start in range(0, len(due), _CHUNK):
        session.execute(
            update(Service)
            .where(Service.source_id == source_id, Service.external_id.in_(due[start : start + _CHUNK]))
            .values(state=WITHDRAWN, withdrawn_at=now, changed_at=now)
        )
    return len(due), []
