"""Builds a service anew from what our API says about it: all that another catalogue of this kind can know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

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
    ServiceTerm,
    Source,
)
from service_catalogue.publishing.own_fields import (
    OWN,
    read_own,
    read_own_location,
    read_own_need,
    read_own_schedule,
)
from service_catalogue.publishing.terms import NEEDS

Json = dict[str, Any]


def rebuilt(record: Json, source: Source) -> Service:
    """A service of `source` with the record's content, in no database. It counts as verified: somebody vouches for it."""
    own = read_own(record)
    description = record["description"]
    return Service(
        id=record["id"],
        source=source,
        organization_id=record["organization_id"],
        organization=_organization(record["organization"]),
        name=record["name"],
        summary=own.get("summary", description),
        description=description if "summary" in own else "",
        eligibility_text=record.get("eligibility_description", ""),
        waiting_text=record.get("wait_time", ""),
        interpretation=record.get("interpretation_services", ""),
        status=record["status"],
        **{key: record.get(key, "") for key in ("url", "email", "alert")},
        **{key: record.get(key) for key in ("minimum_age", "maximum_age")},
        audience=own.get("audience", "any"),
        gender=own.get("gender", "any"),
        attending=own.get("attending", []),
        **{key: own.get(key, "unknown") for key in ("capacity", "cost", "referral_route")},
        **{key: own.get(key, "") for key in ("opening_hours", "hours_note")},
        verified=True,
        assured_on=_day(record.get("assured_date")),
        source_changed_at=datetime.fromisoformat(record["last_modified"]),
        extra={OWN: record[OWN]},
        phones=[
            Phone(**_row(phone, n), number=phone["number"], kind=phone["type"], verified=True)
            for n, phone in _rows(record, "phones")
        ],
        schedules=[
            _schedule(row, n) for n, row in _rows(record, "schedules") if not set(row) <= {"id", "service_id", *_SAID}
        ],
        areas=[ServiceArea(id=area["id"], position=n, name=area["name"]) for n, area in _rows(record, "service_areas")],
        costs=[_cost(cost, n) for n, cost in _rows(record, "cost_options")],
        languages=[
            Language(id=spoken["id"], position=n, name=spoken["name"], code=spoken.get("code", ""))
            for n, spoken in _rows(record, "languages")
        ],
        locations=[_location(place, record["id"], n) for n, place in _rows(record, "service_at_locations")],
        needs=[
            ServiceNeed(
                id=attribute["id"],
                position=n,
                code=attribute["taxonomy_term"]["term"],
                **({"method": "curated", "confidence": 1.0} | read_own_need(attribute)),
            )
            for n, attribute in _rows(record, "attributes")
            if attribute["taxonomy_term"].get("taxonomy") == NEEDS
        ],
        terms=[
            _label(attribute, n)
            for n, attribute in _rows(record, "attributes")
            if attribute["taxonomy_term"].get("taxonomy") != NEEDS
        ],
    )


_SAID = ("description", "notes", "attending_type")  # a schedule with only these repeats what is told elsewhere


def _rows(record: Json, key: str) -> Iterator[tuple[int, Json]]:
    return enumerate(record.get(key, []))


def _row(part: Json, position: int) -> Json:
    return {"id": part["id"], "position": position, "description": part.get("description", "")}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _organization(record: Json) -> Organization:
    name, description = record["name"], record["description"]
    return Organization(
        id=record["id"],
        name=name,
        description="" if description == name else description,
        email=record.get("email", ""),
        website=record.get("website", ""),
    )


def _schedule(row: Json, position: int) -> Schedule:
    return Schedule(
        **_row(row, position),
        freq=read_own_schedule(row).get("freq") or row["freq"],
        interval=row.get("interval", 1),
        starts_on=_day(row.get("dtstart")),
        **{key: _day(row.get(key)) for key in ("until", "valid_from", "valid_to")},
        **{key: row.get(key, "") for key in ("byday", "bymonthday", "opens_at", "closes_at")},
    )


def _cost(cost: Json, position: int) -> CostOption:
    return CostOption(
        id=cost["id"],
        position=position,
        option=cost.get("option", ""),
        amount=Decimal(str(cost["amount"])) if "amount" in cost else None,
        amount_description=cost.get("amount_description", ""),
    )


def _location(at: Json, service_id: str, position: int) -> Location:
    place, own = at["location"], read_own_location(at["location"])
    address = place.get("addresses", [{}])[0]
    return Location(
        id=at["id"],
        service_id=service_id,
        position=position,
        location_id=place["id"],
        kind=place["location_type"],
        name=place.get("name", ""),
        street=address.get("address_1", ""),
        town=address.get("city", ""),
        county=address.get("state_province", ""),
        postcode=address.get("postal_code", ""),
        latitude=place.get("latitude"),
        longitude=place.get("longitude"),
        precision=own.get("precision", "none"),
        masked=own.get("masked", False),
        accessibility=own.get("accessibility", []),
        accessibility_text=own.get("accessibility_text", ""),
    )


def _label(attribute: Json, position: int) -> ServiceTerm:
    term = attribute["taxonomy_term"]
    return ServiceTerm(
        id=attribute["id"],
        position=position,
        name=term["name"],
        taxonomy=term.get("taxonomy", ""),
        code=term.get("code", ""),
        uri=term.get("term_uri", ""),
    )
