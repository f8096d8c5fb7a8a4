"""Tables of the front door: conversations, their messages, texts to send, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, UtcDateTime
from common.encryption import EncryptedJson, EncryptedText
from front_door.safeguarding.model import SafetyEvent as SafetyEvent  # red flags have a file of their own

ACTIVE, ENDED = "active", "ended"

# States of a resident's message. `noted`: stored and shown to staff, and never given to the bot.
QUEUED, PROCESSING, DONE, FAILED, NOTED = "queued", "processing", "done", "failed", "noted"
WAITING = (QUEUED, PROCESSING)
ASKED = "helped"  # the slot of the one question that the front door puts itself, two weeks later
AWAY = "away"  # in a message's `data`: it came after hours of silence
TAKEN_AT = "taken_at"  # in a message's `data`: when a text that came late was taken in (ISO); `created_at` is when it was sent to us


class Conversation(Base):
    """One resident on one channel. A worker that holds the lease is the only one that may run its turns."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index(
            "uq_conversation_active_address",
            "address_digest",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    session_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    address: Mapped[str | None] = mapped_column(EncryptedText)
    address_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    area: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    texts_stopped: Mapped[bool] = mapped_column(Boolean, default=False)
    careful: Mapped[bool] = mapped_column(Boolean, default=False)  # abuse was told of: texts go only as replies
    texting_safe: Mapped[bool | None] = mapped_column(
        Boolean
    )  # whether some services may be named by text; None: not asked
    held: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)  # replies kept back until that is answered
    shown_after: Mapped[int] = mapped_column(Integer, default=0)  # the web page shows no line up to this one
    apologised: Mapped[bool] = mapped_column(Boolean, default=False)
    welcomed: Mapped[bool] = mapped_column(Boolean, default=False)
    pending_choices: Mapped[list[dict[str, str]] | None] = mapped_column(EncryptedJson)
    aside: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)  # our own question beside it (resident.aside)
    more_text: Mapped[str | None] = mapped_column(EncryptedText)
    more_private: Mapped[bool] = mapped_column(Boolean, default=False)  # it names services that others must not read of
    person: Mapped[str] = mapped_column(
        String(10), default=""
    )  # of us: "", "asked" for, or "joined" (front_door.takeover)
    outcome: Mapped[str | None] = mapped_column(String(12))  # what it came to so far (front_door.outcomes)
    lease_owner: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_turn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """A line of the transcript. `turn_id` joins a resident's message to the turn that answers it (the id of the turn's
    first message, which is also the id that the bot knows it by); an answer carries the same `turn_id`.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_message_state", "state", "conversation_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(Integer)
    direction: Mapped[str] = mapped_column(String(3))  # "in" from the resident, "out" from the assistant
    channel: Mapped[str] = mapped_column(String(10))
    provider_id: Mapped[str | None] = mapped_column(String(160))
    text: Mapped[str] = mapped_column(EncryptedText)
    choice: Mapped[str | None] = mapped_column(EncryptedText)
    data: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    kind: Mapped[str] = mapped_column(String(20), default="text")
    state: Mapped[str] = mapped_column(String(12))
    turn_id: Mapped[str | None] = mapped_column(String(32), index=True)
    flags: Mapped[list[str] | None] = mapped_column(JSON)
    crisis_sent: Mapped[bool] = mapped_column(Boolean, default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OutboxText(Base):
    """A text message to send. `unknown`: the provider may or may not have taken it; look before sending again."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_at"), Index("ix_outbox_created_at", "created_at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)  # order within the conversation
    number_digest: Mapped[str | None] = mapped_column(String(64), index=True)  # whose day it counts towards
    kind: Mapped[str] = mapped_column(
        String(20)
    )  # reply services confirmation follow_up staff crisis stop_confirmation limit_notice
    crisis: Mapped[bool] = mapped_column(Boolean, default=False)
    body: Mapped[str] = mapped_column(EncryptedText)
    segments: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), default="pending")  # pending sending sent unknown failed
    provider_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sender: Mapped[str | None] = mapped_column(String(60))
    sender_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeliveryStatus(Base):
    """The furthest that the provider reported for a text (callbacks come in any order, even before our own commit)."""

    __tablename__ = "delivery_status"

    provider_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(30))
    rank: Mapped[int] = mapped_column(Integer)
    error_code: Mapped[str | None] = mapped_column(String(20))
    error_class: Mapped[str | None] = mapped_column(String(20))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeenText(Base):
    """The provider's id of a text that was taken in, kept when the text itself is erased: no list brings it back."""

    __tablename__ = "seen_text"

    provider_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FinishedTexts(Base):
    """What the texts of one finished and erased conversation cost. Names nobody and no conversation."""

    __tablename__ = "finished_texts"

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(Date, index=True)  # the Monday of the week of its last text
    segments: Mapped[int] = mapped_column(Integer)
