"""What our Open Referral answers look like, written down by us: every field that may appear, with its type.

Stricter than the published profile: no other field may appear, so a new one has to be thought about here first. The
published JSON Schemas are in open_referral_schemas.py.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

UUID: Schema = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
TEXT: Schema = {"type": "string", "minLength": 1}
WEB: Schema = {"type": "string", "format": "uri", "pattern": "^https?://[^\\s]+$"}
EMAIL: Schema = {"type": "string", "format": "email", "pattern": "^[^@\\s]+@[^@\\s]+$"}
AGE: Schema = {"type": "integer", "minimum": 0, "maximum": 130}
CLOCK: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
DAY: Schema = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
MOMENT: Schema = {"type": "string", "format": "date-time", "pattern": "^[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z$"}
_BYDAY = "-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)"


def thing(required: str, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": required.split(), "additionalProperties": False}


def some(**fields: Schema) -> Schema:
    """An object with at least one of the fields."""
    return thing("", **fields) | {"minProperties": 1}


def several(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


_SOURCE = thing("name", name=TEXT, publisher=TEXT, licence=TEXT, attribution=TEXT, url=WEB)
_OWN = thing(
    "source",
    summary=TEXT,
    audience={"enum": ["adult", "young"]},
    gender={"enum": ["women", "men"]},
    attending=several({"enum": ["venue", "online", "phone", "home"]}),
    capacity={"enum": ["open", "waiting", "full"]},
    cost={"enum": ["free", "paid"]},
    referral_route={"enum": ["self", "professional", "both"]},
    opening_hours=TEXT,
    hours_note=TEXT,
    source=_SOURCE,
)
ORGANIZATION = {"id": UUID, "name": TEXT, "description": TEXT, "email": EMAIL, "website": WEB}
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
    "wait_time": TEXT,
    "interpretation_services": TEXT,
    "assured_date": DAY,
    "alert": TEXT,
    "last_modified": MOMENT,
    "organization": thing("id name description", **ORGANIZATION),
    "self_referral": _OWN,
}
_REQUIRED = "id name status organization description last_modified self_referral"
_TERM_FIELDS = {"id": UUID, "name": TEXT, "description": TEXT, "taxonomy": TEXT, "taxonomy_id": UUID, "term": TEXT}
TERM = thing("id name description taxonomy_id", **_TERM_FIELDS, code=TEXT, term_uri={"type": "string", "format": "uri"})
TAXONOMY = thing("id name description", id=UUID, name=TEXT, description=TEXT)
_ADDRESS = thing(
    "id address_1 city state_province postal_code country address_type",
    id=UUID,
    location_id=UUID,
    address_1={"type": "string"},
    city={"type": "string"},
    state_province={"type": "string"},
    postal_code={"type": "string"},
    country={"const": "GB"},
    address_type={"enum": ["physical", "postal", "virtual"]},
)
_LOCATION = thing(
    "id location_type",
    id=UUID,
    location_type={"enum": ["physical", "postal", "virtual"]},
    name=TEXT,
    latitude={"type": "number", "minimum": -90, "maximum": 90},
    longitude={"type": "number", "minimum": -180, "maximum": 180},
    addresses=several(_ADDRESS),
    accessibility=several(thing("id description", id=UUID, location_id=UUID, description=TEXT)),
    self_referral=some(
        precision={"enum": ["exact", "postcode", "sector", "outcode", "place"]},
        masked={"const": True},
        accessibility=several({"type": "string"}),
        accessibility_text=TEXT,
    ),
)
_AT_LOCATION = {"id": UUID, "service_id": UUID, "location_id": UUID, "location": _LOCATION}
_NEED = thing(
    "id link_type taxonomy_term",
    id=UUID,
    link_id=UUID,
    link_type={"enum": ["need", "label"]},
    taxonomy_term=TERM,
    self_referral=some(method=TEXT, confidence={"type": "number", "minimum": 0, "maximum": 1}),
)
_SCHEDULE = thing(
    "id",
    id=UUID,
    service_id=UUID,
    valid_from=DAY,
    valid_to=DAY,
    dtstart=DAY,
    until=DAY,
    freq={"enum": ["WEEKLY", "MONTHLY"]},
    interval={"type": "integer", "minimum": 2},
    byday={"type": "string", "pattern": f"^{_BYDAY}(,{_BYDAY})*$"},
    bymonthday={"type": "string", "pattern": "^-?[0-9]+(,-?[0-9]+)*$"},
    opens_at=CLOCK,
    closes_at=CLOCK,
    description=TEXT,
    notes=TEXT,
    attending_type=TEXT,
    self_referral=some(freq=TEXT),
) | {"minProperties": 3}
_NESTED: dict[str, Schema] = {
    "phones": several(
        thing("id number", id=UUID, service_id=UUID, number=TEXT, type={"enum": ["voice", "text"]}, description=TEXT)
    ),
    "schedules": several(_SCHEDULE),
    "service_areas": several(thing("id name", id=UUID, service_id=UUID, name=TEXT)),
    "service_at_locations": several(thing("id location", **_AT_LOCATION)),
    "cost_options": several(
        thing("id", id=UUID, service_id=UUID, option=TEXT, amount={"type": "number"}, amount_description=TEXT)
    ),
    "languages": several(thing("id name", id=UUID, service_id=UUID, name=TEXT, code=TEXT)),
    "attributes": several(_NEED),
}

SERVICE_IN_LIST = thing(_REQUIRED, **LISTED)
WHOLE_SERVICE = thing(_REQUIRED, **LISTED, **_NESTED)
AT_LOCATION = thing("id location service", **_AT_LOCATION, service=SERVICE_IN_LIST)
WHOLE_AT_LOCATION = thing("id location service", **_AT_LOCATION, service=WHOLE_SERVICE)
ORGANIZATION_IN_LIST = thing("id name description", **ORGANIZATION)
MINIMAL = thing("id modified_date", id=UUID, modified_date=MOMENT)


def page(item: Schema) -> Schema:
    """The envelope of a list of such items."""
    return thing(
        "total_items total_pages page_number size first_page last_page empty contents",
        total_items={"type": "integer"},
        total_pages={"type": "integer"},
        page_number={"type": "integer"},
        size={"type": "integer"},
        first_page={"type": "boolean"},
        last_page={"type": "boolean"},
        empty={"type": "boolean"},
        contents={"type": "array", "items": item},
    )
