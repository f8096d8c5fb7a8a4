"""What /organizations, /taxonomies and /taxonomy_terms answer, from one session."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service_catalogue.local import Words
from service_catalogue.model import Organization, Service, Source
from service_catalogue.publishing import selection, shelf, terms
from service_catalogue.publishing.listing import count, cut, listed, part
from service_catalogue.publishing.organizations import organization
from service_catalogue.publishing.parameters import Page
from service_catalogue.publishing.record import Json
from service_catalogue.publishing.refusal import not_found
from service_catalogue.publishing.services import ServiceView


class OrganizationAnswers:
    """Only organisations with a service that goes out."""

    def __init__(self, view: ServiceView) -> None:
        self._view = view

    def listed(self, session: Session, search: str, page: Page) -> Json:
        """`page.full`: with all their services, whole."""
        rows = _organizations().where(*(Organization.name.icontains(word, autoescape=True) for word in search.split()))
        found = session.scalars(part(rows, page)).all()
        services = self._services(session, found, full=True) if page.full else {}
        return listed(page, count(session, rows), [organization(who) | services.get(who.id, {}) for who in found])

    def one(self, session: Session, id: str, full_service: bool) -> Json:
        """With its services: the fields of the list, or whole ones."""
        who = session.scalar(_organizations().where(Organization.id == id))
        if who is None:
            raise not_found("organisation")
        return organization(who) | self._services(session, [who], full_service)[id]

    def _services(self, session: Session, found: Sequence[Organization], full: bool) -> dict[str, Json]:
        ids = session.scalars(selection.ids(Service.organization_id.in_([who.id for who in found]))).all()
        of: dict[str, Json] = {who.id: {"services": []} for who in found}
        for service, modified in shelf.read(session, ids, shelf.ALL if full else shelf.PHONES):
            told = self._view.full(service, modified) if full else self._view.summary(service, modified)
            told.pop("organization")
            of[service.organization_id]["services"].append(told)
        return of


def _organizations():  # type: ignore[no-untyped-def]
    offered = exists().where(
        Service.organization_id == Organization.id, Service.source_id == Source.id, selection.may_go_out()
    )
    return select(Organization).where(offered).order_by(Organization.name, Organization.id)


class TermAnswers:
    def __init__(self, kept: shelf.Terms, words: Words) -> None:
        self._kept = kept
        self._words = words

    def taxonomies(self, session: Session, search: str, page: Page) -> Json:
        return cut(page, _named(search, self._taxonomies(session)))

    def taxonomy(self, session: Session, id: str) -> Json:
        return _one(id, self._taxonomies(session), "taxonomy")

    def terms(self, session: Session, search: str, taxonomy_id: str, parent_id: str, page: Page) -> Json:
        """No term of ours has a parent, so with a `parent_id` there is nothing."""
        found = [] if parent_id else list(self._kept.book(session).terms.values())
        return cut(page, _named(search, [term for term in found if taxonomy_id in ("", term["taxonomy_id"])]))

    def term(self, session: Session, id: str) -> Json:
        return _one(id, list(self._kept.book(session).terms.values()), "term")

    def _taxonomies(self, session: Session) -> list[Json]:
        return terms.taxonomies(self._kept.book(session).taxonomies, self._words)


def _named(search: str, found: list[Json]) -> list[Json]:
    words = search.casefold().split()
    return [record for record in found if all(word in record["name"].casefold() for word in words)]


def _one(id: str, found: list[Json], what: str) -> Json:
    for record in found:
        if record["id"] == id:
            return record
    raise not_found(what)
