"""A live service as search and cards see it: a plain value, read once from its record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service_catalogue.freshness import last_checked
from service_catalogue.groups import groups_of
from service_catalogue.local import COUNTY, Group
from service_catalogue.model import Location, Service

_MAPPED = ("exact", "postcode", "sector", "outcode", "place")


@dataclass(frozen=True)
class Venue:
    """Where a service takes place. Degrees are None when the point is not known; `outcode` and `address` (as on an
    envelope, on one line) are "" likewise."""

    town: str
    outcode: str
    latitude: float | None
    longitude: float | None
    accessibility: frozenset[str]
    address: str = ""


@dataclass(frozen=True)
class Entry:
    """What search and cards need of one live service. Unverified phone numbers are left behind on purpose."""

    id: str
    name: str
    organisation: str
    summary: str
    eligibility: str
    email: str
    url: str
    phone: str | None
    text_number: str | None
    opening_hours: str
    cost: str
    referral_route: str
    audience: str
    minimum_age: int | None
    maximum_age: int | None
    verified: bool
    codes: tuple[str, ...]  # the main one first
    sureness: tuple[float, ...]  # of each code, 0 to 1
    areas: frozenset[str]
    area_names: tuple[str, ...]
    groups: frozenset[str]  # the groups of people it is for; none for most
    number_in_doubt: bool = False  # somebody reported that its number may not work
    gender: str = "any"
    attending: frozenset[str] = frozenset()
    capacity: str = "unknown"
    waiting: str = ""
    alert: str = ""
    hours_note: str = ""
    languages: tuple[tuple[str, str], ...] = ()  # name and code, "" when there is none
    interpretation: str = ""
    venues: tuple[Venue, ...] = ()
    checked_on: date | None = None

    @property
    def accessibility(self) -> frozenset[str]:
        """What at least one of its venues has."""
        return frozenset().union(*(venue.accessibility for venue in self.venues))


def entry_of(service: Service, groups: Iterable[Group], number_in_doubt: bool) -> Entry:
    """The entry of a record, or of a corrected view of one; its children must be loaded."""

    def number(kind: str) -> str | None:
        return next((phone.number for phone in service.phones if phone.verified and phone.kind == kind), None)

    sureness: dict[str, float] = {}
    for need in service.needs:
        sureness[need.code] = max(need.confidence, sureness.get(need.code, 0.0))
    return Entry(
        id=service.id,
        name=service.name,
        organisation=service.organization.name,
        summary=service.summary,
        eligibility=service.eligibility_text,
        email=service.email,
        url=service.url,
        phone=number("voice"),
        text_number=number("text"),
        opening_hours=service.opening_hours,
        cost=service.cost,
        referral_route=service.referral_route,
        audience=service.audience,
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        verified=service.verified,
        codes=tuple(sureness),
        sureness=tuple(sureness.values()),
        areas=frozenset(area.name for area in service.areas) or _near(service),
        area_names=tuple(area.name for area in service.areas),
        groups=groups_of(service.name, service.eligibility_text, tuple(sureness), groups),
        number_in_doubt=number_in_doubt,
        gender=service.gender,
        attending=frozenset(service.attending or ()),
        capacity=service.capacity,
        waiting=service.waiting_text,
        alert=service.alert,
        hours_note=service.hours_note,
        languages=tuple((language.name, language.code) for language in service.languages),
        interpretation=service.interpretation,
        venues=tuple(_venue(location) for location in service.locations if location.kind == "physical"),
        checked_on=last_checked(service),
    )


def _near(service: Service) -> frozenset[str]:
    """Most feeds state no area: what takes place inside the county is offered all over it, and says that one should ask."""
    return frozenset((COUNTY,)) if (service.extra or {}).get("reach") == "inside" else frozenset()


def _pieces(parts: Iterable[str]) -> set[str]:
    return {piece.strip() for part in parts for piece in part.split(",")}


def _venue(location: Location) -> Venue:
    """A masked place keeps its outcode, no point and no address, whatever the record holds."""
    parts = () if location.masked or not location.street else (location.street, location.town, location.postcode)
    mapped = location.precision in _MAPPED and not location.masked
    return Venue(
        town="" if location.masked else location.town,
        outcode=location.postcode.split(" ")[0].upper(),
        latitude=location.latitude if mapped else None,
        longitude=location.longitude if mapped else None,
        accessibility=frozenset(location.accessibility or ()),
        address=", ".join(part for n, part in enumerate(parts) if part and part not in _pieces(parts[:n])),
    )
