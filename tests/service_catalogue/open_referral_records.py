"""Synthetic services for the tests of the read API: made up, and with every column of the model filled."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from common.database import Database
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

FIRST_SEEN = datetime(2026, 11, 1, 9, 0, tzinfo=timezone.utc)
CHANGED = datetime(2026, 11, 20, 10, 30, 15, 123456, tzinfo=timezone.utc)
AT_PUBLISHER = datetime(2026, 10, 3, 8, 15, 0, 250000, tzinfo=timezone.utc)
_SPACE = uuid.UUID("0d9f7a52-0000-5000-8000-000000000001")


def new_id(*what: object) -> str:
    return str(uuid.uuid5(_SPACE, " ".join(str(part) for part in what)))


def feed(name: str = "Made-up feed", **changes: Any) -> Source:
    """A feed whose publisher states a licence."""
    values = {
        "id": new_id("source", name),
        "name": name,
        "publisher": "Made-up Council",
        "url": "https://feed.example.org/v3",
        "dialect": "oruk-3.0",
        "licence": "Open Government Licence v3.0",
        "attribution": "Contains made-up data",
        "vouched_by": "",
    }
    return Source(**(values | changes))


def provider(source: Source, name: str = "Made-up Friends") -> Organization:
    return Organization(
        id=new_id("organization", source.name, name),
        source_id=source.id,
        external_id=name,
        name=name,
        description="They do not exist",
        email="hello@friends.example.org",
        website="https://friends.example.org",
        extra={},
    )


def full_service(
    key: str = "one", source: Source | None = None, who: Organization | None = None, **changes: Any
) -> Service:
    """A service that is not in any database yet; `changes` are columns of it."""
    source = source or feed()
    who = who or provider(source)
    id = new_id("service", key)
    values: dict[str, Any] = {
        "id": id,
        "source_id": source.id,
        "external_id": key,
        "organization_id": who.id,
        "name": f"Craft club {key}",
        "summary": "Make things with your hands.",
        "description": "Make things with your hands, in company. Tea is included.",
        "url": "https://craft.example.org",
        "email": "craft@friends.example.org",
        "status": "active",
        "alert": "Closed for repairs in the first week of December",
        "minimum_age": 50,
        "maximum_age": 90,
        "audience": "adult",
        "gender": "women",
        "eligibility_text": "Women from 50 to 90",
        "attending": ["venue", "online"],
        "capacity": "waiting",
        "waiting_text": "About three weeks",
        "interpretation": "British Sign Language on request",
        "referral_route": "both",
        "cost": "paid",
        "opening_hours": "Tu 10:00-12:00; PH off",
        "hours_note": "Term time only",
        "extra": {},
        "source_text": "read on a page that does not exist",
        "verified": False,
        "checked_on": date(2026, 9, 1),
        "assured_on": date(2026, 9, 30),
        "source_changed_at": AT_PUBLISHER,
        "state": "live",
        "content_hash": "0" * 64,
        "added_at": FIRST_SEEN,
        "changed_at": CHANGED,
        "withdrawn_at": None,
        "source": source,
        "organization": who,
    }
    children: dict[str, list[Any]] = {
        "phones": [
            _child(Phone, id, 0, number="0116 496 0001", kind="voice", description="Office", verified=True),
            _child(Phone, id, 1, number="07700 900123", kind="text", description="Texts", verified=True),
        ],
        "schedules": [
            _schedule(id, 0, byday="TU", opens_at="10:00", closes_at="12:00"),
            _schedule(
                id,
                1,
                freq="MONTHLY",
                interval=2,
                byday="2MO,-1FR",
                starts_on=date(2026, 1, 12),
                until=date(2027, 12, 31),
                valid_from=date(2026, 1, 1),
                valid_to=date(2026, 12, 31),
                opens_at="18:30",
                closes_at="23:59",
                description="Evening group, every second month",
            ),
            _schedule(id, 2, freq="MONTHLY", byday="", bymonthday="1,-2", opens_at="", closes_at=""),
        ],
        "areas": [_child(ServiceArea, id, n, name=name) for n, name in enumerate(("Charnwood", "Rutland"))],
        "costs": [
            _child(CostOption, id, 0, option="session", amount=Decimal("4.50"), amount_description="with tea"),
            _child(CostOption, id, 1, option="bring a friend", amount=Decimal(0), amount_description=""),
        ],
        "languages": [
            _child(Language, id, 0, name="English", code="en"),
            _child(Language, id, 1, name="Gujarati", code="gu"),
        ],
        "locations": [_place(id, 0), _place(id, 1, kind="virtual", name="Online room", town="", county="", street="")],
        "terms": [
            _child(
                ServiceTerm,
                id,
                0,
                name="Arts and crafts",
                taxonomy="Made-up labels",
                code="arts",
                uri="https://labels.example.org/arts",
            ),
            _child(ServiceTerm, id, 1, name="Older people", taxonomy="", code="", uri=""),
        ],
        "needs": [
            _child(ServiceNeed, id, 0, code="arts_creative", method="curated", confidence=1.0),
            _child(ServiceNeed, id, 1, code="loneliness", method="words", confidence=0.6),
        ],
    }
    return Service(**(values | children | changes))


def refuge(
    key: str = "refuge", source: Source | None = None, who: Organization | None = None, **changes: Any
) -> Service:
    """A service at a masked place, whose record (wrongly) still holds what must not go out."""
    service = full_service(key, source, who, **changes)
    masked = _place(service.id, 0, masked=True, name="Rose House", street="12 Hidden Lane", postcode="LE11 3AB")
    masked.accessibility_text = "Ramp on Hidden Lane"
    service.locations = [masked]
    return service


def _schedule(service_id: str, position: int, **values: Any) -> Schedule:
    plain = {"freq": "WEEKLY", "interval": 1, "bymonthday": "", "description": ""}
    return _child(Schedule, service_id, position, **(plain | values))


def _place(service_id: str, position: int, **changes: Any) -> Location:
    values = {
        "location_id": new_id("place", service_id, position),
        "kind": "physical",
        "name": "Village hall",
        "street": "1 High Street",
        "town": "Loughborough",
        "county": "Leicestershire",
        "postcode": "LE11 3AB",
        "latitude": 52.7721,
        "longitude": -1.2062,
        "precision": "postcode",
        "masked": False,
        "accessibility": ["step_free", "hearing_loop"],
        "accessibility_text": "The lift is small",
    }
    if changes.get("kind") == "virtual":
        bare = {"postcode": "", "latitude": None, "longitude": None, "precision": "none"}
        values |= bare | {"accessibility": [], "accessibility_text": ""}
    return _child(Location, service_id, position, **(values | changes))


def _child(table: type[Any], service_id: str, position: int, **values: Any) -> Any:
    return table(id=new_id(table.__name__, service_id, position), service_id=service_id, position=position, **values)


def store(db: Database, *services: Service) -> None:
    """Into the database, with their sources and providers."""
    with db.transaction() as session:
        session.add_all({id(service.source): service.source for service in services}.values())
        session.flush()
        session.add_all(services)
