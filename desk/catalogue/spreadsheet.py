"""The council's own services as a spreadsheet: out, and in again."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.orm import Session

from desk import audit
from desk.catalogue.pages import field, page, read_and_note
from desk.catalogue.unmet import csv_file
from desk.catalogue.uploads import uploaded
from desk.keys import DESK, SIGNED_IN
from service_catalogue import csv_route
from service_catalogue.csv_route import TakenIn

MOST_SHOWN = 200
_OBJECT = "spreadsheet"


async def spreadsheet_page(request: web.Request) -> web.StreamResponse:
    """How to save the spreadsheet and take it in again."""
    return await _page(request)


async def spreadsheet_out(request: web.Request) -> web.StreamResponse:
    """services.csv."""
    desk, who = request.app[DESK], request[SIGNED_IN]

    def work(session: Session) -> bytes:
        audit.note(session, who=who.name, what=audit.EXPORTED, object=_OBJECT, now=desk.clock.now())
        return csv_route.write(session)

    return csv_file(await desk.db.run(work), "services.csv")


async def spreadsheet_in(request: web.Request) -> web.StreamResponse:
    """Take a file in whole, or not at all and say every problem by row and column."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    content = await uploaded(request, "file")
    if not content:
        return await _page(request, problem="Choose the file of the spreadsheet.", status=422)
    removals = await field(request, "removals") == "yes"

    def work(session: Session) -> TakenIn:
        now = desk.clock.now()
        taken = csv_route.take_in(session, content, now, allow_removals=removals)
        if taken.report is not None:
            found = taken.report
            counts = f"{found.new} new, {found.changed} changed, {found.withdrawn} withdrawn"
            audit.note(session, who=who.name, what="taken_in", object=_OBJECT, now=now, detail=counts)
        return taken

    taken = await desk.db.run(work)
    problem = "" if taken.report else "Nothing was changed. Put right what is listed below, then send the file again."
    return await _page(request, problem=problem, taken=taken, status=200 if taken.report else 422)


async def _page(
    request: web.Request, problem: str = "", taken: TakenIn | None = None, status: int = 200
) -> web.Response:
    await read_and_note(request, _OBJECT, lambda session: None)
    return await page(request, "spreadsheet.html", status, problem=problem, taken=taken, most=MOST_SHOWN)
