"""The table of takeovers: who asked for a person, who joined, since when, and how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from common.database import Base, UtcDateTime
from common.encryption import EncryptedJson

# `Conversation.person`, and how far a takeover is.
NOBODY, ASKED, JOINED = "", "asked", "joined"

# How a takeover ended.
RELEASED, NOBODY_JOINED, STAFF_SILENT, QUIET, LEFT = "released", "nobody_joined", "staff_silent", "quiet", "left"
UNANSWERED = (NOBODY_JOINED, STAFF_SILENT)  # a lead should know
RESIDENT, ASSISTANT = "resident", "assistant"  # who ended it, when no member of staff did


class Takeover(Base):
    """One time that a person was asked for or joined. A conversation has at most one that has not ended: the table says so.

    Nobody's words stand here but in `kept`, which goes when the takeover ends.
    """

    __tablename__ = "takeover"
    __table_args__ = (
        Index(
            "uq_takeover_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # when the resident asked; None: staff came by themselves
    joined_by: Mapped[str | None] = mapped_column(String(80))
    speaker: Mapped[str] = mapped_column(String(20), default="")  # who speaks, as a key of live_chat.yml
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    override: Mapped[str | None] = mapped_column(String(20))  # why a lead joined outside the hours: a code
    first_line: Mapped[int] = mapped_column(Integer, default=0)  # the line that says that a person has joined
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the resident waits for the person's answer
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # ... and was told that it takes long
    last_line_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the resident or the person
    kept: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)  # what the assistant says when the person leaves
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    ended_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(20))


def open_takeover(session: Session, conversation_id: str) -> Takeover | None:
    """The takeover of a conversation that has not ended, or None. Hold the conversation for writing before you change it."""
    wanted = select(Takeover).where(Takeover.conversation_id == conversation_id, Takeover.ended_at.is_(None))
    return session.scalars(wanted.execution_options(populate_existing=True)).first()
