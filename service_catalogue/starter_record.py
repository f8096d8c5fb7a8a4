"""How a row of the catalogue's spreadsheet becomes a record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from service_catalogue.eligibility import ADULT, Audience, Eligibility, read_eligibility
from service_catalogue.identity import child_id, content_hash, record_id, slug
from service_catalogue.model import (
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceNeed,
)
from service_catalogue.starter_file import StarterRow
from service_catalogue.weekly import weekly_openings

STARTER = "starter"
STARTER_ID = record_id(STARTER, "source", STARTER)
_SHAPE = 2  # raise when the way a row becomes a record changes, so that every record is made anew


def hash_of(row: StarterRow) -> str:
    """What `Service.content_hash` holds: the same for two rows that make the same record."""
    return content_hash({"shape": _SHAPE, "cells": row.cells})


def clear_children(session: Session, service: Service) -> None:
    """Take away the parts that `fill` makes."""
    for part in (
        service.phones,
        service.schedules,
        service.areas,
        service.costs,
        service.languages,
        service.locations,
        service.needs,
    ):
        part.clear()
    session.flush()  # the old rows must be gone before rows with the same ids come in


def fill(service: Service, row: StarterRow, organization: Organization, now: datetime) -> None:
    """Write all that `row` says into `service`, whose parts have been cleared. Its state is the caller's."""
    who = _who(row)
    service.organization = organization
    service.name, service.summary, service.url, service.email = row.name, row.summary, row.url, row.email
    service.eligibility_text = row.eligibility
    service.minimum_age, service.maximum_age, service.audience = who.minimum_age, who.maximum_age, who.audience
    service.gender, service.attending = row.gender, list(row.attending)
    service.capacity, service.waiting_text = row.capacity, row.waiting
    service.status, service.alert = row.status, row.alert
    service.referral_route, service.cost = row.referral_route, row.cost
    service.opening_hours, service.hours_note = row.opening_hours, row.hours_note
    service.source_text, service.verified, service.checked_on = row.source, row.verified, row.checked_on
    service.content_hash, service.changed_at = hash_of(row), now
    _fill_parts(service, row)


def _who(row: StarterRow) -> Eligibility:
    """The ages of their own columns; where the file has none, those that the plain words say."""
    read = read_eligibility(row.eligibility)
    if row.minimum_age is None and row.maximum_age is None:
        return read
    audience: Audience = read.audience
    if row.minimum_age is not None and row.minimum_age >= ADULT:
        audience = "adult"
    return Eligibility(row.minimum_age, row.maximum_age, audience)


def _fill_parts(service: Service, row: StarterRow) -> None:
    def new_id(kind: str, content: str) -> str:
        return child_id(service.id, kind, content)

    if row.phone:
        kind = row.phone_kind or "voice"
        service.phones = [Phone(id=new_id("phone", row.phone), number=row.phone, kind=kind, verified=row.verified)]
    service.schedules = [
        Schedule(
            id=new_id("schedule", f"{opening.byday} {opening.opens_at}-{opening.closes_at}"),
            byday=opening.byday,
            opens_at=opening.opens_at,
            closes_at=opening.closes_at,
            position=position,
        )
        for position, opening in enumerate(weekly_openings(row.opening_hours))
    ]
    service.areas = [
        ServiceArea(id=new_id("area", area), name=area, position=position) for position, area in enumerate(row.areas)
    ]
    if row.cost != "unknown":
        amount = Decimal(0) if row.cost == "free" else None
        service.costs = [CostOption(id=new_id("cost", row.cost), option=row.cost, amount=amount)]
    # The file lists interpreters among the languages; Open Referral keeps them apart.
    service.interpretation = "; ".join(name for name in row.languages if "interpreter" in name.casefold())
    service.languages = [
        Language(id=new_id("language", name), name=name, position=position)
        for position, name in enumerate(row.languages)
        if "interpreter" not in name.casefold()
    ]
    service.locations = _locations(service, row)
    service.needs = [
        ServiceNeed(id=new_id("need", code), code=code, position=position) for position, code in enumerate(row.needs)
    ]


def _locations(service: Service, row: StarterRow) -> list[Location]:
    """One place at most: "14 Woodgate, Loughborough" is a street and a town, a name alone is a town or village."""
    if not (row.address or row.postcode or row.latitude is not None or row.accessibility or row.masked):
        return []
    street, _, town = row.address.rpartition(",")
    place = "|".join((slug(row.address), row.postcode, str(row.latitude), str(row.longitude)))
    if row.masked or not (row.address or row.postcode or row.latitude is not None):
        place = f"{place}|{service.id}"  # nothing says that it is the place of another service too
    return [
        Location(
            id=child_id(service.id, "location", place),
            location_id=record_id(STARTER, "location", place),
            street=street.strip(),
            town=town.strip(),
            postcode=row.postcode,
            latitude=row.latitude,
            longitude=row.longitude,
            precision="none" if row.latitude is None else "exact",
            masked=row.masked,
            accessibility=list(row.accessibility),
        )
    ]
