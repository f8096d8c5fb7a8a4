"""Where a service takes place, as Open Referral JSON. A masked place stays masked, whatever its record holds."""

from __future__ import annotations

import re

from service_catalogue.identity import child_id
from service_catalogue.local import Words
from service_catalogue.model import Location
from service_catalogue.publishing import own_fields
from service_catalogue.publishing.record import Json, filled

_OUTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?(?= ?[0-9][A-Z]{2}$|$)")


def service_at_location(place: Location, words: Words) -> Json:
    return {
        "id": place.id,
        "service_id": place.service_id,
        "location_id": place.location_id,
        "location": location(place, words),
    }


def location(place: Location, words: Words) -> Json:
    """The place. Masked: no name, no street, at most the first half of the postcode, and coordinates only where they
    stand for that half's whole area."""
    seen = not place.masked or place.precision == "outcode"
    known = seen and place.latitude is not None and place.longitude is not None
    return filled(
        id=place.location_id,
        location_type=place.kind,
        name="" if place.masked else place.name,
        latitude=place.latitude if known else None,
        longitude=place.longitude if known else None,
        addresses=_addresses(place),
        accessibility=_accessibility(place, words),
        **{own_fields.OWN: own_fields.of_location(place)},
    )


def _addresses(place: Location) -> list[Json]:
    """One address or none. The profile requires its fields, so those that are not known are empty text."""
    street, postcode = place.street, place.postcode
    if place.masked:
        found = _OUTCODE.match(postcode.upper())
        street, postcode = "", found.group() if found else ""
    if not (street or place.town or place.county or postcode):
        return []
    return [
        {
            "id": child_id(place.location_id, "address", ""),
            "location_id": place.location_id,
            "address_1": street,
            "city": place.town,
            "state_province": place.county,
            "postal_code": postcode,
            "country": "GB",
            "address_type": place.kind,
        }
    ]


def _accessibility(place: Location, words: Words) -> list[Json]:
    told = [(code, words("access", code)) for code in place.accessibility or [] if code in own_fields.ACCESS]
    if place.accessibility_text and not place.masked:
        told.append(("text", place.accessibility_text))
    return [
        {
            "id": child_id(place.location_id, "accessibility", key),
            "location_id": place.location_id,
            "description": text,
        }
        for key, text in told
    ]
