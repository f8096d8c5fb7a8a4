"""Who a record is: the id by which we know it again next time."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from service_catalogue.feeds.values import Json, first_of, key_of, objects, text, whole_id


def external_id(record: Json) -> tuple[str, bool]:
    """The publisher's id as text, and True; for a record without one an id made of what it says, and False.

    A UUID is written in one way whatever its capitals and brackets.
    """
    given = record.get("id", record.get("_id"))
    if isinstance(given, dict):  # MongoDB's {"$oid": "..."}
        given = given.get("$oid")
    found = whole_id(given) or whole_id(record.get("_id"))
    if found:
        return canonical(found), True
    return f"no-id:{_fingerprint(record)}", False


def organization_of(record: Json) -> Json:
    """The nested organisation in either spelling, {} when there is none."""
    return next(objects(first_of(record, "organization", "organisation", "provider")), {})


def _fingerprint(record: Json) -> str:
    """Of name, provider and web address; of everything when there is not even a name."""
    name = key_of(text(record.get("name"), 300))
    said: Any = [name, key_of(text(organization_of(record).get("name"), 300)), text(record.get("url"), 500)]
    if not name:
        said = record
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:32]


def canonical(found: str) -> str:
    """An id as we write it: a UUID in one way, anything else as it is."""
    try:
        return str(uuid.UUID(found))
    except ValueError:
        return found
