"""Tables of the move: codes that are still good, wrong tries, and doors that a conversation has left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, UtcDateTime


class MoveCode(Base):
    """A one-time code. Only keyed digests of it are kept: of the whole code, and of its first three digits, by which a wrong
    try is put down to the code that it was aimed at.
    """

    __tablename__ = "move_code"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    goes_to: Mapped[str] = mapped_column(String(10))  # the channel it leads to: "sms" or "web"
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    handle_digest: Mapped[str] = mapped_column(String(64), index=True)
    wrong: Mapped[int] = mapped_column(Integer, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_by: Mapped[str | None] = mapped_column(
        String(64)
    )  # digest of the number or session, so that a repeat is no wrong try
    outbox_id: Mapped[str | None] = mapped_column(
        String(32)
    )  # the text that carries it; its words go when the code does


class MoveTry(Base):
    """A wrong code. `who` is the keyed digest of a number, a browser's session or a network address."""

    __tablename__ = "move_try"
    __table_args__ = (Index(None, "who", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LeftDoor(Base):
    """A session (digest of its token) or a number (keyed digest) that its conversation has moved away from."""

    __tablename__ = "left_door"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
