"""When what residents said about services, what they looked for in vain, and old imports are deleted. Services themselves are public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from common.clock import LONDON
from common.purging import Step, delete_some
from common.retention_limits import Retention
from service_catalogue.care_model import SearchMiss, ServiceReport, ServiceShown
from service_catalogue.feed_model import ImportRun, RawRecord

_PUBLIC = "never: public facts of services, kept right by imports and staff"
RULES: Mapping[str, str] = {
    "catalogue_service_report": "`service_report` after it was settled; never settled: `open_service_report`",
    "catalogue_search_miss": "`unmet_needs`: counts by day, need and district, which name nobody",
    "catalogue_service_shown": "`unmet_needs`: counts by service and month, which name nobody",
    "catalogue_raw_record": "`imports` after no import met it any more; public facts",
    "catalogue_import_run": "`imports`, but the newest of each source stays",
    "catalogue_import_issue": "with its import",
    "catalogue_duplicate": "with its services",
    "catalogue_correction": "with its service",
    **{
        f"catalogue_{name}": _PUBLIC
        for name in (
            "version", "source", "organization", "service", "phone", "schedule", "service_area", "location",
            "service_term", "cost_option", "language", "service_need",
        )
    },
}  # fmt: skip


def reports(session: Session, limits: Retention, now: datetime) -> int:
    settled = ServiceReport.settled_at < now - limits.service_report
    forgotten = ServiceReport.reported_at < now - limits.open_service_report
    return delete_some(session, ServiceReport, or_(settled, forgotten & ServiceReport.settled_at.is_(None)))


def misses(session: Session, limits: Retention, now: datetime) -> int:
    return delete_some(session, SearchMiss, SearchMiss.day < (now - limits.unmet_needs).astimezone(LONDON).date())


def showings(session: Session, limits: Retention, now: datetime) -> int:
    return delete_some(session, ServiceShown, ServiceShown.month < (now - limits.unmet_needs).astimezone(LONDON).date())


def raw_records(session: Session, limits: Retention, now: datetime) -> int:
    return delete_some(session, RawRecord, RawRecord.missed_since < now - limits.imports)


def runs(session: Session, limits: Retention, now: datetime) -> int:
    newer = ImportRun.__table__.alias()
    replaced = select(newer.c.id).where(
        newer.c.source_id == ImportRun.source_id, newer.c.started_at > ImportRun.started_at
    )
    return delete_some(session, ImportRun, ImportRun.started_at < now - limits.imports, replaced.exists())


STEPS: Mapping[str, Step] = {
    "reports about services": reports,
    "unmet needs": misses,
    "services shown": showings,
    "raw records": raw_records,
    "imports": runs,
}
