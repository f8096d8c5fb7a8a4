"""Finding services: by words, source, state and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from common.clock import LONDON
from desk.catalogue.issues import Issue, reasons_set_aside
from desk.catalogue.pages import page, read_and_note
from desk.catalogue.standing import STANDINGS, Standing, standing_is, standings
from desk.keys import DESK
from service_catalogue.care_model import Correction, ServiceReport
from service_catalogue.checking import checked_since
from service_catalogue.corrections import FIELDS, as_corrected
from service_catalogue.freshness import last_checked, not_checked_since, year_before
from service_catalogue.model import Organization, Service, Source
from service_catalogue.showing import shown_since

PER_PAGE = 50
_LAST_PAGE = 10_000
TICKS = ("to_check", "unverified", "stale", "reported", "corrected")


@dataclass(frozen=True)
class Filter:
    """What the form of the list asks for; empty means any."""

    words: str = ""
    source: str = ""
    standing: str = ""
    unverified: bool = False
    stale: bool = False
    reported: bool = False
    corrected: bool = False
    to_check: bool = False
    most_shown: bool = False

    @staticmethod
    def of(query: Mapping[str, str]) -> Filter:
        standing = query.get("state", "")
        return Filter(
            words=" ".join(query.get("q", "").replace("\0", "").split())[:100],
            source=query.get("source", "").replace("\0", "")[:36],
            standing=standing if standing in STANDINGS else "",
            most_shown=query.get("order") == "shown",
            **{name: query.get(name) == "yes" for name in TICKS},
        )

    def query(self, page: int) -> str:
        """The address of one page of this list, after the question mark."""
        order = "shown" if self.most_shown else ""
        chosen = {"q": self.words, "source": self.source, "state": self.standing, "order": order}
        ticked = {name: "yes" for name in TICKS if getattr(self, name)}
        return urlencode({**{key: value for key, value in chosen.items() if value}, **ticked, "page": page})


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    organisation: str
    source: str
    standing: Standing
    status: str
    verified: bool
    checked_on: date | None
    stale: bool
    reported: int
    corrected: int
    shown: int
    phone: str
    url: str
    reasons: tuple[Issue, ...]


@dataclass(frozen=True)
class Listing:
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    sources: tuple[tuple[str, str], ...]


async def list_page(request: web.Request) -> web.StreamResponse:
    """Services that the filters leave, fifty at a time."""
    wanted = Filter.of(request.query)
    asked = request.query.get("page", "1")
    number = min(int(asked), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
    now = request.app[DESK].clock.now()
    listing = await read_and_note(request, "catalogue", read_listing, wanted, max(1, number), now)
    return await page(request, "list.html", wanted=wanted, listing=listing, standings=STANDINGS)


def read_listing(session: Session, wanted: Filter, number: int, now: datetime) -> Listing:
    """One page of the services that `wanted` leaves, by name, or first what residents are shown most; a page past the end is
    the last one."""
    today = now.astimezone(LONDON).date()
    where = _conditions(session, wanted, today)
    chosen = select(Service).join(Service.organization).where(*where)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(number, pages)
    shown = shown_since(year_before(today))
    most_first = [func.coalesce(shown.c.times, 0).desc()] if wanted.most_shown else []
    services = list(
        session.scalars(
            chosen.options(contains_eager(Service.organization))
            .outerjoin(shown, shown.c.service_id == Service.id)
            .order_by(*most_first, func.lower(Service.name), Service.id)
            .offset((number - 1) * PER_PAGE)
            .limit(PER_PAGE)
        )
    )
    sources = dict(session.execute(select(Source.id, Source.name).order_by(Source.name)).all())
    return Listing(_rows(session, services, sources, today), total, number, pages, tuple(sources.items()))


def _conditions(session: Session, wanted: Filter, today: date) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    renamed = session.execute(select(Correction.service_id, Correction.value).where(Correction.field == "name")).all()
    for word in wanted.words.split():
        under_new_name = [id for id, name in renamed if word.casefold() in str(name).casefold()]
        where.append(
            or_(
                Service.name.icontains(word, autoescape=True),
                Organization.name.icontains(word, autoescape=True),
                Service.id.in_(under_new_name),
            )
        )
    if wanted.source:
        where.append(Service.source_id == wanted.source)
    if wanted.standing:
        where.append(standing_is(wanted.standing))
    lately = Service.id.not_in(checked_since(session, year_before(today)))
    not_verified = and_(Service.verified.is_(False), lately)
    stale = and_(not_checked_since(year_before(today)), lately)
    if wanted.unverified:
        where.append(not_verified)
    if wanted.stale:
        where.append(stale)
    if wanted.to_check:
        where.append(or_(not_verified, stale))
    if wanted.reported:
        waiting = select(ServiceReport.service_id).where(ServiceReport.settled_at.is_(None))
        where.append(Service.id.in_(waiting))
    if wanted.corrected:
        where.append(Service.id.in_(select(Correction.service_id).where(Correction.field.in_(FIELDS))))
    return where


def _rows(session: Session, services: list[Service], sources: Mapping[str, str], today: date) -> tuple[Row, ...]:
    ids = [service.id for service in services]

    def counts(model: type[Correction] | type[ServiceReport], *where: ColumnElement[bool]) -> dict[str, int]:
        query = select(model.service_id, func.count()).where(and_(model.service_id.in_(ids), *where))
        return dict(session.execute(query.group_by(model.service_id)).all())

    reported = counts(ServiceReport, ServiceReport.settled_at.is_(None))
    corrected = counts(Correction, Correction.field.in_(FIELDS))
    times = shown_since(year_before(today))
    often = dict(session.execute(select(times.c.service_id, times.c.times).where(times.c.service_id.in_(ids))).all())
    where_they_stand = standings(session, services)
    reasons = reasons_set_aside(session, services)
    return tuple(
        Row(
            id=service.id,
            name=service.name,
            organisation=service.organization.name,
            source=sources[service.source_id],
            standing=where_they_stand[service.id],
            status=service.status,
            verified=service.verified,
            checked_on=last_checked(service),
            stale=(last_checked(service) or date.min) < year_before(today),
            reported=reported.get(service.id, 0),
            corrected=corrected.get(service.id, 0),
            shown=often.get(service.id, 0),
            phone=next((phone.number for phone in service.phones), ""),
            url=service.url,
            reasons=reasons.get(service.id, ()),
        )
        for service in as_corrected(session, services)
    )
