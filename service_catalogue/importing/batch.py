"""One batch of a run in one transaction: what is new, what changed, what did not, and what is kept back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from service_catalogue.feeds.normalise import Facts
from service_catalogue.identity import record_id
from service_catalogue.importing.organizations import Organizations
from service_catalogue.importing.prepared import Prepared
from service_catalogue.importing.raw import keep_issues, keep_raw, knew_more, raw_records
from service_catalogue.importing.report import ImportReport
from service_catalogue.importing.rows import CHILDREN, fill
from service_catalogue.model import LIVE, QUARANTINED, WITHDRAWN, Service


class Batch:
    """Writes prepared records, one call of `write` in one transaction."""

    def __init__(self, source_id: str, run_id: str, now: datetime) -> None:
        self._source, self._run, self._now = source_id, run_id, now
        self.touched: list[str] = []  # ids of services that are new or changed

    def write(self, session: Session, batch: Sequence[Prepared], report: ImportReport) -> None:
        """Adds to the counts of `report`; when the transaction fails they must be taken back."""
        stored = self._stored(session, [one.staged.external_id for one in batch])
        raws = raw_records(session, self._source, batch)
        outcomes = [(one, _outcome(one, stored.get(one.staged.external_id), raws)) for one in batch]
        writing = [one for one, what in outcomes if what != "unchanged"]
        services = self._emptied(
            session, [stored[one.staged.external_id].id for one, what in outcomes if what == "changed"]
        )
        with session.no_autoflush:
            organizations = Organizations(session, self._source, [one.facts for one in writing if one.facts])
            services |= self._added(session, [one for one, what in outcomes if what == "new"])
            for one, what in outcomes:
                self._count(one, what, report)
                if what != "unchanged" and one.facts is not None:
                    self._write(services[one.staged.external_id], one, one.facts, organizations)
            session.add_all(services.values())
            session.flush()
        keep_raw(session, self._source, self._run, self._now, batch, raws)
        keep_issues(session, self._run, batch, report)

    def _stored(self, session: Session, ids: Sequence[str]) -> dict[str, Any]:
        wanted = select(Service.id, Service.external_id, Service.content_hash, Service.state)
        rows = session.execute(wanted.where(Service.source_id == self._source, Service.external_id.in_(ids)))
        return {row.external_id: row for row in rows}

    def _emptied(self, session: Session, ids: Sequence[str]) -> dict[str, Service]:
        """The services that change, without their children: old rows must be gone before rows with the same ids come in."""
        children = [selectinload(getattr(Service, name)) for name in CHILDREN]
        services = list(session.scalars(select(Service).where(Service.id.in_(ids)).options(*children)))
        for service in services:
            for name in CHILDREN:
                getattr(service, name).clear()
        session.flush()
        return {service.external_id: service for service in services}

    def _added(self, session: Session, new: Sequence[Prepared]) -> dict[str, Service]:
        wanted = {one.staged.external_id: record_id(self._source, "service", one.staged.external_id) for one in new}
        taken = set(session.scalars(select(Service.id).where(Service.id.in_(wanted.values()))))
        services = {}
        for one in new:
            external = one.staged.external_id
            if wanted[external] in taken:  # another source publishes the same id; nothing is merged across sources
                wanted[external] = record_id(self._source, "service", f"ours:{external}")
                one.findings.add("id_of_another_source", "id")
            services[external] = Service(
                id=wanted[external], source_id=self._source, external_id=external, added_at=self._now
            )
        return services

    def _write(self, service: Service, one: Prepared, facts: Facts, organizations: Organizations) -> None:
        service.organization_id = organizations.of(facts).id
        service.source_text = f"feed {one.staged.items[0].url}"[:500]
        service.checked_on, service.content_hash, service.changed_at = None, one.hash, self._now
        service.state, service.withdrawn_at = (QUARANTINED if facts.quarantined else LIVE), None
        fill(service, facts, self._source)
        self.touched.append(service.id)

    def _count(self, one: Prepared, what: str, report: ImportReport) -> None:
        report.seen += 1
        report.merged += len(one.staged.items) - 1
        kept_back = one.facts is None or one.facts.quarantined
        name = "quarantined" if kept_back else what
        setattr(report, name, getattr(report, name) + 1)
        if one.facts is not None:
            report.count_facts(one.facts, self._now.date())


def _outcome(one: Prepared, row: Any, raws: Mapping[tuple[str, str], Any]) -> str:
    if one.facts is None:
        return "unchanged"
    if row is None:
        return "new"
    if knew_more(one, raws):
        return "unchanged"
    raw = raws.get(("service", one.staged.external_id))
    # What a person withdrew stays withdrawn; what we withdrew because the feed lacked it comes back with the feed.
    came_back = row.state == WITHDRAWN and raw is not None and raw.missed_since is not None
    return "unchanged" if row.content_hash == one.hash and not came_back else "changed"
