"""The tables of a referral's life. What a resident said or who they are is encrypted; ids, codes and times are plain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, ForeignKey, Index, String, Text, UniqueConstraint, event, select
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from common.chain import Chained
from common.database import Base, UtcDateTime
from common.encryption import EncryptedJson, EncryptedText

# Plain strings in the database, so that a later state needs no change of type.
NEW, TAKEN, DONE, WITHDRAWN = "new", "taken", "done", "withdrawn"
OPEN, CLOSED = (NEW, TAKEN), (DONE, WITHDRAWN)
URGENT, ROUTINE = "urgent", "routine"
ASSISTANT = "assistant"  # who did it, in the audit, when no member of staff did
WAITING, SENDING, SENT, FAILED, SKIPPED = "waiting", "sending", "sent", "failed", "skipped"
DROPPED = "dropped"  # of a notice: not needed any more when its turn came
# Kinds of delivery. A referral has at most one of each, whatever is tried again: the table says so.
EMAIL, WEBHOOK = "email", "webhook"
GONE_EMAIL, GONE_WEBHOOK = (
    "gone_email",
    "gone_webhook",
)  # that the resident took it back; sent after that, and nothing else is
UNOPENED, NEARING, BREACHED, UNDELIVERED = "unopened", "nearing", "breached", "undelivered"
ALERTS = (UNOPENED, NEARING, BREACHED, UNDELIVERED)  # to the lead


class Referral(Base):
    """One resident's referral to one team. `promise_text` is what they were told, word for word; `due_at` what staff work to."""

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(128), unique=True)
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    destination: Mapped[str] = mapped_column(String(32))
    team: Mapped[str] = mapped_column(String(120))
    tier: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[str]] = mapped_column(EncryptedJson)
    priority: Mapped[str] = mapped_column(String(16), default=ROUTINE)
    state: Mapped[str] = mapped_column(String(16), default=NEW)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised: Mapped[bool] = mapped_column(Boolean)  # whether the resident was told the day, or `due_at` is ours alone
    promise_text: Mapped[str] = mapped_column(Text)
    taken_by: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(40))
    packet: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)

    consents: Mapped[list[ConsentEvent]] = relationship(order_by="ConsentEvent.id")
    # Left alone when the referral goes: the database empties `referral_id`, and the audit stays.
    events: Mapped[list[ReferralEvent]] = relationship(order_by="ReferralEvent.id", passive_deletes="all")
    deliveries: Mapped[list[Delivery]] = relationship(order_by="Delivery.id", back_populates="referral")


class ConsentEvent(Base):
    """A resident's yes for one receiver and purpose, with the exact words that were shown and their fingerprint."""

    __tablename__ = "consent_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    receiver: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(EncryptedText)
    version: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReferralEvent(Chained, Base):
    """The audit of a referral: who did what, and when. Rows are only ever added; `detail` holds codes, never content.

    It outlives the referral: then `referral_id` is empty and `reference` still says which it was.
    """

    __tablename__ = "referral_event"
    CHAINED = ("at", "who", "what", "reference", "detail")
    __table_args__ = (Index(None, "who", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id", ondelete="SET NULL"), index=True)
    reference: Mapped[str] = mapped_column(String(16), index=True)  # filled in when left out
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(200), default="")


class Delivery(Base):
    """A notice about a referral: the outbox. `next_at` is when to try; while `sending`, when another may take over."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("referral_id", "kind"),
        Index("ix_delivery_state_next_at", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    kind: Mapped[str] = mapped_column(String(16), default=EMAIL)
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message_id: Mapped[str] = mapped_column(String(64), unique=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(String(300), default="")

    referral: Mapped[Referral] = relationship(back_populates="deliveries")


class AuditChanged(RuntimeError):
    """Something tried to change or remove an audit row."""


@event.listens_for(ReferralEvent, "before_insert")
def _says_which(mapper: Mapper[ReferralEvent], connection: Connection, row: ReferralEvent) -> None:
    if not row.reference:
        row.reference = connection.scalar(select(Referral.reference).where(Referral.id == row.referral_id)) or ""


@event.listens_for(ReferralEvent, "before_update")
@event.listens_for(ReferralEvent, "before_delete")
def _only_added(mapper: Mapper[ReferralEvent], connection: Any, row: ReferralEvent) -> None:
    raise AuditChanged("audit rows are only ever added")
