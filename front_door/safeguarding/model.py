"""The tables of safety entries: what raised a flag, the entry that staff work on, their notes, and alerts without content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from common.database import Base, UtcDateTime
from common.encryption import EncryptedText
from referrals.model import DONE, NEW, WAITING

RAISED, LATE = "raised", "late"  # kinds of alert
_OPEN = text("state <> 'done'")


class SafetyEvent(Base):
    """A red flag in one message: the resident's words, and the words that were shown for it.

    Written in the transaction of the message. `source`: what the flag was found in (the message's id; of a post that was
    refused its `post_key`): one event for each source and flag, whatever is tried again. `post_key`: the keyed digest of a
    post to the web page, by which a refused post is known again when it comes a second time. `case_id`: filed there.
    """

    __tablename__ = "safety_event"
    __table_args__ = (UniqueConstraint("source", "flag"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    flag: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    message_id: Mapped[str | None] = mapped_column(String(32), index=True)
    source: Mapped[str | None] = mapped_column(String(64))
    post_key: Mapped[str | None] = mapped_column(String(64), index=True)
    words: Mapped[str | None] = mapped_column(EncryptedText)
    reply_shown: Mapped[str | None] = mapped_column(EncryptedText)
    case_id: Mapped[str | None] = mapped_column(
        String(32), index=True
    )  # no foreign key: its check would wait for a lock


class SafetyCase(Base):
    """An entry on the desk: one flag of one conversation, with every message that raised it until it has an outcome.

    `conversation` is no foreign key: the entry outlives the chat, and a referral of the same conversation is found by it.
    `unseen_since`: when the first message came that nobody has looked at yet; None when all were. `count`: its messages,
    so that nothing that came meanwhile is closed unread. `address`, `address_digest`, `area`: of the conversation, as far
    as known; by the digest an entry is found when its chat is gone.
    """

    __tablename__ = "safety_case"
    __table_args__ = (
        Index(
            "uq_safety_case_open",
            "conversation",
            "flag",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_safety_case_state_opened_at", "state", "opened_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    flag: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10))
    conversation: Mapped[str | None] = mapped_column(String(32))
    area: Mapped[str | None] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(EncryptedText)
    address_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    unseen_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(16), default=NEW)  # new taken done
    taken_by: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    done_by: Mapped[str | None] = mapped_column(String(80))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when all words and numbers were deleted

    events: Mapped[list[SafetyEvent]] = relationship(
        primaryjoin=lambda: SafetyCase.id == foreign(SafetyEvent.case_id),
        order_by=lambda: (SafetyEvent.at, SafetyEvent.id),
        viewonly=True,
    )
    notes: Mapped[list[SafetyNote]] = relationship(order_by=lambda: SafetyNote.id)

    @property
    def open(self) -> bool:
        return self.state != DONE


class SafetyNote(Base):
    """What a member of staff wrote down about an entry. Only ever added."""

    __tablename__ = "safety_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("safety_case.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(EncryptedText)


class SafetyAlert(Base):
    """The outbox of alerts: an e-mail that says that an entry waits, and nothing else.

    The id is made of what the alert is for ("raised:" and the event, "late:" and the entry): nothing alerts twice.
    `next_at`: when to try; while `sending`, when another process may take over.
    """

    __tablename__ = "safety_alert"
    __table_args__ = (Index("ix_safety_alert_state_next_at", "state", "next_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("safety_case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=WAITING)  # as of `referrals.model.Delivery`
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(String(300), default="")

    case: Mapped[SafetyCase] = relationship()
