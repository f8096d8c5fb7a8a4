"""Importing a feed from the desk: one at a time, beside the pages, with its report when it is done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from common.clock import Clock
from common.database import Database
from common.settings import Settings
from desk import audit
from service_catalogue.importing import ImportReport

log = logging.getLogger(__name__)
COUNTS = ("seen", "new", "changed", "unchanged", "withdrawn", "quarantined")
Importer = Callable[..., ImportReport]  # import_feed, or what stands in for it


@dataclass
class Job:
    """One import. `feed`: as staff named it. Running until `ended_at` is set; then either `report` or `problem` is."""

    feed: str
    who: str
    started_at: datetime
    ended_at: datetime | None = None
    report: dict[str, Any] | None = None
    problem: str = ""

    @property
    def running(self) -> bool:
        return self.ended_at is None


class FeedImports:
    """Runs imports in a thread of their own, which ends with the process: a broken-off import withdraws nothing."""

    def __init__(self, run: Importer, db: Database, settings: Settings, clock: Clock) -> None:
        self._run, self._db, self._settings, self._clock = run, db, settings, clock
        self._lock = threading.Lock()
        self.job: Job | None = None

    def start(self, feed: str, *, shown_as: str, who: str, delete: Path | None, **wanted: Any) -> bool:
        """Begin to import `feed`, an address or the path of a file; `delete` is removed afterwards, `wanted` goes on to
        the importer. False, and nothing begun, while another import runs."""
        with self._lock:
            if self.job is not None and self.job.running:
                return False
            self.job = job = Job(shown_as, who, self._clock.now())
        work = threading.Thread(target=self._work, args=(job, feed, delete, wanted), name="feed-import", daemon=True)
        work.start()
        return True

    def _work(self, job: Job, feed: str, delete: Path | None, wanted: dict[str, Any]) -> None:
        try:
            report = self._run(self._db, feed, settings=self._settings, now=self._clock.now(), **wanted)
            job.report = report.as_dict()
            job.problem = str(job.report.get("error") or "")
        except Exception as error:
            log.error("an import from the desk failed: error=%s", type(error).__name__)
            job.problem = "The import broke off. What was taken in until then stays; nothing was withdrawn."
        finally:
            if delete is not None:
                delete.unlink(missing_ok=True)
            self._write_down(job)
            job.ended_at = self._clock.now()

    def _write_down(self, job: Job) -> None:
        counts = ", ".join(f"{job.report[name]} {name}" for name in COUNTS if name in job.report) if job.report else ""
        try:
            with self._db.transaction() as session:
                detail = f"{job.feed}: {job.problem or counts}"
                audit.note(session, who=job.who, what="imported", object="import", now=self._clock.now(), detail=detail)
        except Exception as error:
            log.error("an import could not be written down: error=%s", type(error).__name__)
