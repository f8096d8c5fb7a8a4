"""Sends the texts that residents asked for on the web, or agreed to two weeks before. Each goes into the outbox in the transaction that marks it sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from front_door import rows
from front_door.bot_client import Reply
from front_door.model import ACTIVE, ASKED, ENDED, Conversation
from front_door.saying import Voice, say
from referrals import asked_text, follow_up
from referrals.asked_text import AskedText
from referrals.follow_up import FollowUp, FollowUpRules

logger = logging.getLogger(__name__)
_BUSY = timedelta(hours=4)  # who wrote to us in these is not interrupted
_STALE = timedelta(hours=1)  # a list that late is of no use
_FRESH_START = timedelta(hours=72)  # as for a text that comes in after that long: a new conversation


def choices(rules: FollowUpRules) -> tuple[dict[str, str], ...]:
    """The two answers, as the conversation reads them."""
    return (
        {"label": rules.helped, "value": f"{ASKED}={follow_up.HELPED}"},
        {"label": rules.not_yet, "value": f"{ASKED}={follow_up.NOT_YET}"},
    )


def send_due(session: Session, rules: FollowUpRules, voice: Voice, digest: Callable[[str], str], now: datetime) -> int:
    """Put what is due into the outbox; returns how many texts. `digest` gives the keyed digest of a number."""
    if not rules.may_send(now):
        return 0
    return sum(_send(session, row, rules, voice, digest, now) for row in follow_up.due(session, now))


def _send(
    session: Session, row: FollowUp, rules: FollowUpRules, voice: Voice, digest: Callable[[str], str], now: datetime
) -> bool:
    newest = _newest(session, row.phone, digest)
    if not row.phone or now - row.due_at > rules.too_late or (newest and newest.texts_stopped):
        follow_up.drop(row)
        return False
    if newest and newest.last_seq and now - newest.last_seen_at < _BUSY:
        row.due_at = rules.due(now - rules.after + _BUSY)  # in the middle of talking to us: later
        return False
    conversation = _open(session, newest, row.phone, digest, now)
    asked = Reply(rules.text, choices=choices(rules), data={"kind": "follow_up"})
    say(session, conversation, rows.new_id(), [asked], voice, now)
    conversation.pending_choices = list(asked.choices)
    follow_up.sent(row, conversation.id, now)
    return True


def send_asked(session: Session, voice: Voice, digest: Callable[[str], str], now: datetime) -> int:
    """Put the lists that residents on the web asked for into the outbox; returns how many texts."""
    return sum(_send_asked(session, row, voice, digest, now) for row in asked_text.waiting(session))


def _send_asked(session: Session, row: AskedText, voice: Voice, digest: Callable[[str], str], now: datetime) -> bool:
    newest = _newest(session, row.phone, digest)
    if not row.phone or not row.body or now - row.asked_at > _STALE or (newest and newest.texts_stopped):
        asked_text.close(row, asked_text.DROPPED)
        return False
    conversation = _open(session, newest, row.phone, digest, now)
    say(session, conversation, rows.new_id(), [Reply(row.body, data={"kind": "list"})], voice, now, welcome=True)
    asked_text.close(row, asked_text.SENT)
    return True


def _newest(session: Session, phone: str | None, digest: Callable[[str], str]) -> Conversation | None:
    return session.scalars(
        select(Conversation)
        .where(Conversation.address_digest == digest(phone or ""))
        .order_by(Conversation.created_at.desc())
        .limit(1)
        .with_for_update()
    ).first()


def _open(
    session: Session, newest: Conversation | None, phone: str, digest: Callable[[str], str], now: datetime
) -> Conversation:
    """The number's open conversation, or a new one after as long a silence as begins one for a text that comes in."""
    if newest and newest.state == ACTIVE and now - newest.last_seen_at <= _FRESH_START:
        newest.last_seen_at = now
        return newest
    if newest and newest.state == ACTIVE:
        newest.state = ENDED
        session.flush()
    return rows.open_conversation(session, "sms", now, address=phone, address_digest=digest(phone), texts_stopped=False)


async def send_for_ever(
    db: Database,
    rules: FollowUpRules,
    voice: Voice,
    digest: Callable[[str], str],
    clock: Clock,
    wake: Callable[[], None],
    every: float,
) -> None:
    """`send_asked` and `send_due` now and every `every` seconds; `wake` tells the outbox. A fault is logged by its kind and tried again."""
    while True:
        try:
            texts = await db.run(send_asked, voice, digest, clock.now())
            texts += await db.run(send_due, rules, voice, digest, clock.now())
            if texts:
                wake()
        except Exception as error:
            logger.error("texts that were agreed to could not be queued: %s", type(error).__name__)
        await asyncio.sleep(every)
