"""Tables of the resident's side: wrong tries to look a referral up, and who may see which for a few minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, UtcDateTime


class ReferralTry(Base):
    """A wrong try. `who` is the keyed digest of what it counts against: a reference, a number, a browser or an address."""

    __tablename__ = "referral_try"
    __table_args__ = (Index(None, "who", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ReferralVisit(Base):
    """A browser (digest of its session) that passed the check, and for which referral."""

    __tablename__ = "referral_visit"

    session_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
