"""What staff write down while they work on a referral: notes, and each attempt to make contact. Only ever added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from common.database import Base, UtcDateTime
from common.encryption import EncryptedText
from referrals.handling import note as audit
from referrals.model import DONE, OPEN, AuditChanged, Referral

NOTED, ATTEMPTED = "noted", "attempted"  # in the audit


class ReferralNote(Base):
    """A note of staff. `form_id` is of the page it was written on: sent twice, that page makes one note."""

    __tablename__ = "referral_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    form_id: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(EncryptedText)


class ContactAttempt(Base):
    """One attempt to make contact: how and with what result (codes of desk_rules.yml), when, and when it was written down."""

    __tablename__ = "contact_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    form_id: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime)
    method: Mapped[str] = mapped_column(String(40))
    result: Mapped[str] = mapped_column(String(40))


def add_note(session: Session, referral: Referral, words: str, *, form_id: str, who: str, now: datetime) -> bool:
    """Keep a note. False, and nothing kept, when the referral was withdrawn; the same form again keeps nothing more."""
    if _state(session, referral) not in (*OPEN, DONE):
        return False
    row = ReferralNote(referral_id=referral.id, form_id=form_id, at=now, who=who, words=words)
    if _added(session, row):
        audit(session, referral, who=who, what=NOTED, now=now)
    return True


def add_attempt(
    session: Session,
    referral: Referral,
    *,
    method: str,
    result: str,
    tried_at: datetime,
    form_id: str,
    who: str,
    now: datetime,
) -> bool:
    """Keep an attempt of `tried_at` (aware). False when the referral is not open; the same form again keeps nothing more."""
    if _state(session, referral) not in OPEN:
        return False
    row = ContactAttempt(
        referral_id=referral.id, form_id=form_id, at=now, who=who, tried_at=tried_at, method=method, result=result
    )
    if _added(session, row):
        audit(session, referral, who=who, what=ATTEMPTED, now=now, detail=f"{method}, {result}")
    return True


def notes(session: Session, referral_id: int) -> list[ReferralNote]:
    """The notes of a referral, the newest first."""
    mine = select(ReferralNote).where(ReferralNote.referral_id == referral_id)
    return list(session.scalars(mine.order_by(ReferralNote.id.desc())))


def attempts(session: Session, referral_id: int) -> list[ContactAttempt]:
    """The attempts of a referral, the last one first."""
    mine = select(ContactAttempt).where(ContactAttempt.referral_id == referral_id)
    return list(session.scalars(mine.order_by(ContactAttempt.tried_at.desc(), ContactAttempt.id.desc())))


def _state(session: Session, referral: Referral) -> str | None:
    """As it is now: they may have taken it back while somebody was writing."""
    return session.scalar(select(Referral.state).where(Referral.id == referral.id).with_for_update())


def _added(session: Session, row: ReferralNote | ContactAttempt) -> bool:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False  # the form came twice
    return True


@event.listens_for(ReferralNote, "before_update")
@event.listens_for(ContactAttempt, "before_update")
def _only_added(mapper: Mapper[Any], connection: Any, row: Any) -> None:
    raise AuditChanged("notes and attempts are only ever added")
