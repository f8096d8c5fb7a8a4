"""Conversations expire: their words are deleted once they are older than retention.yml allows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from common.database import Database
from common.purging import BATCH, PAUSE
from common.retention_limits import Retention
from front_door import counts, memory
from front_door.model import ENDED, WAITING, Conversation, DeliveryStatus, Message, OutboxText, SafetyEvent
from front_door.moving.forgetting import forget_moves, forget_old
from front_door.sms import cost
from front_door.sms.sending import UNFINISHED
from referrals import follow_up
from referrals.asked_text import AskedText
from referrals.counts import keep
from referrals.erasing import hanging_on
from referrals.model import Referral


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


def erase_all(session: Session, ids: Sequence[str]) -> Erased:
    """`erase` for several, and the bot's memory of those that have no row any more."""
    for one in ids:
        follow_up.withdraw(session, one)
    return _erase(session, ids)


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


def _due(session: Session, limits: Retention, now: datetime, among: Sequence[str] | None = None) -> list[str]:
    """Up to BATCH conversations past their limit that nothing is under way for; what could not be answered or sent for longer than
    `unsent` holds none back. `among`: only these, held for writing."""
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
            sa.or_(Conversation.last_seen_at < now - limits.unsent, ~owed & ~unsent),
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
    keep(session, counts.of_conversations(session, ids))
    forget_moves(session, ids, doors=pages_after is None)
    sids = sa.select(OutboxText.provider_sid).where(OutboxText.conversation_id.in_(ids))
    statuses = _delete(session, sa.delete(DeliveryStatus).where(DeliveryStatus.provider_sid.in_(sids)))
    texts = _delete(session, sa.delete(OutboxText).where(OutboxText.conversation_id.in_(ids)))
    messages = _delete(session, sa.delete(Message).where(Message.conversation_id.in_(ids)))
    for column in hanging_on(Conversation.__table__):  # type: ignore[arg-type]
        session.execute(sa.delete(column.table).where(column.in_(ids)))
    session.execute(sa.delete(AskedText).where(AskedText.conversation.in_(ids)))
    turns = memory.forget(session, ids)
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
            more_private=False,
            held=None,
            aside=None,
            outcome=None,
            person="",
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
    return Erased(turns=memory.forget_lost(session, now - limits.chat, BATCH))


def _lost_statuses(session: Session, limits: Retention, now: datetime) -> Erased:
    """Delete old delivery reports of texts that are not ours any more."""
    ours = sa.exists().where(OutboxText.provider_sid == DeliveryStatus.provider_sid)
    lost = sa.select(DeliveryStatus.provider_sid).where(DeliveryStatus.updated_at < now - limits.chat, ~ours)
    gone = sa.delete(DeliveryStatus).where(DeliveryStatus.provider_sid.in_(lost.limit(BATCH)))
    return Erased(statuses=_delete(session, gone))


def _delete(session: Session, statement: sa.Delete) -> int:
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount
