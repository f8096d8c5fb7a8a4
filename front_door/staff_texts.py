"""Sends the texts that staff chose for a resident. Each goes into the outbox in the transaction that marks it sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.saying import Voice, say, was_closed
from front_door.sms.numbers import newest_of, open_or_new, told_of_abuse
from front_door.sms.record import STAFF
from front_door.timing import Timing
from referrals import staff_text
from referrals.staff_text import StaffText
from referrals.staff_text_rules import StaffTextRules

_FRESH_START = Timing().sms_fresh_start


def send_staff(
    session: Session, rules: StaffTextRules, voice: Voice, digest: Callable[[str], str], now: datetime
) -> int:
    """Put what staff sent, and what may go now, into the outbox; returns how many texts. `digest` gives the keyed digest of a number."""
    return sum(_send(session, row, voice, digest, now) for row in staff_text.due(session, rules, now))


def _send(session: Session, row: StaffText, voice: Voice, digest: Callable[[str], str], now: datetime) -> bool:
    number = digest(row.phone or "")
    newest = newest_of(session, number)
    # STOP, or a word about abuse, may have come after the click.
    told = told_of_abuse(session, number, newest) or rows.told_of_abuse_since(
        session, row.referral.conversation, row.referral.created_at
    )
    if not row.phone or told or (newest and newest.texts_stopped):
        staff_text.close(row, staff_text.DROPPED, now)
        return False
    conversation = open_or_new(session, newest, row.phone, number, now, _FRESH_START)
    lines = say(session, conversation, rows.new_id(), [Reply(row.body, data={"kind": STAFF})], voice, now)
    closed = was_closed(session, lines)
    row.sent_in = conversation.id
    staff_text.close(row, staff_text.DROPPED if closed else staff_text.SENT, now)
    return not closed
