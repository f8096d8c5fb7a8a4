"""What the imports found wrong with records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_catalogue.feed_model import ImportIssue, ImportRun
from service_catalogue.model import QUARANTINED, Service

_MOST = 100


@dataclass(frozen=True)
class Issue:
    """One problem of one record, as the run at `at` found it. `code` is short, like "no_name"."""

    severity: str
    code: str
    path: str
    excerpt: str
    at: datetime

    @property
    def words(self) -> str:
        """The code as staff read it: "no_name" -> "No name"."""
        return self.code.replace("_", " ").replace("-", " ").strip().capitalize()


def issues_of(session: Session, service: Service) -> tuple[Issue, ...]:
    """What was wrong with this service's record the last time that an import had anything to say about it."""
    return _newest(session, [service]).get(service.id, ())


def reasons_set_aside(session: Session, services: Sequence[Service]) -> dict[str, tuple[Issue, ...]]:
    """By service id, of those that are quarantined: the errors of the last run that named any."""
    aside = [service for service in services if service.state == QUARANTINED]
    found = _newest(session, aside) if aside else {}
    return {id: tuple(one for one in issues if one.severity == "error") for id, issues in found.items()}


def _newest(session: Session, services: Sequence[Service]) -> dict[str, tuple[Issue, ...]]:
    by_record = {(service.source_id, service.external_id): service.id for service in services}
    rows = session.execute(
        select(ImportIssue, ImportRun.source_id, ImportRun.started_at)
        .join(ImportRun, ImportRun.id == ImportIssue.run_id)
        .where(
            ImportRun.source_id.in_({source for source, _ in by_record}),
            ImportIssue.external_id.in_({record for _, record in by_record}),
        )
        .order_by(ImportRun.started_at.desc(), ImportIssue.id)
    )
    newest: dict[str, datetime] = {}
    found: dict[str, list[Issue]] = {}
    for issue, source, at in rows:
        id = by_record.get((source, issue.external_id))
        if id is not None and newest.setdefault(id, at) == at and len(found.setdefault(id, [])) < _MOST:
            found[id].append(Issue(issue.severity, issue.code, issue.path, issue.excerpt, at))
    return {id: tuple(issues) for id, issues in found.items()}
