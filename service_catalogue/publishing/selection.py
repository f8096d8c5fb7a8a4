"""Which services go out, as conditions of a database query."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, or_, select, tuple_

from service_catalogue.care_model import Correction
from service_catalogue.holding import shown
from service_catalogue.model import (
    Location,
    Organization,
    Schedule,
    Service,
    ServiceArea,
    ServiceNeed,
    ServiceTerm,
    Source,
)
from service_catalogue.publishing.parameters import Filters
from service_catalogue.publishing.termbook import Termbook
from service_catalogue.publishing.terms import NEEDS_ID
from service_catalogue.starter_record import STARTER_ID

# Nobody may pass on what its publisher has not said may be passed on.
NO_LICENCE = ("", "unknown", "none", "none stated", "not stated", "all rights reserved")
_MOST_WORDS = 10


def may_go_out() -> ColumnElement[bool]:
    """For a query that joins services with their sources: shown to residents, and ours or under a stated licence."""
    licensed = func.lower(func.trim(Source.licence)).not_in(NO_LICENCE)
    return and_(shown(), or_(Source.id == STARTER_ID, licensed))


def ids(*conditions: ColumnElement[bool]) -> Select[str]:
    """The ids of the services that go out and meet the conditions, in the order of all lists."""
    rows = select(Service.id).join(Service.source).join(Service.organization)
    return rows.where(may_go_out(), *conditions).order_by(Service.name, Service.id)


def matching(
    filters: Filters, book: Termbook, areas: Collection[str], near: Sequence[str] | None
) -> list[ColumnElement[bool]]:
    """The conditions of `filters`. `areas`: names that cover the postcode asked for; `near`: ids of locations within the
    distance asked for, None when none was asked for."""
    conditions = [_said(word) for word in filters.search.split()[:_MOST_WORDS]]
    if filters.term_id:
        conditions.append(_labelled(*book.carriers(filters.term_id)))
    if filters.taxonomy_id:
        conditions.append(_in_taxonomy(filters.taxonomy_id, book))
    if filters.organization_id:
        conditions.append(Service.organization_id == filters.organization_id)
    if filters.modified_after:
        after = filters.modified_after
        conditions.append(or_(Service.changed_at >= after, Service.source_changed_at >= after))
    # A service is for the ages asked for when the two ranges meet; an open end meets everything.
    if filters.minimum_age is not None:
        conditions.append(or_(Service.maximum_age.is_(None), Service.maximum_age >= filters.minimum_age))
    if filters.maximum_age is not None:
        conditions.append(or_(Service.minimum_age.is_(None), Service.minimum_age <= filters.maximum_age))
    if filters.day or filters.start_time or filters.end_time:
        conditions.append(_at_times(filters))
    if filters.outcode:
        of_service = ServiceArea.service_id == Service.id
        named = exists().where(of_service)
        conditions.append(or_(~named, exists().where(of_service, ServiceArea.name.in_(areas))))
    if near is not None:
        at = exists().where(Location.service_id == Service.id, Location.id.in_(near))
        conditions.append(at.correlate(Service))
    return conditions


def _said(word: str) -> ColumnElement[bool]:
    """The word stands somewhere in what the service, its provider or its labels say, or in what the council put right."""
    texts = (Service.name, Service.summary, Service.description, Service.eligibility_text, Organization.name)
    of_service = ServiceTerm.service_id == Service.id
    need = func.replace(ServiceNeed.code, "_", " ")
    return or_(
        *(text.icontains(word, autoescape=True) for text in texts),
        exists().where(of_service, ServiceTerm.name.icontains(word, autoescape=True)),
        exists().where(ServiceNeed.service_id == Service.id, need.icontains(word, autoescape=True)),
        exists().where(
            Correction.service_id == Service.id,
            Correction.field.in_(("name", "summary", "eligibility_text")),
            cast(Correction.value, Text).icontains(word, autoescape=True),
        ),
    )


def _labelled(needs: Collection[str], labels: Collection[tuple[str, str, str, str]]) -> ColumnElement[bool]:
    columns = tuple_(ServiceTerm.taxonomy, ServiceTerm.name, ServiceTerm.code, ServiceTerm.uri)
    return or_(
        exists().where(ServiceNeed.service_id == Service.id, ServiceNeed.code.in_(needs)),
        exists().where(ServiceTerm.service_id == Service.id, columns.in_(labels)),
    )


def _in_taxonomy(id: str, book: Termbook) -> ColumnElement[bool]:
    if id == NEEDS_ID:
        return exists().where(ServiceNeed.service_id == Service.id)
    return exists().where(ServiceTerm.service_id == Service.id, ServiceTerm.taxonomy.in_(book.labels_of(id)))


def _at_times(filters: Filters) -> ColumnElement[bool]:
    """One regular opening that meets all of day, start and end."""
    conditions = [Schedule.service_id == Service.id]
    if filters.day:
        conditions.append(Schedule.byday.contains(filters.day))
    if filters.start_time:
        conditions.append(and_(Schedule.opens_at != "", Schedule.opens_at >= filters.start_time))
    if filters.end_time:
        conditions.append(and_(Schedule.closes_at != "", Schedule.closes_at <= filters.end_time))
    return exists().where(*conditions)
