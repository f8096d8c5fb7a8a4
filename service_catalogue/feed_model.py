"""The tables of imported feeds: what came, when, and what was wrong with it. The raw records are never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, UtcDateTime


class ImportRun(Base):
    """One reading of one feed. `ended_at` None: broken off. Only a complete run may count records as missing."""

    __tablename__ = "catalogue_import_run"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("catalogue_source.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    complete: Mapped[bool] = mapped_column(default=False)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")


class RawRecord(Base):
    """A record as it was published, with where and when it was read; the catalogue can be built anew from these."""

    __tablename__ = "catalogue_raw_record"
    __table_args__ = (UniqueConstraint("source_id", "kind", "external_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("catalogue_source.id"))
    kind: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)  # JSON, as read
    sha256: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(String(1000), default="")
    dialect: Mapped[str] = mapped_column(String(40), default="")
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when this content was first read
    seen_run: Mapped[str] = mapped_column(String(36))  # the newest run that met it
    missed_runs: Mapped[int] = mapped_column(default=0)  # complete runs in a row without it
    missed_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportIssue(Base):
    """Something wrong in one record of one run."""

    __tablename__ = "catalogue_import_issue"
    __table_args__ = (Index(None, "run_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("catalogue_import_run.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(String(200), default="")
    severity: Mapped[str] = mapped_column(String(10))  # "error": quarantined or lost a value; "warning"
    code: Mapped[str] = mapped_column(String(60))
    path: Mapped[str] = mapped_column(String(300), default="")
    excerpt: Mapped[str] = mapped_column(String(200), default="")


class DuplicateCandidate(Base):
    """Two services that may be one. People decide; nothing is ever merged by itself."""

    __tablename__ = "catalogue_duplicate"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[str] = mapped_column(ForeignKey("catalogue_service.id", ondelete="CASCADE"))
    second_id: Mapped[str] = mapped_column(ForeignKey("catalogue_service.id", ondelete="CASCADE"))
    score: Mapped[float]
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    decision: Mapped[str] = mapped_column(String(12), default="")  # "", "same", "different"
