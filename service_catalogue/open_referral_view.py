"""A service as Open Referral UK 3.0 JSON: fields without a value are left out, never null or empty.

What the UK profile leaves out and a reader needs (phones, who it is for, how to get in, names of languages) goes under
its HSDS 3.0 name, which the profile allows. Unverified phone numbers and notes on sources stay here.
"""

from __future__ import annotations

from datetime import timezone
from typing import Any

from service_catalogue.hours import describe
from service_catalogue.identity import child_id
from service_catalogue.local import Words
from service_catalogue.model import Organization, Service

Json = dict[str, Any]
TAXONOMY = "Leicestershire needs"
_TAXONOMY_SPACE = "6f1c2f5e-3a0b-5d52-9a55-6a2f0d4d7a11"  # any fixed UUID: the ids of our terms follow from it


def summary(service: Service, words: Words) -> Json:
    """The one-to-one fields, as in the list of services."""
    modified = service.changed_at.astimezone(timezone.utc)
    return _filled(
        id=service.id,
        organization_id=service.organization_id,
        name=service.name,
        description=service.description or service.summary,
        url=service.url,
        email=service.email,
        status=service.status,
        fees="" if service.cost == "unknown" else words("cost", service.cost),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        eligibility_description=service.eligibility_text,
        application_process="" if service.referral_route == "unknown" else words("route", service.referral_route),
        interpretation_services=service.interpretation,
        assured_date=service.checked_on.isoformat() if service.checked_on else None,
        alert=service.alert or ("" if service.verified else words("reach", "unconfirmed")),
        last_modified=f"{modified:%Y-%m-%dT%H:%M:%S}.{modified.microsecond // 1000:03}Z",
        organization=_organization(service.organization),
    )


def full(service: Service, words: Words) -> Json:
    """The service with everything nested in it."""
    of = {"service_id": service.id}
    return _filled(
        **summary(service, words),
        phones=[
            _filled(id=phone.id, **of, number=phone.number, type=phone.kind, description=phone.description)
            for phone in service.phones
            if phone.verified
        ],
        schedules=[
            _filled(
                id=row.id,
                **of,
                freq=row.freq,
                byday=row.byday,
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                description=row.description or describe(service.opening_hours),
            )
            for row in service.schedules
        ],
        service_areas=[{"id": area.id, **of, "name": area.name} for area in service.areas],
        cost_options=[
            _filled(
                id=cost.id,
                **of,
                option=cost.option,
                amount=None if cost.amount is None else float(cost.amount),
                amount_description=cost.amount_description,
            )
            for cost in service.costs
        ],
        languages=[{"id": language.id, **of, "name": language.name} for language in service.languages],
        attributes=[
            {"id": need.id, "link_id": service.id, "link_type": "need", "taxonomy_term": _term(need.code)}
            for need in service.needs
        ],
    )


def _organization(organization: Organization) -> Json:
    return _filled(
        id=organization.id,
        name=organization.name,
        description=organization.description or organization.name,  # the profile requires one
        email=organization.email,
        website=organization.website,
    )


def _term(code: str) -> Json:
    name = code.replace("_", " ")
    return {
        "id": child_id(_TAXONOMY_SPACE, "need", code),
        "name": name,
        "description": name,
        "taxonomy": TAXONOMY,
        "term": code,
    }


def _filled(**fields: Any) -> Json:
    return {key: value for key, value in fields.items() if value is not None and value != "" and value != []}
