"""What /services and /service_at_locations answer, from one session. Nothing here knows about HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from service_catalogue.model import Location, Service
from service_catalogue.publishing import selection, shelf
from service_catalogue.publishing.coverage import Coverage
from service_catalogue.publishing.kept import Kept
from service_catalogue.publishing.listing import count, listed, part
from service_catalogue.publishing.parameters import Filters, Page
from service_catalogue.publishing.record import Json
from service_catalogue.publishing.refusal import Refused, not_found
from service_catalogue.publishing.services import ServiceView

Near = Callable[
    [Session, str, int], list[str] | None
]  # postcode, metres -> ids of places; None: nobody knows where it is

Lines = tuple[list[Json], list[str] | None]

_BATCH = 50
_LISTS_KEPT = 8


class ServiceAnswers:
    def __init__(self, view: ServiceView, terms: shelf.Terms, coverage: Coverage, near: Near) -> None:
        self._view = view
        self._terms = terms
        self._coverage = coverage
        self._near = near
        self._kept: Kept[list[str]] = Kept(_LISTS_KEPT)

    def listed(self, session: Session, filters: Filters, page: Page) -> Json:
        found = self._ids(session, filters)
        ids = found[page.start : page.start + page.size]
        return listed(page, len(found), shelf.times(session, ids) if page.minimal else self._told(session, ids, page))

    def lines(self, session: Session, filters: Filters, page: Page, left: list[str] | None) -> Lines:
        """The next few of all services that the filters leave, and the ids that are left after them: None at the end.
        So a long list never lies in memory as a whole."""
        ids = self._ids(session, filters) if left is None else left
        return self._told(session, ids[:_BATCH], page), ids[_BATCH:] or None

    def one(self, session: Session, id: str) -> Json:
        found = shelf.read(session, [id], shelf.ALL)
        if not found:
            raise not_found("service")
        return self._view.full(*found[0])

    def places(self, session: Session, filters: Filters, page: Page) -> Json:
        near, conditions = self._within(session, filters), self._conditions(session, filters)
        if near is not None:
            conditions.append(Location.id.in_(near))
        rows = (
            select(Location.id, Location.service_id)
            .select_from(Service)
            .join(Service.source)
            .join(Service.organization)
            .join(Service.locations)
            .where(selection.may_go_out(), *conditions)
            .order_by(Service.name, Service.id, Location.position, Location.id)
        )
        return listed(page, count(session, rows), self._places(session, part(rows, page), page.full))

    def place(self, session: Session, id: str) -> Json:
        rows = select(Location.id, Location.service_id).where(Location.id == id)
        found = self._places(session, rows, full=True)
        if not found:
            raise not_found("service at a location")
        return found[0]

    def _places(self, session: Session, rows: Select[str, str], full: bool) -> list[Json]:
        wanted = session.execute(rows).all()
        services = list(dict.fromkeys(service_id for _, service_id in wanted))
        told: dict[str, Json] = {}
        for service, modified in shelf.read(session, services, shelf.ALL if full else shelf.PLACES):
            whole = self._view.full(service, modified) if full else self._view.summary(service, modified)
            whole.pop("service_at_locations", None)
            for place in self._view.at_locations(service):
                told[place["id"]] = place | {"service": whole}
        return [told[id] for id, _ in wanted if id in told]

    def _told(self, session: Session, ids: Sequence[str], page: Page) -> list[Json]:
        tell = self._view.full if page.full else self._view.summary
        found = shelf.read(session, ids, shelf.ALL if page.full else shelf.PHONES)
        return [tell(service, modified) for service, modified in found]

    def _ids(self, session: Session, filters: Filters) -> list[str]:
        """In the order of the list. Kept, because a reader goes through its pages one after the other."""
        return self._kept.get(
            session, filters, lambda: list(session.scalars(selection.ids(*self._conditions(session, filters))))
        )

    def _conditions(self, session: Session, filters: Filters) -> list[ColumnElement[bool]]:
        near = self._within(session, filters)
        areas = self._coverage.areas(filters.outcode)
        return selection.matching(filters, self._terms.book(session), areas, near)

    def _within(self, session: Session, filters: Filters) -> list[str] | None:
        if filters.proximity is None:
            return None
        near = self._near(session, filters.postcode, filters.proximity)
        if near is None:
            raise Refused(400, "bad_parameter", "We do not know where this postcode is. Please leave out proximity.")
        return near
