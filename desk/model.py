"""The tables of the desk: who may sign in, who is signed in, who tried, and who did what with the catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from common.chain import Chained
from common.database import Base, UtcDateTime
from common.encryption import EncryptedText


class StaffAccount(Base):
    """Somebody who may sign in. `name` is lower case; `password_hash` is argon2id, and empty for whom another provider knows."""

    __tablename__ = "staff_account"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)  # of desk.roles.Role
    teams: Mapped[list[str]] = mapped_column(JSON, default=list)  # of a Local Area Coordinator: names of Referral.team
    provider: Mapped[str] = mapped_column(String(40), default="local")  # desk.identity.Provider.key
    subject: Mapped[str | None] = mapped_column(String(255))  # who they are to that provider; None for a local account
    totp_key: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)  # base32; not read with every page
    totp_since: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # None: no second factor, or the key is not confirmed yet
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)  # of the last code that was used: none works twice


class RecoveryCode(Base):
    """A code that stands in for the second factor once. Only its SHA-256 is kept: it is random, of 79 bits."""

    __tablename__ = "staff_recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id", ondelete="CASCADE"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
    second_factor: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # whether one was shown when this browser signed in

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


class DeskAudit(Chained, Base):
    """Who looked at or changed what on the desk, beside referrals, and when. Codes and facts of services, never a resident's."""

    __tablename__ = "desk_audit"
    CHAINED = ("at", "who", "what", "object", "detail")
    __table_args__ = (Index(None, "object", "at"), Index(None, "who", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(80))  # the page's or the export's name, or the id of a service or source
    detail: Mapped[str] = mapped_column(String(500), default="")
