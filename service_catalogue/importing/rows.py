"""Facts of a record as rows of our tables, with ids that follow from what the publisher says and fit every column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String, inspect

from service_catalogue.feeds.normalise import Facts
from service_catalogue.identity import child_id, content_hash, record_id
from service_catalogue.model import (
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceChild,
    ServiceNeed,
    ServiceTerm,
)

_SHAPE = 1  # raise when the way facts become rows changes, so that every record is written anew
CHILDREN: dict[str, type[ServiceChild]] = {
    "phones": Phone,
    "schedules": Schedule,
    "areas": ServiceArea,
    "costs": CostOption,
    "languages": Language,
    "locations": Location,
    "terms": ServiceTerm,
    "needs": ServiceNeed,
}


def hash_of(facts: Facts) -> str:
    """Changes when anything that we store of a service would change."""
    return content_hash(
        json.loads(
            json.dumps(
                [_SHAPE, facts.values, facts.children, facts.organization, facts.quarantined],
                default=str,
                ensure_ascii=True,
            )
        )
    )


def fill(service: Service, facts: Facts, source_id: str) -> None:
    """Writes all columns and children of a service; its former children must be gone."""
    for column, value in facts.values.items():
        setattr(service, column, _fitting(Service, column, value))
    for name, kind in CHILDREN.items():
        rows: dict[str, ServiceChild] = {}
        for row in facts.children[name]:
            child = _child(kind, service.id, source_id, row)
            rows.setdefault(child.id, child)
        for position, child in enumerate(rows.values()):
            child.position = position
        setattr(service, name, list(rows.values()))


def fill_organization(organization: Organization, row: Mapping[str, Any], *, named: bool) -> None:
    """What this record says about its organisation; silence leaves what another record said."""
    for column in ("name", "description", "email", "website", "extra"):
        value, stored = _fitting(Organization, column, row[column]), getattr(organization, column)
        says_more = (value or stored is None) and (column != "name" or named or not stored)
        if says_more and stored != value:
            setattr(organization, column, value)


def _child(kind: type[ServiceChild], service_id: str, source_id: str, row: Mapping[str, Any]) -> ServiceChild:
    said = {key: value for key, value in row.items() if key != "verified"}
    id = child_id(service_id, kind.__tablename__, json.dumps(said, sort_keys=True, default=str))
    values = dict(row)
    if kind is Location:
        external = values.pop("external_id")
        values["location_id"] = record_id(source_id, "location", external) if external else id
    if kind is CostOption and values["amount"] is not None:
        values["amount"] = Decimal(values["amount"])
    return kind(id=id, **{column: _fitting(kind, column, value) for column, value in values.items()})


def _fitting(kind: type[Any], column: str, value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, str):
        return value
    type_ = inspect(kind).columns[column].type
    return value[: type_.length] if isinstance(type_, String) and type_.length else value
