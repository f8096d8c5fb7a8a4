"""What the imports did: the list of them, and one with everything that it found wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.catalogue.pages import page, read_and_note
from service_catalogue.feed_model import ImportIssue, ImportRun
from service_catalogue.model import Service, Source

MOST_RUNS, MOST_ISSUES = 100, 200
COUNTS = ("seen", "new", "changed", "unchanged", "withdrawn", "quarantined")


@dataclass(frozen=True)
class Run:
    """One import, its source's name, and how many problems it found."""

    run: ImportRun
    source: str
    problems: int

    @property
    def counts(self) -> list[tuple[str, int]]:
        """(what, how many) in the order of the report; what was not counted is left out."""
        return [(name, self.run.counts[name]) for name in COUNTS if isinstance(self.run.counts.get(name), int)]

    @property
    def ended(self) -> str:
        """ "whole", "part" (not everything could be read), "broken" (broken off) or "failed" (with its error)."""
        if self.run.error:
            return "failed"
        if self.run.ended_at is None:
            return "broken"
        return "whole" if self.run.complete else "part"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one record; `service` is the id of the service that it became, "" for none."""

    record: str
    service: str
    severity: str
    words: str
    path: str
    excerpt: str


async def runs_page(request: web.Request) -> web.StreamResponse:
    """The imports, the newest first."""
    runs = await read_and_note(request, "imports", read_runs)
    return await page(request, "imports.html", runs=runs, most=MOST_RUNS)


async def one_run_page(request: web.Request) -> web.StreamResponse:
    """One import: its counts, its problems by kind, and each problem with its record."""
    found = await read_and_note(request, "imports", read_run, request.match_info["run"])
    if found is None:
        raise web.HTTPNotFound
    one, kinds, problems = found
    return await page(request, "import_run.html", one=one, kinds=kinds, problems=problems, most=MOST_ISSUES)


def read_runs(session: Session, id: str | None = None) -> list[Run]:
    """The newest imports, or the one with this id."""
    rows = select(ImportRun, Source.name).join(Source, Source.id == ImportRun.source_id)
    rows = rows.where(ImportRun.id == id) if id else rows.order_by(ImportRun.started_at.desc()).limit(MOST_RUNS)
    found = session.execute(rows).all()
    counted = select(ImportIssue.run_id, func.count()).where(ImportIssue.run_id.in_([run.id for run, _ in found]))
    problems = dict(session.execute(counted.group_by(ImportIssue.run_id)).all())
    return [Run(run, source, problems.get(run.id, 0)) for run, source in found]


def read_run(session: Session, id: str) -> tuple[Run, list[tuple[str, int]], list[Problem]] | None:
    """The import, its problems by kind with the commonest first, and at most MOST_ISSUES of them, errors first."""
    found = read_runs(session, id)
    if not found:
        return None
    issues = list(
        session.scalars(
            select(ImportIssue).where(ImportIssue.run_id == id).order_by(ImportIssue.severity, ImportIssue.id)
        )
    )
    shown = issues[:MOST_ISSUES]
    services = dict(
        session.execute(
            select(Service.external_id, Service.id).where(
                Service.source_id == found[0].run.source_id, Service.external_id.in_([one.external_id for one in shown])
            )
        ).all()
    )
    kinds = Counter(_words(one.code) for one in issues).most_common()
    return found[0], kinds, [_problem(one, services.get(one.external_id, "")) for one in shown]


def _problem(issue: ImportIssue, service: str) -> Problem:
    return Problem(issue.external_id, service, issue.severity, _words(issue.code), issue.path, issue.excerpt)


def _words(code: str) -> str:
    return code.replace("_", " ").replace("-", " ").strip().capitalize()
