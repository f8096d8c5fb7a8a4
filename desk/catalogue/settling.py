"""What residents reported, oldest first, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk import audit
from desk.catalogue.pages import NO_NAME, go, page, read_and_note
from desk.keys import DESK, SIGNED_IN
from service_catalogue import reports
from service_catalogue.care_model import ServiceReport
from service_catalogue.corrections import as_corrected
from service_catalogue.holding import hold_back
from service_catalogue.model import Service

MOST_SHOWN = 50
FIELD_OF = {"number": "phone", "closed": "status"}  # the field that a kind of report is most likely about


@dataclass(frozen=True)
class Complaint:
    """All open reports of one kind about one service; `number` is the one on file."""

    service_id: str
    name: str
    number: str
    kind: str
    reports: tuple[ServiceReport, ...]


async def reports_page(request: web.Request) -> web.StreamResponse:
    """Reports to settle. The residents' words are shown here and nowhere else."""
    return await _page(request)


async def settle_reports(request: web.Request) -> web.StreamResponse:
    """Settle the reports that were on the form, no later ones. A service that has closed is held back at once."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    form = await request.post()
    ids = [
        int(text) for text in form.getall("report", []) if isinstance(text, str) and text.isdecimal() and text.isascii()
    ]
    outcome = str(form.get("outcome", ""))
    if outcome not in reports.OUTCOMES or not ids:
        return await _page(request, problem="Choose what came of it.", status=422)

    def work(session: Session) -> bool:
        now = desk.clock.now()
        settled: set[str] = set()
        for id in ids[:1000]:
            row = session.get(ServiceReport, id) if id < 2**31 else None
            if row is not None and reports.settle(session, id, outcome, by=who.name, now=now):
                settled.add(row.service_id)
        for service_id in settled:
            audit.note(session, who=who.name, what="settled", object=service_id, now=now, detail=outcome)
            if outcome == reports.SERVICE_CLOSED:
                hold_back(session, service_id, by=who.name, reason="Residents told us that it has closed.", now=now)
                audit.note(session, who=who.name, what="held_back", object=service_id, now=now)
        return bool(settled)

    if not await desk.db.run(work):
        return await _page(request, problem="Somebody else had settled this already. Nothing was changed.", status=409)
    raise go(request, "reports", said="settled")


async def _page(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    complaints = await read_and_note(request, "reports", read_complaints)
    return await page(
        request,
        "reports.html",
        status,
        problem=problem,
        complaints=complaints[:MOST_SHOWN],
        left=max(0, len(complaints) - MOST_SHOWN),
        outcomes=reports.OUTCOMES,
        field_of=FIELD_OF,
    )


def read_complaints(session: Session) -> list[Complaint]:
    """Open reports by service and kind, the one that waits longest first."""
    together: dict[tuple[str, str], list[ServiceReport]] = {}
    for report in reports.open_reports(session):
        together.setdefault((report.service_id, report.kind), []).append(report)
    ids = {id for id, _ in together}
    services = as_corrected(session, session.scalars(select(Service).where(Service.id.in_(ids))))
    by_id = {service.id: service for service in services}
    return [
        Complaint(id, by_id[id].name or NO_NAME, next((one.number for one in by_id[id].phones), ""), kind, tuple(found))
        for (id, kind), found in together.items()
    ]
