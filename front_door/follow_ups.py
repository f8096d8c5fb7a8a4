"""Sends the texts that residents agreed to two weeks before. Each goes into the outbox in the transaction that marks it sent."""

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
from referrals import follow_up
from referrals.follow_up import FollowUp, FollowUpRules

logger = logging.getLogger(__name__)
_BUSY = timedelta(hours=4)  # who wrote to us in these is not interrupted
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
    newest = session.scalars(
        select(Conversation)
        .where(Conversation.address_digest == digest(row.phone or ""))
        .order_by(Conversation.created_at.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if not row.phone or now - row.due_at > rules.too_late or (newest and newest.texts_stopped):
        follow_up.drop(row)
        return False
    if newest and newest.last_seq and now - newest.last_seen_at < _BUSY:
        row.due_at = rules.due(now - rules.after + _BUSY)  # in the middle of talking to us: later
        return False
    conversation = newest
    if conversation is None or conversation.state != ACTIVE or now - conversation.last_seen_at > _FRESH_START:
        if conversation is not None and conversation.state == ACTIVE:
            conversation.state = ENDED
            session.flush()
        conversation = rows.open_conversation(
            session, "sms", now, address=row.phone, address_digest=digest(row.phone), texts_stopped=False
        )
    asked = Reply(rules.text, choices=choices(rules), data={"kind": "follow_up"})
    say(session, conversation, rows.new_id(), [asked], voice, now)
    conversation.pending_choices = list(asked.choices)
    conversation.last_seen_at = now
    follow_up.sent(row, conversation.id, now)
    return True


async def send_for_ever(
    db: Database,
    rules: FollowUpRules,
    voice: Voice,
    digest: Callable[[str], str],
    clock: Clock,
    wake: Callable[[], None],
    every: float,
) -> None:
    """`send_due` now and every `every` seconds; `wake` tells the outbox. A fault is logged by its kind and tried again."""
    while True:
        try:
            if await db.run(send_due, rules, voice, digest, clock.now()):
                wake()
        except Exception as error:
            logger.error("texts that were agreed to could not be queued: %s", type(error).__name__)
        await asyncio.sleep(every)
