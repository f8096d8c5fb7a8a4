"""Sends the texts that residents asked for on the web, or agreed to two weeks before. Each goes into the outbox in the transaction that marks it sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from front_door import rows
from front_door.bot_client import Reply
from front_door.model import ASKED
from front_door.saying import Voice, say, was_closed
from front_door.sms.numbers import forget_who_asked, newest_of, open_or_new, told_of_abuse
from front_door.staff_texts import send_staff
from front_door.takeover.model import JOINED
from front_door.timing import Timing
from referrals import asked_text, follow_up
from referrals.asked_text import AskedText
from referrals.follow_up import FollowUp, FollowUpRules
from referrals.staff_text_rules import StaffTextRules

logger = logging.getLogger(__name__)
_BUSY = timedelta(hours=4)  # who wrote to us in these is not interrupted
_STALE = timedelta(hours=1)  # a list that late is of no use
_FRESH_START, _AWAY = Timing().sms_fresh_start, Timing().sms_away


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
    number = digest(row.phone or "")
    newest = newest_of(session, number)
    told = told_of_abuse(session, number, newest)
    gone = told or not follow_up.may_go(session, row)
    if not row.phone or now - row.due_at > rules.too_late or (newest and newest.texts_stopped) or gone:
        follow_up.drop(row)
        return False
    if newest and newest.last_seq and (now - newest.last_seen_at < _BUSY or newest.person):
        row.due_at = rules.due(now - rules.after + _BUSY)  # in the middle of talking to us: later
        return False
    conversation = open_or_new(session, newest, row.phone, number, now, _FRESH_START)
    conversation.last_seen_at = now
    asked = Reply(rules.text, choices=choices(rules), data={"kind": "follow_up"})
    if was_closed(session, say(session, conversation, rows.new_id(), [asked], voice, now)):
        follow_up.drop(row)
        return False
    conversation.pending_choices = list(asked.choices)
    follow_up.sent(row, conversation.id, now)
    return True


def send_asked(session: Session, voice: Voice, digest: Callable[[str], str], now: datetime) -> int:
    """Put the lists that residents on the web asked for into the outbox; returns how many texts."""
    return sum(_send_asked(session, row, voice, digest, now) for row in asked_text.waiting(session))


def _send_asked(session: Session, row: AskedText, voice: Voice, digest: Callable[[str], str], now: datetime) -> bool:
    newest = newest_of(session, digest(row.phone or ""))
    if not row.phone or not row.body or now - row.asked_at > _STALE or (newest and newest.texts_stopped):
        asked_text.close(row, asked_text.DROPPED)
        return False
    if newest and newest.person == JOINED:
        return False  # somebody speaks with them there: when they have left
    conversation = open_or_new(session, newest, row.phone, digest(row.phone), now, _FRESH_START)
    if rows.older_than(conversation.last_seen_at, now, _AWAY):
        forget_who_asked(conversation)
    conversation.last_seen_at = now
    listed = Reply(row.body, data={"kind": "list", "services": [{"needs": row.needs or []}]})
    say(session, conversation, rows.new_id(), [listed], voice, now, welcome=True)
    asked_text.close(row, asked_text.SENT)
    return True


async def send_for_ever(
    db: Database,
    rules: FollowUpRules,
    voice: Voice,
    digest: Callable[[str], str],
    clock: Clock,
    wake: Callable[[], None],
    every: float,
    staff: StaffTextRules | None = None,
) -> None:
    """`send_asked`, `send_staff` and `send_due` now and every `every` seconds; `wake` tells the outbox. A fault is logged by its kind and tried again."""
    while True:
        try:
            texts = await db.run(send_asked, voice, digest, clock.now())
            texts += await db.run(send_staff, staff, voice, digest, clock.now()) if staff else 0
            texts += await db.run(send_due, rules, voice, digest, clock.now())
            if texts:
                wake()
        except Exception as error:
            logger.error("texts that were agreed to could not be queued: %s", type(error).__name__)
        await asyncio.sleep(every)
