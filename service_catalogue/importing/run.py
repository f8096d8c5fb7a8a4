"""One import from beginning to end: read all of it, then bring the catalogue in line, batch by batch."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common.clock import LONDON
from common.database import Database
from common.settings import Settings
from service_catalogue.feed_model import ImportIssue, ImportRun
from service_catalogue.feeds.crawl import crawl
from service_catalogue.feeds.findings import Finding, Findings
from service_catalogue.feeds.items import Item, Note, Reading
from service_catalogue.feeds.limits import FeedError, Limits
from service_catalogue.feeds.normalise import Normaliser
from service_catalogue.feeds.reading import read_file
from service_catalogue.importing.batch import Batch
from service_catalogue.importing.duplicates import record_candidates
from service_catalogue.importing.prepared import Prepared, prepare
from service_catalogue.importing.raw import issue_row
from service_catalogue.importing.report import ImportReport
from service_catalogue.importing.sources import is_url, source_for
from service_catalogue.importing.stage import Stage
from service_catalogue.importing.withdrawal import withdraw_missing
from service_catalogue.model import Source

_BATCH = 200
_RUNS_WITH_ISSUES = 10
T = TypeVar("T")


def import_feed(
    db: Database,
    feed: str,
    *,
    settings: Settings,
    now: datetime,
    source_name: str | None = None,
    vouched_by: str | None = None,
    allow_removals: bool = False,
    limits: Limits | None = None,
) -> ImportReport:
    """Reads `feed` (a file, or the address of an Open Referral API) and brings the catalogue in line with it.

    `now` (aware) becomes the time of every change. `vouched_by`: the person of the council who vouches for the numbers of
    this source ("" takes it back, None leaves it). `allow_removals`: withdraw even when more than a fifth is missing.
    Blocks, also on the network: call it in a thread of its own, not on an event loop. A feed that cannot be read gives a
    report with `error` and changes nothing. Raises LocalDataError for broken local data, and what the database raises.
    """
    now, begun = now.astimezone(timezone.utc), time.monotonic()
    report, reading, limits = ImportReport(feed), Reading(feed), limits or Limits()
    with Stage() as stage:
        try:
            for item in _read(feed, reading, limits):
                stage.add(item)
        except FeedError as error:
            report.error = str(error)
            _remember_failure(db, feed, source_name, report, now)
            return report
        _Run(db, settings, now, report, reading, allow_removals).go(stage, source_name, vouched_by)
    report.seconds = round(time.monotonic() - begun, 2)
    return report


def _read(feed: str, reading: Reading, limits: Limits) -> Iterator[Item]:
    if is_url(feed):
        return crawl(feed, reading, limits)
    if "://" in feed:
        raise FeedError("only files and addresses that begin with http:// or https:// can be read")
    return read_file(Path(feed), reading, limits)


def _remember_failure(db: Database, feed: str, source_name: str | None, report: ImportReport, now: datetime) -> None:
    """A run that could not read its feed is kept where its source is known; the catalogue keeps the last good copy."""
    with db.transaction() as session:
        known = Source.name == source_name if source_name else Source.url == feed
        source_id = session.scalar(select(Source.id).where(known))
        if source_id:
            session.add(
                ImportRun(id=str(uuid.uuid4()), source_id=source_id, started_at=now, ended_at=now, error=report.error)
            )


class _Run:
    def __init__(
        self,
        db: Database,
        settings: Settings,
        now: datetime,
        report: ImportReport,
        reading: Reading,
        allow_removals: bool,
    ) -> None:
        self._db, self._settings, self._now = db, settings, now
        self._report, self._reading, self._allow_removals = report, reading, allow_removals

    def go(self, stage: Stage, source_name: str | None, vouched_by: str | None) -> None:
        report = self._report
        report.records, report.run = stage.count, str(uuid.uuid4())
        with self._db.transaction() as session:
            source = source_for(session, report.feed, source_name, stage.ids, vouched_by)
            source_id, vouched = source.id, bool(source.vouched_by)
            report.source = source.name
            session.add(ImportRun(id=report.run, source_id=source_id, started_at=self._now))
        today = self._now.astimezone(LONDON).date()
        normaliser = Normaliser.load(self._settings.data_dir, today, vouched=vouched)
        batch = Batch(source_id, report.run, self._now)
        for group in _groups(stage, _BATCH):
            self._write(batch, [prepare(staged, normaliser) for staged in group])
        with self._db.transaction() as session:
            report.withdrawn, notes = withdraw_missing(
                session,
                source_id,
                report.run,
                self._now,
                complete=self._reading.complete,
                allow_removals=self._allow_removals,
            )
            record_candidates(session, batch.touched)
            self._finish(session, source_id, [*self._reading.notes, *notes])

    def _write(self, batch: Batch, prepared: Sequence[Prepared]) -> None:
        """In one transaction; when the database refuses something in it, record by record, so that only that one is lost to the
        catalogue (its raw text and the reason are kept)."""
        counted, touched = _copy(self._report), len(batch.touched)
        try:
            with self._db.transaction() as session:
                batch.write(session, prepared, self._report)
            return
        except SQLAlchemyError as error:
            _restore(self._report, counted)
            del batch.touched[touched:]
            if len(prepared) == 1 and prepared[0].facts is None:
                raise
            reason = type(error).__name__
        if len(prepared) > 1:
            for one in prepared:
                self._write(batch, [one])
            return
        failed = Findings([*prepared[0].findings.found, Finding("failed", "", reason)])
        self._write(batch, [replace(prepared[0], facts=None, findings=failed)])

    def _finish(self, session: Session, source_id: str, notes: Sequence[Note]) -> None:
        report = self._report
        report.complete = self._reading.complete
        report.dialect = report.dialects.most_common(1)[0][0] if report.dialects else ""
        for note in notes:
            finding = Finding(note.code, "", note.excerpt)
            session.execute(insert(ImportIssue), [issue_row(report.run, "", finding, note.excerpt)])
            report.note("", finding.severity, note.code, "", note.excerpt)
        counts = {
            key: getattr(report, key)
            for key in ("records", "seen", "merged", "new", "changed", "unchanged", "withdrawn", "quarantined")
        }
        session.execute(
            update(ImportRun)
            .where(ImportRun.id == report.run)
            .values(ended_at=self._now, complete=report.complete, counts=counts)
        )
        # Past the ORM on purpose: that a feed was read again is no change to the catalogue.
        values = {"dialect": report.dialect} | ({"last_complete_at": self._now} if report.complete else {})
        table = cast(Table, Source.__table__)
        session.connection().execute(update(table).where(table.c.id == source_id).values(**values))
        old = (
            select(ImportRun.id)
            .where(ImportRun.source_id == source_id)
            .order_by(ImportRun.started_at.desc())
            .offset(_RUNS_WITH_ISSUES)
        )
        session.execute(delete(ImportIssue).where(ImportIssue.run_id.in_(list(session.scalars(old)))))


def _groups(staged: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(staged)
    while group := list(islice(waiting, size)):
        yield group


def _copy(report: ImportReport) -> dict[str, object]:
    return {key: value.copy() if hasattr(value, "copy") else value for key, value in vars(report).items()}


def _restore(report: ImportReport, state: dict[str, object]) -> None:
    for key, value in state.items():
        setattr(report, key, value)
