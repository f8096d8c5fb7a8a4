"""Every text of a conversation, in and out, with what became of it: for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from front_door.model import TAKEN_AT, DeliveryStatus, Message, OutboxText
from front_door.sms.error_classes import error_class
from front_door.sms.numbers import CHANNEL
from front_door.sms.segments import count
from front_door.takeover.keeping import CALL_BACK

CONFIRMATION, FOLLOW_UP, STAFF = "confirmation", "follow_up", "staff"
RECEIVED, WAITING, UNCLEAR, SENT, DELIVERED, NOT_DELIVERED, STOPPED = (
    "received",
    "waiting",
    "unclear",
    "sent",
    "delivered",
    "not_delivered",
    "stopped",
)
_ARRIVED = ("delivered", "read")
_LOST = ("undelivered", "failed", "canceled", "permanent-failure", "temporary-failure", "technical-failure")
_STOPPED_BY = "texts stopped"


@dataclass(frozen=True)
class TextLine:
    """One text. at: when it was sent to us, or written by us. kind: what sort it is ("text", "confirmation", "crisis", "stop",
    "loop" ...). segments: what it costs, or cost the sender. state: one of the codes above. reason: why it did not arrive,
    as a class of `error_classes` or as our own words for it, or "". billed: it was handed over, so it is paid for (an unknown one
    may have been). taken_at: when it came late, the time we had it.
    """

    conversation: str
    at: datetime
    incoming: bool
    words: str
    kind: str
    segments: int
    state: str
    reason: str = ""
    billed: bool = False
    flags: tuple[str, ...] = ()
    taken_at: datetime | None = None

    @property
    def lost_confirmation(self) -> bool:
        """The person was to hear that their referral arrived, and did not: phone instead."""
        return self.kind == CONFIRMATION and self.state in (NOT_DELIVERED, STOPPED)


def lines(session: Session, conversations: Sequence[str]) -> list[TextLine]:
    """All texts of these conversations, in their order."""
    inward = session.scalars(
        select(Message).where(
            Message.conversation_id.in_(conversations),
            Message.channel == CHANNEL,
            Message.direction == "in",
            Message.kind != CALL_BACK,  # our own, in their name
        )
    )
    found = [(message.created_at, message.seq, _incoming(message)) for message in inward]
    found += [
        (line.at, text.position, line)
        for text, line in _outgoing(session, OutboxText.conversation_id.in_(conversations))
    ]
    return [line for _, _, line in sorted(found, key=lambda one: one[:2])]


def lost(session: Session, since: datetime, of: Select[Any] | None = None, limit: int = 200) -> list[TextLine]:
    """Texts written since then that did not arrive: confirmations of a referral first, then the newest; `of` selects the
    conversations to choose among."""
    failed = or_(OutboxText.state == "failed", and_(OutboxText.state == "sent", DeliveryStatus.status.in_(_LOST)))
    chosen = true() if of is None else OutboxText.conversation_id.in_(of)
    found = [line for _, line in _outgoing(session, and_(OutboxText.created_at >= since, failed, chosen), limit)]
    return sorted(found, key=lambda line: (not line.lost_confirmation, -line.at.timestamp()))


def _outgoing(
    session: Session, wanted: ColumnElement[bool], limit: int | None = None
) -> list[tuple[OutboxText, TextLine]]:
    rows = session.execute(
        select(OutboxText, DeliveryStatus, Message.kind)
        .outerjoin(DeliveryStatus, DeliveryStatus.provider_sid == OutboxText.provider_sid)
        .outerjoin(
            Message,
            and_(Message.conversation_id == OutboxText.conversation_id, Message.seq == OutboxText.position),
        )
        .where(wanted)
        .order_by(OutboxText.created_at.desc())
        .limit(limit)
    )
    return [(text, _sent(text, status, kind)) for text, status, kind in rows]


def _incoming(message: Message) -> TextLine:
    late = (message.data or {}).get(TAKEN_AT)
    return TextLine(
        conversation=message.conversation_id,
        at=message.created_at,
        incoming=True,
        words=message.text,
        kind=message.kind,
        segments=count(message.text),
        state=RECEIVED,
        flags=tuple(message.flags or ()),
        taken_at=datetime.fromisoformat(late) if late else None,
    )


def _sent(text: OutboxText, status: DeliveryStatus | None, kind: str | None) -> TextLine:
    state, reason = state_of(text, status)
    return TextLine(
        conversation=text.conversation_id,
        at=text.created_at,
        incoming=False,
        words=text.body,
        kind=text.kind if text.kind != "reply" else kind or "text",
        segments=text.segments,
        state=state,
        reason=reason,
        billed=text.state in ("sent", "unknown"),
    )


def state_of(text: OutboxText, status: DeliveryStatus | None) -> tuple[str, str]:
    """(state, reason) of a text that we wrote, from our own book-keeping and the provider's newest report."""
    if text.state in ("pending", "sending"):
        return WAITING, ""
    if text.state == "unknown":
        return UNCLEAR, ""
    if text.state == "failed":
        error = text.error or ""
        kind = error_class(error)
        if error == _STOPPED_BY or kind == "opted_out":
            return STOPPED, ""
        return NOT_DELIVERED, kind if kind != "unknown" else error
    if status is None:
        return SENT, ""
    if status.status in _ARRIVED:
        return DELIVERED, ""
    if status.status in _LOST:
        kind = status.error_class or "unknown"
        return (STOPPED, "") if kind == "opted_out" else (NOT_DELIVERED, kind)
    return SENT, ""
