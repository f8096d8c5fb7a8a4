"""Where records come from, when they last came, and who vouches for their phone numbers."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk import audit
from desk.catalogue.pages import field, go, page, read_and_note
from desk.keys import DESK, SIGNED_IN
from service_catalogue.feed_model import ImportRun
from service_catalogue.feeds.terms import Crosswalk
from service_catalogue.local import local_data
from service_catalogue.model import Service, Source
from service_catalogue.vouching import can_be_vouched_for, vouch, withdraw_vouching

_COUNTS = ("seen", "new", "changed", "unchanged", "withdrawn", "quarantined")


@dataclass(frozen=True)
class Origin:
    """A source, how many services it has by state, and its newest import (None for the spreadsheet). `counts`: what
    that import found, in words."""

    source: Source
    services: dict[str, int]
    last: ImportRun | None
    counts: str
    vouchable: bool


async def sources_page(request: web.Request) -> web.StreamResponse:
    """All sources by name."""
    return await _page(request)


async def vouch_for(request: web.Request) -> web.StreamResponse:
    """Vouch for the numbers of a source after ticking that one may, or take that back."""
    desk, who, id = request.app[DESK], request[SIGNED_IN], request.match_info["source"]
    taken_back = await field(request, "withdraw") == "yes"
    if not taken_back and await field(request, "sure") != "yes":
        return await _page(request, problem="Tick that you have checked with the publisher.", status=422)

    known = local_data(desk.settings.data_dir).needs.known
    instead = Crosswalk.load(desk.settings.data_dir, known).number_left_out

    def work(session: Session) -> bool:
        now = desk.clock.now()
        done = (
            withdraw_vouching(session, id, instead=instead) if taken_back else vouch(session, id, by=who.name, now=now)
        )
        if done:
            what = "unvouched" if taken_back else "vouched"
            audit.note(session, who=who.name, what=what, object=id, now=now)
        return done

    if not await desk.db.run(work):
        raise web.HTTPNotFound
    raise go(request, "sources", said="unvouched" if taken_back else "vouched")


async def _page(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    origins = await read_and_note(request, "sources", read_sources)
    return await page(request, "sources.html", status, problem=problem, origins=origins)


def read_sources(session: Session) -> list[Origin]:
    """Every source, by name."""
    states: dict[str, dict[str, int]] = {}
    counted = select(Service.source_id, Service.state, func.count()).group_by(Service.source_id, Service.state)
    for source_id, state, count in session.execute(counted):
        states.setdefault(source_id, {})[state] = count
    runs = session.scalars(select(ImportRun).order_by(ImportRun.started_at, ImportRun.id))
    newest = {run.source_id: run for run in runs}
    return [
        Origin(
            source,
            states.get(source.id, {}),
            newest.get(source.id),
            _in_words(newest[source.id]) if source.id in newest else "",
            can_be_vouched_for(source),
        )
        for source in session.scalars(select(Source).order_by(Source.name))
    ]


def _in_words(run: ImportRun) -> str:
    return ", ".join(f"{run.counts[name]} {name}" for name in _COUNTS if isinstance(run.counts.get(name), int))
