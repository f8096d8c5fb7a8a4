"""One text after two weeks, to ask if it helped: agreed to by the resident, sent at most once, and forgotten with their number.

The number is kept only until the text has gone. What stays says nobody's name: when, and whether it helped.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from common.clock import LONDON
from common.database import Base, UtcDateTime
from common.encryption import EncryptedText
from common.local_data import LocalDataError, read_yaml
from referrals.live import may_leave
from referrals.model import Referral

WAITING, SENT, ANSWERED, DROPPED = "waiting", "sent", "answered", "dropped"
HELPED, NOT_YET = "yes", "no"
FILE = "follow_up.yml"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class FollowUp(Base):
    """A text that a resident agreed to. `words` are those of the question they said yes to; `sent_in` is the conversation
    that it was sent in, by which the answer is known."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("conversation", "episode"), Index(None, "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(String(64))
    episode: Mapped[str] = mapped_column(String(64))
    reference: Mapped[str | None] = mapped_column(String(16), index=True)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    words: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_in: Mapped[str | None] = mapped_column(String(64), index=True)
    answer: Mapped[str | None] = mapped_column(String(10))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class FollowUpRules:
    """When the text goes, and its words (follow_up.yml)."""

    after: timedelta
    earliest: time
    latest: time
    never_on: frozenset[str]
    too_late: timedelta
    text: str
    helped: str
    not_yet: str

    @classmethod
    def load(cls, data_dir: Path) -> FollowUpRules:
        """Raises LocalDataError naming file and key for what is missing or makes no sense."""
        path = data_dir / FILE
        raw = read_yaml(path)
        never = raw.get("never_on") or []
        if not isinstance(never, list) or set(never) - set(_DAYS) or len(set(never)) == len(_DAYS):
            raise LocalDataError(f"{path}: never_on must list days of the week, and leave one free")
        rules = cls(
            after=timedelta(days=_days(path, raw, "after_days")),
            earliest=_clock(path, raw, "earliest"),
            latest=_clock(path, raw, "latest"),
            never_on=frozenset(never),
            too_late=timedelta(days=_days(path, raw, "too_late_days")),
            text=_text(path, raw, "text"),
            helped=_text(path, raw, "helped"),
            not_yet=_text(path, raw, "not_yet"),
        )
        if not rules.earliest < rules.latest:
            raise LocalDataError(f"{path}: earliest must be before latest")
        return rules

    def due(self, agreed_at: datetime) -> datetime:
        """The first time at which the text may go, aware, UTC: the days later, on an allowed day within the hours."""
        local = (agreed_at.astimezone(LONDON) + self.after).replace(tzinfo=None)
        if local.time() >= self.latest:
            local = datetime.combine(local.date() + timedelta(days=1), self.earliest)
        elif local.time() < self.earliest:
            local = datetime.combine(local.date(), self.earliest)
        while self._shut(local.date()):
            local = datetime.combine(local.date() + timedelta(days=1), self.earliest)
        return local.replace(tzinfo=LONDON).astimezone(timezone.utc)

    def may_send(self, now: datetime) -> bool:
        """Whether this is an hour at which a text may arrive."""
        local = now.astimezone(LONDON)
        return self.earliest <= local.time() < self.latest and not self._shut(local.date())

    def _shut(self, day: date) -> bool:
        return _DAYS[day.weekday()] in self.never_on


def agree(
    session: Session,
    rules: FollowUpRules,
    *,
    conversation: str,
    episode: str,
    phone: str,
    words: str,
    reference: str | None,
    now: datetime,
) -> datetime:
    """Write down a yes; returns when the text is due. The same yes again changes nothing. `phone` is in E.164 form."""
    known = session.scalar(
        select(FollowUp).where(FollowUp.conversation == conversation, FollowUp.episode == episode).with_for_update()
    )
    if known is None:
        known = FollowUp(
            conversation=conversation,
            episode=episode,
            reference=reference,
            phone=phone,
            words=words,
            sha256=hashlib.sha256(words.encode()).hexdigest(),
            agreed_at=now,
            due_at=rules.due(now),
        )
        session.add(known)
        session.flush()
    return known.due_at


def due(session: Session, now: datetime, limit: int = 50) -> list[FollowUp]:
    """What is to be sent now, held for writing, oldest first."""
    query = select(FollowUp).where(FollowUp.state == WAITING, FollowUp.due_at <= now).order_by(FollowUp.due_at)
    return list(session.scalars(query.limit(limit).with_for_update(skip_locked=True)))


def may_go(session: Session, row: FollowUp) -> bool:
    """False once the referral that it asks about was taken back."""
    referral = session.scalars(select(Referral).where(Referral.reference == row.reference)).first()
    return referral is None or may_leave(referral)


def sent(row: FollowUp, conversation: str, now: datetime) -> None:
    """The text is on its way, in this transaction; the number is not needed any more."""
    row.state, row.sent_at, row.sent_in, row.phone = SENT, now, conversation, None


def drop(row: FollowUp) -> None:
    """The text will never go: the number stopped our texts, or it is too late."""
    row.state, row.phone = DROPPED, None


def answer(session: Session, conversation: str, value: str, now: datetime) -> bool:
    """Write down whether it helped (HELPED or NOT_YET). False when nothing was asked in this conversation."""
    row = session.scalars(
        select(FollowUp)
        .where(FollowUp.sent_in == conversation)
        .order_by(FollowUp.sent_at.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if row is None:
        return False
    row.state, row.answer, row.answered_at = ANSWERED, value, now
    return True


def of_referral(session: Session, reference: str) -> FollowUp | None:
    """The text agreed to after this referral, if any."""
    return session.scalars(select(FollowUp).where(FollowUp.reference == reference).limit(1)).first()


def drop_of_referral(session: Session, reference: str) -> None:
    """Forget the text agreed to after this referral, if it has not gone yet."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.reference == reference, FollowUp.state == WAITING)
        .values(state=DROPPED, phone=None)
        .execution_options(synchronize_session=False)
    )


def withdraw(session: Session, conversation: str) -> None:
    """Forget a yes given in this conversation whose text has not gone yet."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.conversation == conversation, FollowUp.state == WAITING)
        .values(state=DROPPED, phone=None)
    )


def _days(path: Path, raw: dict[str, Any], key: str) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 365:
        raise LocalDataError(f"{path}: {key} must be a number of days from 1 to 365, not {value!r}")
    return value


def _clock(path: Path, raw: dict[str, Any], key: str) -> time:
    try:
        return time.fromisoformat(str(raw.get(key)))
    except ValueError:
        raise LocalDataError(f'{path}: {key} must be a time such as "10:00", not {raw.get(key)!r}') from None


def _text(path: Path, raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise LocalDataError(f"{path}: {key} must be text")
    return value.strip()
