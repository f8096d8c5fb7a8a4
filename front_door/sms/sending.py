"""The outbox in the database: which text goes next, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from front_door.model import Conversation, OutboxText
from front_door.sms import numbers, private
from front_door.sms.provider import Sent
from front_door.timing import SendTiming

UNFINISHED = ("pending", "sending", "unknown")


@dataclass(frozen=True)
class Outgoing:
    """A text that this process now has to send. look_up: an earlier try may have sent it, so look before sending. sender, until: who
    took it, and when another may.
    """

    id: str
    to: str
    body: str
    crisis: bool
    attempts: int
    look_up: bool
    tried_at: datetime | None
    sender: str
    until: datetime


def take_due(session: Session, owner: str, now: datetime, timing: SendTiming) -> list[Outgoing]:
    """Take texts that are due, crisis first. Only one of a conversation is under way at a time, in order; a crisis text
    overtakes. Texts to a number that stopped them, and replies too old to be of use, are closed instead.
    """
    earlier = aliased(OutboxText)
    blocked = (
        select(earlier.id)
        .where(
            earlier.conversation_id == OutboxText.conversation_id,
            earlier.position < OutboxText.position,
            earlier.state.in_(UNFINISHED),
        )
        .exists()
    )
    due = session.execute(
        select(OutboxText, Conversation)
        .join(Conversation, Conversation.id == OutboxText.conversation_id)
        .where(
            or_(
                and_(OutboxText.state.in_(("pending", "unknown")), OutboxText.next_at <= now),
                and_(OutboxText.state == "sending", OutboxText.sender_until <= now),
            ),
            or_(OutboxText.crisis, ~blocked),
        )
        .order_by(OutboxText.crisis.desc(), OutboxText.next_at)
        .limit(timing.at_once)
        .with_for_update(skip_locked=True, of=OutboxText)
    ).all()
    taken = []
    for text, conversation in due:
        if closed := _closed_because(text, conversation, now, timing):
            text.state, text.error = "failed", closed
            text.sender = text.sender_until = None  # whoever still has it in hand has lost it
            continue
        look_up = text.state != "pending"  # "sending" past its time: its sender died, so nobody knows
        until = now + timedelta(seconds=timing.lease)
        text.state, text.sender, text.sender_until = "sending", owner, until
        to, tries = conversation.address or "", text.attempts
        taken.append(Outgoing(text.id, to, text.body, text.crisis, tries, look_up, text.tried_at, owner, until))
        text.attempts += 1
        if text.tried_at is None:
            text.tried_at = now
    return taken


def _closed_because(text: OutboxText, conversation: Conversation, now: datetime, timing: SendTiming) -> str | None:
    if not conversation.address:
        return "no address"
    if conversation.texts_stopped and text.kind not in ("crisis", "stop_confirmation"):
        return "texts stopped" if text.state == "pending" else "outcome unknown"
    if not text.crisis and private.too_late(conversation, text.kind, now):
        return "others may read it now" if text.state == "pending" else "outcome unknown"
    if now - text.created_at > (timing.crisis_too_old if text.crisis else timing.too_old):
        return "too old" if text.state == "pending" else "outcome unknown"
    return None


def record(session: Session, text: Outgoing, sent: Sent, now: datetime, timing: SendTiming) -> None:
    """Write down what came of a send. When the text was taken again meanwhile (by another sender, or by this one after it stood
    still), or closed, only that it was sent is news.
    """
    row = session.get(OutboxText, text.id, with_for_update=True)
    if row is None or row.state == "sent":
        return
    if (row.sender, row.sender_until) != (text.sender, text.until) and sent.outcome != "sent":
        return
    row.sender = row.sender_until = None
    row.error = sent.error
    if sent.outcome == "sent":
        row.state, row.provider_sid = "sent", sent.provider_id
    elif sent.outcome in ("failed", "opted_out"):
        row.state = "failed"
        if sent.outcome == "opted_out":
            conversation = session.get(Conversation, row.conversation_id)
            if conversation is not None:
                numbers.set_stopped(session, conversation, True)
    else:
        row.state = "unknown" if sent.outcome == "unknown" or text.look_up else "pending"
        back_off = timing.retry[min(text.attempts, len(timing.retry) - 1)]
        if sent.outcome == "unknown" and not text.look_up:
            back_off = timing.look_up_after
        row.next_at = now + timedelta(seconds=_pause(sent.retry_after, back_off, text.crisis, timing))


def _pause(asked: float | None, back_off: float, crisis: bool, timing: SendTiming) -> float:
    """Seconds until the next try: no sooner than the provider asks, but a crisis reply waits no longer than our own longest."""
    if asked is None:
        return back_off
    return min(max(asked, back_off), max(timing.retry)) if crisis else max(asked, back_off)


def free_abandoned(session: Session, now: datetime) -> None:
    """At the start of the only sender there is: whatever was being sent was cut off, and nobody knows how it went."""
    session.execute(
        update(OutboxText)
        .where(OutboxText.state == "sending")
        .values(state="unknown", sender=None, sender_until=None, next_at=now)
    )


def known_ids(session: Session, provider_ids: Sequence[str]) -> set[str]:
    """Those of these provider ids that belong to texts of ours already accounted for."""
    found = session.scalars(select(OutboxText.provider_sid).where(OutboxText.provider_sid.in_(provider_ids)))
    return {sid for sid in found if sid}
