"""Every column of the model goes out, or there is a reason why it stays."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import inspect

from service_catalogue.local import Words, local_data
from service_catalogue.model import Service
from service_catalogue.publishing.services import ServiceView
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.open_referral_records import (
    CHANGED,
    full_service,
)

DATA = ROOT / "data" / "leicestershire"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def view() -> ServiceView:
    return ServiceView(local_data(DATA).words, Words(DATA / "open_referral_words.yml"))


def told(service: Service) -> dict[str, Any]:
    return view().full(service, CHANGED)


# Columns that stay here, each for a reason.
STAYS = {
    "external_id": "the id says which record it is",
    "source_id": "the source goes out by name",
    "service_id": "follows from where the row stands",
    "position": "the order of the list says it",
    "source_text": "notes for staff",
    "content_hash": "ours",
    "state": "decides whether it goes out",
    "added_at": "ours",
    "changed_at": "stands under last_modified where the publisher names no day",
    "source_changed_at": "the same",
    "withdrawn_at": "decides whether it goes out",
    "verified": "decides which words and numbers go out",
    "extra": "what a feed says without a column may be anything, private contacts too",
    "last_complete_at": "ours",
    "dialect": "ours",
    "vouched_by": "names a person",
}
STAYS_HERE = {("Source", "id")}
# Columns of those names that do go out, in one table.
GOES = {("Phone", "verified"), ("Location", "service_id")}
# Another value for columns where a letter more would not do.
OTHER: dict[str, Any] = {
    "status": "temporarily closed",
    "audience": "young",
    "gender": "men",
    "attending": ["phone"],
    "capacity": "full",
    "referral_route": "self",
    "cost": "free",
    "kind": "postal",
    "freq": "YEARLY",
    "byday": "WE",
    "bymonthday": "3",
    "opens_at": "11:00",
    "closes_at": "13:00",
    "opening_hours": "We 10:00-12:00",
    "precision": "sector",
    "accessibility": ["parking"],
    "confidence": 0.7,
    "checked_on": date(2026, 10, 20),
    "assured_on": date(2026, 10, 21),
    "masked": True,
}


def rows_of(service: Service) -> list[Any]:
    """The first row of every table that a service is made of."""
    children = ("phones", "schedules", "areas", "costs", "languages", "locations", "terms", "needs")
    return [service, service.source, service.organization, *(getattr(service, name)[0] for name in children)]


def columns() -> list[tuple[str, str]]:
    rows = rows_of(full_service())
    return [(type(row).__name__, attribute.key) for row in rows for attribute in inspect(type(row)).column_attrs]


@pytest.mark.parametrize(("table", "column"), columns())
def test_every_column_goes_out_or_has_a_reason_to_stay(table: str, column: str) -> None:
    """Change one column: what goes out changes, unless STAYS says why not. A new column fails here until it is thought of."""
    service = full_service(description="")
    row = next(row for row in rows_of(service) if type(row).__name__ == table)
    before = json.dumps(told(service))
    setattr(row, column, another(column, getattr(row, column)))
    assert (json.dumps(told(service)) == before) == (
        (table, column) not in GOES and (column in STAYS or (table, column) in STAYS_HERE)
    )


def another(column: str, value: Any) -> Any:
    if column in OTHER:
        return OTHER[column]
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime | date):
        return value + timedelta(days=400)
    if isinstance(value, int | float | Decimal):
        return value + 1
    if value is None:
        return date(2026, 5, 1) if column in ("starts_on", "until", "valid_from", "valid_to") else NOW
    if isinstance(value, dict):
        return {"private": "0116 496 0002"}
    if column == "id" or column.endswith("_id"):
        return "11111111-2222-5333-8444-555555555555"
    return f"{value}x"
