"""How many segments a day may cost, to one number and to everybody, counted from the outbox itself: a restart forgets nothing.

A day is a calendar day in London. Crisis texts are neither counted nor held back; a text that was never handed over costs nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, time, timezone

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from common.clock import LONDON
from front_door.model import Conversation, OutboxText
from front_door.moving.model import LeftDoor
from front_door.sms.text_rules import Day

logger = logging.getLogger(__name__)
NUMBER_FULL, DAY_FULL = "daily limit of the number", "daily limit"  # why a text was closed, as the outbox keeps it
LIMITS = (NUMBER_FULL, DAY_FULL)
NOTICE = "limit_notice"  # the one text that says so
_FREE = (NOTICE, "stop_confirmation")  # short, owed, and at most one a day


@dataclass(frozen=True)
class Spent:
    """Segments of a day so far. `closed`: texts that were not sent for it. `alarm`: staff should know."""

    everybody: int
    allowed: int
    closed: int
    alarm: bool


def day_start(now: datetime) -> datetime:
    """The last midnight in London, in UTC."""
    return datetime.combine(now.astimezone(LONDON).date(), time(), LONDON).astimezone(timezone.utc)


def spent_today(session: Session, day: Day, now: datetime) -> Spent:
    """For staff and for figures."""
    total = _segments(session, now)
    closed = session.scalar(
        select(func.count())
        .select_from(OutboxText)
        .where(OutboxText.created_at >= day_start(now), OutboxText.error.in_(LIMITS))
    )
    return Spent(total, day.everybody, closed or 0, total >= day.alarm)


def closed_because(
    session: Session, conversation: Conversation, kind: str, segments: int, day: Day, now: datetime
) -> str | None:
    """NUMBER_FULL or DAY_FULL when a text of so many segments would go over a limit; None when it may go. The log has one line when
    the day's alarm is reached, and one for each text that is closed; neither says whose.
    """
    if kind == "crisis" or kind in _FREE:
        return None
    number = number_of(session, conversation)
    if number and _segments(session, now, number) + segments > day.number:
        logger.warning("a text was not sent: %s of %d segments", NUMBER_FULL, day.number)
        return NUMBER_FULL
    before = _segments(session, now)
    if before + segments > day.everybody:
        logger.error("a text was not sent: %s of %d segments", DAY_FULL, day.everybody)
        return DAY_FULL
    if before < day.alarm <= before + segments:
        logger.error("texts: %d of the %d segments of this day are used", before + segments, day.everybody)
    return None


def number_of(session: Session, conversation: Conversation) -> str | None:
    """The keyed digest of the number that a text of this conversation goes to; also of the number that it has left for the web
    page, where a last answer to the phone is on its way. The texts keep it, so that a move gives nobody a second day."""
    if conversation.address_digest or not conversation.address:
        return conversation.address_digest
    left = select(LeftDoor.digest).where(LeftDoor.conversation_id == conversation.id).order_by(LeftDoor.at.desc())
    return session.scalars(left.limit(1)).first()


def was_told(session: Session, conversation: Conversation, now: datetime) -> bool:
    """Whether this number has had today's notice."""
    return (
        session.scalars(
            select(OutboxText.id)
            .where(
                OutboxText.created_at >= day_start(now),
                OutboxText.kind == NOTICE,
                OutboxText.number_digest == number_of(session, conversation),
            )
            .limit(1)
        ).first()
        is not None
    )


def _segments(session: Session, now: datetime, digest: str | None = None) -> int:
    # A text that failed was not taken, unless nobody knows.
    spent = or_(OutboxText.state != "failed", OutboxText.error == "outcome unknown")
    wanted = select(func.sum(OutboxText.segments)).where(
        and_(OutboxText.created_at >= day_start(now), OutboxText.crisis.is_(False), spent)
    )
    if digest is not None:
        wanted = wanted.where(OutboxText.number_digest == digest)
    return session.scalar(wanted) or 0
