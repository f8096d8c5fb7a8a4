"""The tables of the catalogue, on the lines of HSDS 3.0 (Open Referral), with where every record came from.

Every child row of a service (phones, areas, ...) is rewritten as a set when the service changes.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from common.database import Base, UtcDateTime

LIVE, QUARANTINED, WITHDRAWN = "live", "quarantined", "withdrawn"


class CatalogueRecord(Base):
    """What all catalogue tables share; a change to any of them makes the search read the catalogue anew."""

    __abstract__ = True


class CatalogueVersion(Base):
    """One row whose token changes with every change to the catalogue (see service_catalogue/version.py)."""

    __tablename__ = "catalogue_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(36))


class Source(CatalogueRecord):
    """Who publishes records: the starter file, or a feed."""

    __tablename__ = "catalogue_source"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    publisher: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    dialect: Mapped[str] = mapped_column(String(40), default="")
    licence: Mapped[str] = mapped_column(String(200), default="unknown")  # "unknown" until the publisher states one
    attribution: Mapped[str] = mapped_column(String(500), default="")
    # A person of the council who vouches for the numbers of this source; until then none of them is shown.
    vouched_by: Mapped[str] = mapped_column(String(200), default="")
    last_complete_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Organization(CatalogueRecord):
    __tablename__ = "catalogue_organization"
    __table_args__ = (UniqueConstraint("source_id", "external_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("catalogue_source.id"))
    external_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    website: Mapped[str] = mapped_column(String(500), default="")
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Service(CatalogueRecord):
    """One service. Empty text means not known. `opening_hours` is in OpenStreetMap's notation, London time."""

    __tablename__ = "catalogue_service"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        Index(None, "state", "status"),
        CheckConstraint("state IN ('live', 'quarantined', 'withdrawn')", name="state"),
        CheckConstraint("cost IN ('free', 'paid', 'unknown')", name="cost"),
        CheckConstraint("referral_route IN ('self', 'professional', 'both', 'unknown')", name="referral_route"),
        CheckConstraint("audience IN ('any', 'adult', 'young')", name="audience"),
        CheckConstraint("gender IN ('any', 'women', 'men')", name="gender"),
        CheckConstraint("capacity IN ('open', 'waiting', 'full', 'unknown')", name="capacity"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("catalogue_source.id"))
    external_id: Mapped[str] = mapped_column(String(200))
    organization_id: Mapped[str] = mapped_column(ForeignKey("catalogue_organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    status: Mapped[str] = mapped_column(
        String(20), default="active"
    )  # HSDS: active, inactive, defunct, temporarily closed
    alert: Mapped[str] = mapped_column(Text, default="")
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    audience: Mapped[str] = mapped_column(String(10), default="any")
    gender: Mapped[str] = mapped_column(String(10), default="any")  # only where the publisher says so outright
    eligibility_text: Mapped[str] = mapped_column(Text, default="")
    # How one takes part, of "venue", "online", "phone" and "home" (someone comes); empty: not known.
    attending: Mapped[list[str]] = mapped_column(JSON, default=list)
    capacity: Mapped[str] = mapped_column(String(10), default="unknown")
    waiting_text: Mapped[str] = mapped_column(Text, default="")
    interpretation: Mapped[str] = mapped_column(Text, default="")
    referral_route: Mapped[str] = mapped_column(String(20), default="unknown")
    cost: Mapped[str] = mapped_column(String(10), default="unknown")
    opening_hours: Mapped[str] = mapped_column(String(500), default="")
    hours_note: Mapped[str] = mapped_column(Text, default="")  # what the notation cannot say: "term time only"
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what a feed says that has no column

    source_text: Mapped[str] = mapped_column(Text, default="")  # where it was read; for staff, never published
    verified: Mapped[bool]
    checked_on: Mapped[date | None]  # the day a person of the council checked it
    assured_on: Mapped[date | None]  # the day the publisher says it checked it
    source_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # as the publisher says
    state: Mapped[str] = mapped_column(String(12), default=LIVE)
    content_hash: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    source: Mapped[Source] = relationship()
    organization: Mapped[Organization] = relationship()
    phones: Mapped[list[Phone]] = relationship(cascade="all, delete-orphan", order_by="Phone.position")
    schedules: Mapped[list[Schedule]] = relationship(cascade="all, delete-orphan", order_by="Schedule.position")
    areas: Mapped[list[ServiceArea]] = relationship(cascade="all, delete-orphan", order_by="ServiceArea.position")
    costs: Mapped[list[CostOption]] = relationship(cascade="all, delete-orphan", order_by="CostOption.position")
    languages: Mapped[list[Language]] = relationship(cascade="all, delete-orphan", order_by="Language.position")
    locations: Mapped[list[Location]] = relationship(cascade="all, delete-orphan", order_by="Location.position")
    terms: Mapped[list[ServiceTerm]] = relationship(cascade="all, delete-orphan", order_by="ServiceTerm.position")
    needs: Mapped[list[ServiceNeed]] = relationship(cascade="all, delete-orphan", order_by="ServiceNeed.position")


class ServiceChild(CatalogueRecord):
    """A part of a service, in the publisher's order."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("catalogue_service.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)


class Phone(ServiceChild):
    """A number as people read it. One with verified False stays in the catalogue and never goes out."""

    __tablename__ = "catalogue_phone"

    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10), default="voice")  # or "text": takes only texts
    description: Mapped[str] = mapped_column(String(200), default="")
    verified: Mapped[bool]


class Schedule(ServiceChild):
    """One regular opening, by the wall clock in London; `closes_at` 23:59 stands for midnight (HSDS convention). Empty
    times: not known."""

    __tablename__ = "catalogue_schedule"

    freq: Mapped[str] = mapped_column(String(10), default="WEEKLY")
    interval: Mapped[int] = mapped_column(default=1)
    byday: Mapped[str] = mapped_column(String(60))
    bymonthday: Mapped[str] = mapped_column(String(60), default="")
    starts_on: Mapped[date | None]  # HSDS dtstart
    until: Mapped[date | None]  # the last day of the service itself
    valid_from: Mapped[date | None]  # how long the information holds
    valid_to: Mapped[date | None]
    opens_at: Mapped[str] = mapped_column(String(5))
    closes_at: Mapped[str] = mapped_column(String(5))
    description: Mapped[str] = mapped_column(Text, default="")


class ServiceArea(ServiceChild):
    """A place whose residents the service is for: a district, a county or unitary area, or England."""

    __tablename__ = "catalogue_service_area"

    name: Mapped[str] = mapped_column(String(200), index=True)


class Location(ServiceChild):
    """Where a service takes place. A masked one has no street, no coordinates and at most an outward postcode."""

    __tablename__ = "catalogue_location"

    location_id: Mapped[str] = mapped_column(String(36), index=True)  # the same for every service at this place
    kind: Mapped[str] = mapped_column(String(10), default="physical")  # HSDS: physical, postal, virtual
    name: Mapped[str] = mapped_column(String(300), default="")
    street: Mapped[str] = mapped_column(String(500), default="")
    town: Mapped[str] = mapped_column(String(200), default="")
    county: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    # Of the coordinates: "exact", "postcode", "sector", "outcode", "place"; "none" without any.
    precision: Mapped[str] = mapped_column(String(10), default="none")
    masked: Mapped[bool] = mapped_column(default=False)
    # Of "step_free", "accessible_toilet", "hearing_loop", "parking", "blue_badge_parking", "public_transport".
    accessibility: Mapped[list[str]] = mapped_column(JSON, default=list)
    accessibility_text: Mapped[str] = mapped_column(Text, default="")


class ServiceTerm(ServiceChild):
    """A label of the publisher's own, untouched."""

    __tablename__ = "catalogue_service_term"

    name: Mapped[str] = mapped_column(String(300))
    taxonomy: Mapped[str] = mapped_column(String(200), default="")
    code: Mapped[str] = mapped_column(String(200), default="")
    uri: Mapped[str] = mapped_column(String(500), default="")


class CostOption(ServiceChild):
    __tablename__ = "catalogue_cost_option"

    option: Mapped[str] = mapped_column(String(200), default="")
    amount: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    amount_description: Mapped[str] = mapped_column(String(300), default="")


class Language(ServiceChild):
    __tablename__ = "catalogue_language"

    name: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(20), default="")


class ServiceNeed(ServiceChild):
    """A need code that the service answers; position 0 is its main one."""

    __tablename__ = "catalogue_service_need"
    __table_args__ = (UniqueConstraint("service_id", "code", "method"),)

    code: Mapped[str] = mapped_column(String(60), index=True)
    method: Mapped[str] = mapped_column(String(20), default="curated")  # how we know
    confidence: Mapped[float] = mapped_column(default=1.0)
