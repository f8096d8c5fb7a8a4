"""Pairs of services that may be one: people decide, nothing is merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk import audit
from desk.catalogue.pages import NO_NAME, field, go, page, read_and_note
from desk.keys import DESK, SIGNED_IN
from service_catalogue.corrections import as_corrected
from service_catalogue.feed_model import DuplicateCandidate
from service_catalogue.holding import hold_back
from service_catalogue.model import Service

MOST_SHOWN = 50
DIFFERENT, KEEP_FIRST, KEEP_SECOND = "different", "first", "second"


@dataclass(frozen=True)
class Side:
    """One of the two, as staff compare them."""

    id: str
    name: str
    organisation: str
    source: str
    summary: str
    phone: str
    url: str
    areas: str
    where: str


@dataclass(frozen=True)
class Pair:
    id: int
    score: float
    reasons: tuple[str, ...]
    sides: tuple[Side, Side]


async def duplicates_page(request: web.Request) -> web.StreamResponse:
    """Pairs that nobody has decided about, the likeliest first."""
    return await _page(request)


async def decide(request: web.Request) -> web.StreamResponse:
    """They differ; or they are one service, and one of the two records is shown from now on."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    id, choice = int(request.match_info["pair"]), await field(request, "decision")
    if choice not in (DIFFERENT, KEEP_FIRST, KEEP_SECOND):
        return await _page(request, problem="Choose whether they are the same service.", status=422)

    def work(session: Session) -> bool:
        return settle_pair(session, id, choice, by=who.name, now=desk.clock.now())

    if not await desk.db.run(work):
        return await _page(request, problem="Somebody else had decided this already. Nothing was changed.", status=409)
    raise go(request, "duplicates", said="duplicate")


def settle_pair(session: Session, id: int, choice: str, *, by: str, now: datetime) -> bool:
    """Write the decision down; of a service that is there twice, hold one record back. False when it was decided before."""
    pair = session.get(DuplicateCandidate, id, with_for_update=True)
    if pair is None or pair.decision:
        return False
    pair.decision = "different" if choice == DIFFERENT else "same"
    audit.note(session, who=by, what="duplicate", object=pair.first_id, now=now, detail=f"{choice}: {pair.second_id}")
    audit.note(session, who=by, what="duplicate", object=pair.second_id, now=now, detail=f"{choice}: {pair.first_id}")
    if choice != DIFFERENT:
        dropped = pair.second_id if choice == KEEP_FIRST else pair.first_id
        hold_back(session, dropped, by=by, reason="The same service is in the catalogue twice.", now=now)
        audit.note(session, who=by, what="held_back", object=dropped, now=now)
    return True


async def _page(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    pairs = await read_and_note(request, "duplicates", read_pairs)
    return await page(request, "duplicates.html", status, problem=problem, pairs=pairs, most=MOST_SHOWN)


def read_pairs(session: Session) -> list[Pair]:
    """The undecided pairs, the likeliest first, at most MOST_SHOWN."""
    undecided = session.scalars(
        select(DuplicateCandidate)
        .where(DuplicateCandidate.decision == "")
        .order_by(DuplicateCandidate.score.desc(), DuplicateCandidate.id)
        .limit(MOST_SHOWN)
    ).all()
    ids = {id for pair in undecided for id in (pair.first_id, pair.second_id)}
    services = as_corrected(session, session.scalars(select(Service).where(Service.id.in_(ids))))
    sides = {service.id: _side(service) for service in services}
    return [
        Pair(pair.id, pair.score, tuple(pair.reasons), (sides[pair.first_id], sides[pair.second_id]))
        for pair in undecided
    ]


def _side(service: Service) -> Side:
    return Side(
        id=service.id,
        name=service.name or NO_NAME,
        organisation=service.organization.name,
        source=service.source.name,
        summary=service.summary,
        phone=", ".join(phone.number for phone in service.phones),
        url=service.url,
        areas=", ".join(area.name for area in service.areas),
        where="; ".join(", ".join(filter(None, (one.name, one.street, one.postcode))) for one in service.locations),
    )
