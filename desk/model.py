"""The tables of the desk: who may sign in, who is signed in, who tried, and who did what with the catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from common.database import Base, UtcDateTime


class StaffAccount(Base):
    """A local account. `name` is lower case; `password_hash` is argon2id."""

    __tablename__ = "staff_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One signed-in browser. Only the SHA-256 of its token is kept, so a copy of the database signs nobody in."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[StaffAccount] = relationship(lazy="joined", innerjoin=True)


class LoginAttempt(Base):
    """One try to sign in. Name and address are keyed digests: a mistyped password in the name field is not kept readable."""

    __tablename__ = "staff_login_attempt"
    __table_args__ = (
        Index("ix_staff_login_attempt_name_at", "name_digest", "at"),
        Index("ix_staff_login_attempt_address_at", "address_digest", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    name_digest: Mapped[str] = mapped_column(String(64))
    address_digest: Mapped[str] = mapped_column(String(64))
    succeeded: Mapped[bool] = mapped_column(Boolean)


class DeskAudit(Base):
    """Who looked at or changed what in the catalogue, and when. Holds facts of services, never a resident's."""

    __tablename__ = "desk_audit"
    __table_args__ = (Index(None, "object", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(80))  # the page's or the export's name, or the id of a service or source
    detail: Mapped[str] = mapped_column(String(500), default="")
