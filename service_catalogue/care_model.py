"""The tables by which people keep the catalogue right: corrections, what residents report, and what was asked for in vain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, UtcDateTime
from common.encryption import EncryptedText
from service_catalogue.model import CatalogueRecord


class Correction(CatalogueRecord):
    """A value that the council set by hand: it holds over whatever the file or the feed says, through every later import."""

    __tablename__ = "catalogue_correction"
    __table_args__ = (UniqueConstraint("service_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("catalogue_service.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class ServiceReport(Base):
    """What a resident said is wrong with a service ("that number is dead"), for a person to look at. Names nobody."""

    __tablename__ = "catalogue_service_report"
    __table_args__ = (
        Index(None, "settled_at", "reported_at"),
        CheckConstraint("kind IN ('number', 'closed', 'address', 'other')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("catalogue_service.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(EncryptedText)  # a resident's own words may tell more than they meant to
    channel: Mapped[str] = mapped_column(String(10))
    message_id: Mapped[str] = mapped_column(String(64), unique=True)  # the same message makes one report
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str] = mapped_column(String(200), default="")
    outcome: Mapped[str] = mapped_column(String(40), default="")


class ServiceShown(Base):
    """How often a service was shown to residents in a month: what most people see is checked first."""

    __tablename__ = "catalogue_service_shown"
    __table_args__ = (UniqueConstraint("service_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("catalogue_service.id", ondelete="CASCADE"))
    month: Mapped[date] = mapped_column(index=True)  # its first day
    times: Mapped[int] = mapped_column(default=0)


class SearchMiss(Base):
    """How often nothing was found for a need in a district on a day: unmet need, with nobody's identity or words."""

    __tablename__ = "catalogue_search_miss"
    __table_args__ = (UniqueConstraint("day", "need", "district", "condition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    need: Mapped[str] = mapped_column(String(60))
    district: Mapped[str] = mapped_column(String(60), default="")
    condition: Mapped[str] = mapped_column(String(40), default="")  # the wish that left nothing: "free", "evening"
    times: Mapped[int] = mapped_column(default=0)
