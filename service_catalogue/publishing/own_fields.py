"""What we know about a service and the standard has no field for: one object, "self_referral", in each record.

Open Referral allows more fields than it names, and readers skip those they do not know. Another catalogue of this kind
reads them back with `read_own`, so that nothing is lost on the way from one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service_catalogue.model import Location, Schedule, Service, ServiceNeed
from service_catalogue.publishing.record import Json, filled, web_address

OWN = "self_referral"
PRECISIONS = ("exact", "postcode", "sector", "outcode", "place")
ATTENDING = ("venue", "online", "phone", "home")
ACCESS = ("step_free", "accessible_toilet", "hearing_loop", "parking", "blue_badge_parking", "public_transport")


def of_service(service: Service) -> Json:
    """Values that say "not known" or "anybody" are left out. `source` says whose record it is and under which licence."""
    return filled(
        summary=service.summary if service.description and service.summary != service.description else None,
        audience=_unless("any", service.audience),
        gender=_unless("any", service.gender),
        attending=[code for code in service.attending or [] if code in ATTENDING],
        capacity=_unless("unknown", service.capacity),
        cost=_unless("unknown", service.cost),
        referral_route=_unless("unknown", service.referral_route),
        opening_hours=service.opening_hours,
        hours_note=service.hours_note,
        source=_source(service),
    )


def of_location(place: Location) -> Json:
    return filled(
        precision=place.precision if not place.masked and place.precision in PRECISIONS else None,
        masked=place.masked or None,
        accessibility=[code for code in place.accessibility or [] if code in ACCESS],
        accessibility_text="" if place.masked else place.accessibility_text,
    )


def of_need(need: ServiceNeed) -> Json:
    if need.method == "curated" and need.confidence == 1:
        return {}
    return {"method": need.method, "confidence": need.confidence}


def of_schedule(row: Schedule, published_freq: str | None) -> Json:
    """The frequency, where the profile's list does not have it."""
    return filled(freq=row.freq if row.freq != published_freq else None)


def read_own(record: Any) -> Json:
    """What another catalogue of this kind says in `self_referral` of a published service, checked value by value.

    In: the service's JSON as read. Out, each key only when it is there and good: `summary`, `audience`, `gender`,
    `attending`, `capacity`, `cost`, `referral_route`, `opening_hours`, `hours_note` as in `Service`; `source` (texts
    `name`, `publisher`, `licence`, `attribution`, `url`). A record without the object, or a broken one, gives {}.
    """
    return _read(record, _OF_SERVICE)


def read_own_location(location: Any) -> Json:
    """The same of a published location: `precision`, `masked`, `accessibility`, `accessibility_text` as in `Location`."""
    return _read(location, _OF_LOCATION)


def read_own_need(attribute: Any) -> Json:
    """The same of the attribute that carries a need: `method` and `confidence` as in `ServiceNeed`."""
    return _read(attribute, _OF_NEED)


def read_own_schedule(schedule: Any) -> Json:
    """The same of a published schedule: `freq` as in `Schedule`."""
    return _read(schedule, _OF_SCHEDULE)


def _source(service: Service) -> Json:
    """The first publisher stays named however often a record is passed on."""
    passed_on = _read({OWN: (service.extra or {}).get(OWN)}, _OF_SERVICE).get("source")
    if passed_on:
        return dict(passed_on)
    source = service.source
    return filled(
        name=source.name,
        publisher=source.publisher,
        licence="" if source.licence == "unknown" else source.licence,
        attribution=source.attribution,
        url=web_address(source.url),
    )


def _unless(nothing: str, value: str) -> str | None:
    return None if value == nothing else value


def _read(record: Any, fields: Mapping[str, Callable[[Any], Any]]) -> Json:
    own = record.get(OWN) if isinstance(record, dict) else None
    if not isinstance(own, dict):
        return {}
    return filled(**{key: check(own[key]) for key, check in fields.items() if key in own})


def _text(most: int) -> Callable[[Any], str | None]:
    return lambda value: value.strip()[:most] if isinstance(value, str) else None


def _of(*allowed: str) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and value in allowed else None


def _several(*allowed: str) -> Callable[[Any], list[str]]:
    def read(value: Any) -> list[str]:
        items = value if isinstance(value, list) else []
        return list(dict.fromkeys(item for item in items if isinstance(item, str) and item in allowed))

    return read


def _share(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return float(value) if number else None


def _whose(value: Any) -> Json:
    if not isinstance(value, dict):
        return {}
    texts = {key: _text(500)(value.get(key)) for key in ("name", "publisher", "licence", "attribution")}
    return filled(**texts, url=web_address(_text(500)(value.get("url")) or ""))


_OF_SERVICE: dict[str, Callable[[Any], Any]] = {
    "summary": _text(8000),
    "audience": _of("adult", "young"),
    "gender": _of("women", "men"),
    "attending": _several(*ATTENDING),
    "capacity": _of("open", "waiting", "full"),
    "cost": _of("free", "paid"),
    "referral_route": _of("self", "professional", "both"),
    "opening_hours": _text(500),
    "hours_note": _text(8000),
    "source": _whose,
}
_OF_LOCATION: dict[str, Callable[[Any], Any]] = {
    "precision": _of(*PRECISIONS),
    "masked": lambda value: True if value is True else None,
    "accessibility": _several(*ACCESS),
    "accessibility_text": _text(8000),
}
_OF_NEED: dict[str, Callable[[Any], Any]] = {"method": _text(20), "confidence": _share}
_OF_SCHEDULE: dict[str, Callable[[Any], Any]] = {"freq": _of("DAILY", "YEARLY")}
