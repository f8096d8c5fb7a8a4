"""Counts for the lead that outlive what they count: no names, no words, no times but the week.

What lies in the tables is counted there. When it is deleted, what it came to is added to `weekly_count` in the same transaction:
so everything is counted exactly once, whatever is killed or tried again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date, String, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from common.clock import LONDON
from common.database import Base
from referrals.casework import ContactAttempt
from referrals.model import DONE, WITHDRAWN, Referral
from referrals.staff_text import SENT, StaffText

CONVERSATION, FINISHED, REFERRAL, PROMISE, FLAG = "conversation", "finished", "referral", "promise", "flag"
KEPT, LATE, NOT_DUE, TAKEN_BACK = "kept", "late", "not_due", "taken_back"  # of a promise


class WeeklyCount(Base):
    """So many that were deleted. Rows are only ever added: what belongs together is summed when it is read."""

    __tablename__ = "weekly_count"

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(Date, index=True)  # its Monday, in London
    channel: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(40), default="")
    tier: Mapped[str] = mapped_column(String(16), default="")
    times: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, order=True)
class Cell:
    """What is counted: one thing in one week on one channel. `code`: outcome, destination, flag or how a promise went."""

    week: date
    channel: str
    what: str
    code: str = ""
    tier: str = ""


def monday(at: datetime) -> date:
    """The Monday of the week of an aware time, in London."""
    day = at.astimezone(LONDON).date()
    return day - timedelta(days=day.weekday())


def keep(session: Session, counted: Counter[Cell]) -> None:
    """Add what is deleted in this transaction to the counts that stay."""
    session.add_all(WeeklyCount(**vars(cell), times=times) for cell, times in sorted(counted.items()) if times)


def kept(session: Session, since: date) -> Counter[Cell]:
    """What was deleted, by cell, from this Monday on."""
    key = (WeeklyCount.week, WeeklyCount.channel, WeeklyCount.what, WeeklyCount.code, WeeklyCount.tier)
    rows = session.execute(select(*key, func.sum(WeeklyCount.times)).where(WeeklyCount.week >= since).group_by(*key))
    return Counter({Cell(*row[:5]): int(row[5]) for row in rows})


def of_referrals(session: Session, now: datetime, ids: Sequence[int] | None = None) -> Counter[Cell]:
    """Every referral that is stored: where it went and at which tier, and how its promise stands at `now`. Or these `ids`, which are
    erased now: a promise that was not due yet never will be, so it counts as taken back."""
    tried = exists().where(ContactAttempt.referral_id == Referral.id, ContactAttempt.tried_at <= Referral.due_at)
    texted = exists().where(
        StaffText.referral_id == Referral.id, StaffText.state == SENT, StaffText.sent_at <= Referral.due_at
    )
    query = select(
        Referral.created_at, Referral.channel, Referral.destination, Referral.tier,
        Referral.state, Referral.due_at, Referral.done_at, tried | texted,
    )  # fmt: skip
    if ids is not None:
        query = query.where(Referral.id.in_(ids))
    found: Counter[Cell] = Counter()
    for created_at, channel, destination, tier, state, due_at, done_at, in_touch in session.execute(query):
        week = monday(created_at)
        found[Cell(week, channel, REFERRAL, destination, tier)] += 1
        how = promise(state, due_at, done_at, bool(in_touch), now)
        found[Cell(week, channel, PROMISE, TAKEN_BACK if how == NOT_DUE and ids is not None else how)] += 1
    return found


def promise(state: str, due_at: datetime, done_at: datetime | None, in_touch: bool, now: datetime) -> str:
    """How a promise stands: KEPT when somebody tried to reach the person, or it was finished, by the due time."""
    if in_touch or (state == DONE and done_at is not None and done_at <= due_at):
        return KEPT
    if state == WITHDRAWN and (done_at is None or done_at <= due_at):
        return TAKEN_BACK
    return LATE if now > due_at else NOT_DUE
