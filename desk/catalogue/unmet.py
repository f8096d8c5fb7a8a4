"""What residents looked for in vain, for those who plan services."""

from __future__ import annotations

import csv
import io
from datetime import date

from aiohttp import web
from sqlalchemy.orm import Session

from common.clock import LONDON
from common.local_data import LocalDataError
from desk import audit
from desk.catalogue.pages import page, read_and_note
from desk.keys import DESK, SIGNED_IN
from service_catalogue.freshness import year_before
from service_catalogue.local import local_data
from service_catalogue.unmet import Unmet, unmet_needs

MOST_SHOWN = 200


async def unmet_page(request: web.Request) -> web.StreamResponse:
    """The last twelve months, newest first; the whole of it is the CSV."""
    rows = await read_and_note(request, "unmet needs", unmet_needs, _since(request))
    return await page(
        request,
        "unmet.html",
        rows=[(one, _label(request, one.need)) for one in rows[:MOST_SHOWN]],
        left=max(0, len(rows) - MOST_SHOWN),
        total=sum(one.times for one in rows),
    )


async def unmet_csv(request: web.Request) -> web.StreamResponse:
    """The same as a spreadsheet: month, need, district, condition, times."""
    desk, who = request.app[DESK], request[SIGNED_IN]

    def work(session: Session) -> list[Unmet]:
        audit.note(session, who=who.name, what=audit.EXPORTED, object="unmet needs", now=desk.clock.now())
        return unmet_needs(session, _since(request))

    rows = await desk.db.run(work)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("month", "need", "district", "condition", "times"))
    # All of these are codes and names of our own and counts, so no cell can be taken for a formula.
    writer.writerows((f"{one.month:%Y-%m}", one.need, one.district, one.condition, one.times) for one in rows)
    return csv_file(text.getvalue().encode("utf-8-sig"), "unmet-needs.csv")


def csv_file(content: bytes, name: str) -> web.Response:
    """A file to save, never to show."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, content_type="text/csv", charset="utf-8", headers=headers)


def _since(request: web.Request) -> date:
    return year_before(request.app[DESK].clock.now().astimezone(LONDON).date())


def _label(request: web.Request, need: str) -> str:
    try:
        return local_data(request.app[DESK].settings.data_dir).words("need_labels", need)
    except LocalDataError:  # a code that the vocabulary no longer has
        return need.replace("_", " ")
