"""One click: "I checked this service today". Who and when is kept, audited, and holds until the record changes."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web
from sqlalchemy.orm import Session

from desk import audit
from desk.catalogue.listing import Filter
from desk.catalogue.one_service import show_service
from desk.catalogue.pages import field, go
from desk.keys import DESK, SIGNED_IN
from service_catalogue.checking import check, uncheck
from service_catalogue.correction_fields import CorrectionError

CHECKED, UNCHECKED = "checked", "unchecked"


async def checked_today(request: web.Request) -> web.StreamResponse:
    """Write the check down; from the list, back to the same list, else to the service."""
    desk, who, id = request.app[DESK], request[SIGNED_IN], request.match_info["service"]

    def work(session: Session) -> None:
        now = desk.clock.now()
        check(session, id, by=who.name, now=now)
        audit.note(session, who=who.name, what=CHECKED, object=id, now=now)

    try:
        await desk.db.run(work)
    except CorrectionError as refusal:
        return await show_service(request, problem=str(refusal), status=422)
    if came_from := await field(request, "list"):
        wanted = Filter.of(dict(parse_qsl(came_from)))
        page = dict(parse_qsl(came_from)).get("page", "1")
        query = wanted.query(int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1)
        raise web.HTTPSeeOther(f"{request.app.router['catalogue'].url_for()}?{query}&said={CHECKED}")
    raise go(request, "service", service=id, said=CHECKED)


async def take_check_back(request: web.Request) -> web.StreamResponse:
    """The button was pressed by mistake: what was known before holds again."""
    desk, who, id = request.app[DESK], request[SIGNED_IN], request.match_info["service"]

    def work(session: Session) -> None:
        now = desk.clock.now()
        if uncheck(session, id, now=now):
            audit.note(session, who=who.name, what=UNCHECKED, object=id, now=now)

    await desk.db.run(work)
    raise go(request, "service", service=id, said=UNCHECKED)
