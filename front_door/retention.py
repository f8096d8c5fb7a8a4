"""Conversations expire: their words are deleted once they are older than retention.yml allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from common.clock import Clock
from common.database import Database
from common.local_data import LocalDataError, read_yaml
from front_door.model import ENDED, WAITING, Conversation, DeliveryStatus, Message, OutboxText, SafetyEvent
from front_door.moving import codes
from front_door.moving.forgetting import forget_moves, forget_old
from front_door.sms import cost
from front_door.sms.sending import UNFINISHED
from referrals import follow_up
from referrals.model import Referral

logger = logging.getLogger(__name__)
FILE = "retention.yml"
EVERY = 600.0  # seconds between two runs
BATCH = 100  # conversations (or left-over rows) in one transaction
PAUSE = 0.05  # seconds between two transactions, in which turns go first

# The bot's own table. It is not on our Base, and is missing where neither migrations nor the bot have run.
_TRACKER = sa.table("tracker_turn", sa.column("id"), sa.column("conversation"), sa.column("saved_at", sa.Float))


@dataclass(frozen=True)
class Retention:
    """How long after the resident's last message a chat is deleted, and its closed page is forgotten (retention.yml)."""

    chat: timedelta
    chat_with_referral: timedelta
    closed_page: timedelta
    one_time_code: timedelta = codes.LIFE

    @classmethod
    def load(cls, data_dir: Path) -> Retention:
        """Raises LocalDataError naming file and key for what is missing, no whole number of hours, or contradictory."""
        path = data_dir / FILE
        content = read_yaml(path)
        limits = content.get("limits")
        if not isinstance(limits, dict):
            raise LocalDataError(f"{path}: limits is missing")
        found = {field.name: _hours(path, limits, field.name) for field in fields(cls)}
        if not timedelta() < found["chat"] <= found["chat_with_referral"]:
            raise LocalDataError(f"{path}: chat must be at least 1 hour, and chat_with_referral no shorter than chat")
        if found["one_time_code"] < codes.LIFE:
            raise LocalDataError(f"{path}: one_time_code must be at least 24 hours, as long as a code is good for")
        events = content.get("safety_events")
        if not isinstance(events, dict) or events.get("deleted") != "never" or not events.get("source"):
            raise LocalDataError(f"{path}: safety_events must say 'deleted: never' and its source")
        return cls(**found)


def _hours(path: Path, limits: dict[str, Any], name: str) -> timedelta:
    limit = limits.get(name)
    if not isinstance(limit, dict) or not limit.get("source"):
        raise LocalDataError(f"{path}: limits.{name} needs hours and a source")
    hours = limit.get("hours")
    if not isinstance(hours, int) or isinstance(hours, bool) or not 0 <= hours <= 24 * 3660:
        raise LocalDataError(f"{path}: limits.{name}.hours must be a whole number of hours, not {hours!r}")
    return timedelta(hours=hours)


@dataclass(frozen=True)
class Erased:
    """How many rows went."""

    conversations: int = 0
    messages: int = 0
    texts: int = 0
    statuses: int = 0
    turns: int = 0  # of the bot's memory
    shells: int = 0  # emptied conversations whose row went now

    def __add__(self, other: Erased) -> Erased:
        return Erased(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def erase(session: Session, conversation_id: str) -> Erased | None:
    """Delete all that one conversation holds, whatever its age, and its row; None when there is no such conversation.

    Its messages, texts, delivery reports and the bot's memory go, even if a reply is still due. Its safety events stay,
    without a link to it. A referral made from it stays: it has rules of its own. Of a number that stopped our texts
    a keyed fingerprint stays, so that STOP is still obeyed. A text that was agreed to for later is not sent.
    """
    found = session.scalars(sa.select(Conversation.id).where(Conversation.id == conversation_id).with_for_update())
    if not found.first():
        return None
    follow_up.withdraw(session, conversation_id)
    return _erase(session, [conversation_id])


async def expire(db: Database, limits: Retention, now: datetime, pause: float = PAUSE) -> Erased:
    """Delete everything that is past its limit, in small transactions; returns what went."""
    total = Erased()
    while ids := await db.read(_due, limits, now):
        gone = await db.run(_expire, ids, limits, now)
        total += gone
        if gone.conversations == 0:  # all of them came back to life meanwhile
            break
        await asyncio.sleep(pause)
    await db.run(forget_old, now, limits.one_time_code, limits.closed_page)
    for clear in (_old_shells, _lost_turns, _lost_statuses):
        while (gone := await db.run(clear, limits, now)) != Erased():
            total += gone
            await asyncio.sleep(pause)
    return total


async def expire_for_ever(db: Database, limits: Retention, clock: Clock, every: float = EVERY) -> None:
    """`expire` now and every `every` seconds. A fault is logged by its kind, and the next run tries again."""
    while True:
        try:
            gone = await expire(db, limits, clock.now())
            if gone != Erased():
                logger.info("expired: %s", ", ".join(f"{f.name} {getattr(gone, f.name)}" for f in fields(gone)))
        except Exception as error:
            logger.error("old conversations could not be expired: %s", type(error).__name__)
        await asyncio.sleep(every)


def _due(session: Session, limits: Retention, now: datetime, among: Sequence[str] | None = None) -> list[str]:
    """Up to BATCH conversations past their limit that nothing is under way for. `among`: only these, held for writing."""
    referred = sa.exists().where(Referral.conversation == Conversation.id)
    owed = sa.exists().where(
        Message.conversation_id == Conversation.id, Message.direction == "in", Message.state.in_(WAITING)
    )
    unsent = sa.exists().where(OutboxText.conversation_id == Conversation.id, OutboxText.state.in_(UNFINISHED))
    query = (
        sa.select(Conversation.id)
        .where(
            Conversation.last_seq > 0,  # an emptied one has no lines
            Conversation.last_seen_at < now - limits.chat,
            sa.or_(Conversation.last_seen_at < now - limits.chat_with_referral, ~referred),
            sa.or_(Conversation.lease_until.is_(None), Conversation.lease_until <= now),
            ~owed,
            ~unsent,
        )
        .limit(BATCH)
    )
    if among is not None:
        query = query.where(Conversation.id.in_(among)).with_for_update(skip_locked=True, of=Conversation)
    return list(session.scalars(query))


def _expire(session: Session, ids: Sequence[str], limits: Retention, now: datetime) -> Erased:
    still_due = _due(session, limits, now, among=ids)  # the resident may have written since they were read
    return _erase(session, still_due, pages_after=now - limits.closed_page) if still_due else Erased()


def _erase(session: Session, ids: Sequence[str], pages_after: datetime | None = None) -> Erased:
    """Delete what these conversations hold. Their rows go too, but for an empty shell of web chats last seen after
    `pages_after` (their open pages then say that they are closed) and of numbers that stopped our texts.
    """
    session.execute(
        sa.update(SafetyEvent).where(SafetyEvent.conversation_id.in_(ids)).values(conversation_id=None, message_id=None)
    )
    careful = sa.select(Conversation.id).where(Conversation.id.in_(ids), Conversation.careful)
    for one in session.scalars(careful).all():
        follow_up.withdraw(session, one)  # nothing would be left that says why it must not go
    cost.keep(session, ids)
    forget_moves(session, ids, doors=pages_after is None)
    sids = sa.select(OutboxText.provider_sid).where(OutboxText.conversation_id.in_(ids))
    statuses = _delete(session, sa.delete(DeliveryStatus).where(DeliveryStatus.provider_sid.in_(sids)))
    texts = _delete(session, sa.delete(OutboxText).where(OutboxText.conversation_id.in_(ids)))
    messages = _delete(session, sa.delete(Message).where(Message.conversation_id.in_(ids)))
    turns = 0
    if _has_tracker(session):
        turns = _delete(session, sa.delete(_TRACKER).where(_TRACKER.c.conversation.in_(ids)))
    kept = session.scalars(sa.select(Conversation.id).where(Conversation.id.in_(ids), _keeps_shell(pages_after))).all()
    _delete(session, sa.delete(Conversation).where(Conversation.id.not_in(kept), Conversation.id.in_(ids)))
    session.execute(
        sa.update(Conversation)
        .where(Conversation.id.in_(kept))
        .values(
            state=ENDED,
            last_seq=0,
            address=None,
            area=None,
            pending_choices=None,
            more_text=None,
            held=None,
            texting_safe=None,
            careful=False,
            lease_owner=None,
            lease_until=None,
            next_turn_at=None,
        )
    )
    return Erased(len(ids), messages, texts, statuses, turns)


def _keeps_shell(pages_after: datetime | None) -> sa.ColumnElement[bool]:
    page: sa.ColumnElement[bool] = sa.false()
    if pages_after is not None:
        page = sa.and_(Conversation.session_digest.is_not(None), Conversation.last_seen_at >= pages_after)
    newer = aliased(Conversation)
    replaced = sa.exists().where(
        newer.address_digest == Conversation.address_digest, newer.created_at > Conversation.created_at
    )
    stopped = sa.and_(Conversation.texts_stopped, Conversation.address_digest.is_not(None), ~replaced)
    return sa.or_(page, stopped)


def _old_shells(session: Session, limits: Retention, now: datetime) -> Erased:
    """Delete shells whose use is over: an old page, or a number with a newer conversation (which took over its STOP)."""
    old = sa.select(Conversation.id).where(Conversation.last_seq == 0, ~_keeps_shell(now - limits.closed_page))
    return Erased(shells=_delete(session, sa.delete(Conversation).where(Conversation.id.in_(old.limit(BATCH)))))


def _lost_turns(session: Session, limits: Retention, now: datetime) -> Erased:
    """Delete old rows of the bot's memory without a living conversation: a turn that ended after its chat was erased."""
    if not _has_tracker(session):
        return Erased()
    living = sa.exists().where(Conversation.id == _TRACKER.c.conversation, Conversation.last_seq > 0)
    lost = sa.select(_TRACKER.c.id).where(_TRACKER.c.saved_at < (now - limits.chat).timestamp(), ~living)
    return Erased(turns=_delete(session, sa.delete(_TRACKER).where(_TRACKER.c.id.in_(lost.limit(BATCH)))))


def _lost_statuses(session: Session, limits: Retention, now: datetime) -> Erased:
    """Delete old delivery reports of texts that are not ours any more."""
    ours = sa.exists().where(OutboxText.provider_sid == DeliveryStatus.provider_sid)
    lost = sa.select(DeliveryStatus.provider_sid).where(DeliveryStatus.updated_at < now - limits.chat, ~ours)
    gone = sa.delete(DeliveryStatus).where(DeliveryStatus.provider_sid.in_(lost.limit(BATCH)))
    return Erased(statuses=_delete(session, gone))


def _has_tracker(session: Session) -> bool:
    return sa.inspect(session.connection()).has_table(_TRACKER.name)


def _delete(session: Session, statement: sa.Delete) -> int:
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount
