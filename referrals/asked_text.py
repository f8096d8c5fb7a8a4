"""A text that a resident on the web asked for: the services they were shown, to a mobile of their own. Kept until it has gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from common.database import Base, UtcDateTime
from common.encryption import EncryptedJson, EncryptedText

WAITING, SENT, DROPPED = "waiting", "sent", "dropped"
MOST = 2  # in one conversation: nobody is to be pestered through us


class AskedText(Base):
    """A text to send. Its number, words and needs are forgotten once it is on its way."""

    __tablename__ = "asked_text"
    __table_args__ = (Index(None, "state", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(64), unique=True)  # the same message asks for one text
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    body: Mapped[str | None] = mapped_column(EncryptedText)
    needs: Mapped[list[str] | None] = mapped_column(EncryptedJson)  # that the services in it are labelled with
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)


def ask(
    session: Session,
    *,
    message_id: str,
    conversation: str,
    phone: str,
    body: str,
    now: datetime,
    needs: Collection[str] = (),
) -> bool:
    """Write down that `body` is to go to `phone` (E.164). `needs`: codes of the services in it, by which the front door knows
    which of them others must not read. False when this conversation has had its share."""
    known = list(session.scalars(select(AskedText).where(AskedText.conversation == conversation)))
    if any(row.message_id == message_id for row in known):
        return True
    if len(known) >= MOST:
        return False
    row = AskedText(message_id=message_id, conversation=conversation, phone=phone, body=body, asked_at=now)
    row.needs = sorted(set(needs))
    session.add(row)
    session.flush()
    return True


def waiting(session: Session, limit: int = 20) -> list[AskedText]:
    """What is to be sent, held for writing, oldest first."""
    query = select(AskedText).where(AskedText.state == WAITING).order_by(AskedText.asked_at).limit(limit)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def close(row: AskedText, state: str) -> None:
    """It is on its way (SENT), in this transaction, or never will be (DROPPED)."""
    row.state, row.phone, row.body, row.needs = state, None, None, None
