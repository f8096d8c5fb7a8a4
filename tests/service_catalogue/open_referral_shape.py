"""What our Open Referral answers look like, written down by us: every field that may appear, with its type.

Stricter than the published profile: no other field may appear, so a new one has to be thought about here first. The
published JSON Schemas are checked as well where they are at hand (see test_open_referral.py).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

UUID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
TEXT: Schema = {"type": "string", "minLength": 1}
WEB: Schema = {"type": "string", "pattern": "^https?://[^\\s]+$"}
EMAIL: Schema = {"type": "string", "format": "email", "pattern": "^[^@\\s]+@[^@\\s]+$"}
AGE: Schema = {"type": "integer", "minimum": 0, "maximum": 130}
CLOCK: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def thing(required: str, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": required.split(), "additionalProperties": False}


def several(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


LISTED: dict[str, Schema] = {
    "id": UUID,
    "organization_id": UUID,
    "name": TEXT,
    "description": TEXT,
    "url": WEB,
    "email": EMAIL,
    "status": {"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    "fees": TEXT,
    "minimum_age": AGE,
    "maximum_age": AGE,
    "eligibility_description": TEXT,
    "application_process": TEXT,
    "interpretation_services": TEXT,
    "assured_date": DAY,
    "alert": TEXT,
    "last_modified": {"type": "string", "pattern": "^[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z$"},
    "organization": thing("id name description", id=UUID, name=TEXT, description=TEXT, email=EMAIL, website=WEB),
}
_REQUIRED = "id name status organization description last_modified"
_TERM = thing("id name description", id=UUID, name=TEXT, description=TEXT, taxonomy=TEXT, term=TEXT)
_NESTED: dict[str, Schema] = {
    "phones": several(
        thing("id number", id=UUID, service_id=UUID, number=TEXT, type={"enum": ["voice", "text"]}, description=TEXT)
    ),
    "schedules": several(
        thing(
            "id freq byday opens_at closes_at",
            id=UUID,
            service_id=UUID,
            freq={"const": "WEEKLY"},
            byday={"type": "string", "pattern": "^(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*$"},
            opens_at=CLOCK,
            closes_at=CLOCK,
            description=TEXT,
        )
    ),
    "service_areas": several(thing("id name", id=UUID, service_id=UUID, name=TEXT)),
    "cost_options": several(
        thing("id option", id=UUID, service_id=UUID, option=TEXT, amount={"type": "number"}, amount_description=TEXT)
    ),
    "languages": several(thing("id name", id=UUID, service_id=UUID, name=TEXT)),
    "attributes": several(
        thing("id link_type taxonomy_term", id=UUID, link_id=UUID, link_type={"const": "need"}, taxonomy_term=_TERM)
    ),
}

SERVICE_IN_LIST = thing(_REQUIRED, **LISTED)
WHOLE_SERVICE = thing(f"{_REQUIRED} service_areas attributes", **LISTED, **_NESTED)
PAGE = thing(
    "total_items total_pages page_number size first_page last_page empty contents",
    total_items={"type": "integer"},
    total_pages={"type": "integer"},
    page_number={"type": "integer"},
    size={"type": "integer"},
    first_page={"type": "boolean"},
    last_page={"type": "boolean"},
    empty={"type": "boolean"},
    contents={"type": "array", "items": SERVICE_IN_LIST},
)
