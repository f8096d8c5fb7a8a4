"""The chats that are open now, for staff to choose from: without a word or a number of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from front_door.model import ACTIVE, Conversation, Message
from front_door.safeguarding.model import SafetyEvent
from front_door.takeover.model import ASKED, JOINED, UNANSWERED, Takeover

SHOWN = 100
RECENT = timedelta(minutes=60)  # who wrote within these may still be there
_ORDER = {ASKED: 0, JOINED: 1}


@dataclass(frozen=True)
class LiveTalk:
    """One open chat. area: the district, when it is known. danger: a red flag was raised. person: "asked" for (since `asked_at`), "joined"
    (by `joined_by`, since `joined_at`; who waits for an answer since `waiting_since`) or "".
    """

    conversation: str
    channel: str
    area: str
    began_at: datetime
    last_seen_at: datetime
    lines: int
    danger: bool
    person: str
    asked_at: datetime | None = None
    joined_by: str = ""
    joined_at: datetime | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True)
class Unanswered:
    """A chat in which a resident got no person, or no answer from one. who: the account that had joined, or ""."""

    conversation: str
    at: datetime
    reason: str
    who: str


def live_talks(session: Session, now: datetime) -> list[LiveTalk]:
    """Who waits for a person first, then the chats with one, those with danger, and the others; the newest words first."""
    danger = exists().where(SafetyEvent.conversation_id == Conversation.id)
    found = session.execute(
        select(Conversation, danger, Takeover)
        .outerjoin(Takeover, (Takeover.conversation_id == Conversation.id) & Takeover.ended_at.is_(None))
        .where(
            Conversation.state == ACTIVE,
            Conversation.last_seq > 0,
            or_(Conversation.last_seen_at > now - RECENT, Takeover.id.is_not(None)),
        )
        .order_by(Conversation.last_seen_at.desc())
        .limit(SHOWN)
    )
    talks = [_talk(*row) for row in found]
    return sorted(talks, key=lambda talk: (_ORDER.get(talk.person, 2), not talk.danger))


def unanswered(session: Session, since: datetime) -> list[Unanswered]:
    """Where somebody waited in vain since then, newest first: for a lead to see."""
    rows = select(Takeover).where(Takeover.reason.in_(UNANSWERED), Takeover.ended_at >= since)
    return [
        Unanswered(row.conversation_id, row.ended_at, row.reason or "", row.joined_by or "")
        for row in session.scalars(rows.order_by(Takeover.ended_at.desc()).limit(SHOWN))
        if row.ended_at is not None
    ]


def lines_of(session: Session, conversation: str, limit: int = 200) -> list[Message]:
    """The newest lines of a conversation, oldest first."""
    newest = select(Message).where(Message.conversation_id == conversation).order_by(Message.seq.desc()).limit(limit)
    return list(reversed(session.scalars(newest).all()))


def _talk(conversation: Conversation, danger: bool, takeover: Takeover | None) -> LiveTalk:
    return LiveTalk(
        conversation=conversation.id,
        channel=conversation.channel,
        area=conversation.area or "",
        began_at=conversation.created_at,
        last_seen_at=conversation.last_seen_at,
        lines=conversation.last_seq,
        danger=danger,
        person=conversation.person,
        asked_at=takeover.asked_at if takeover else None,
        joined_by=(takeover.joined_by or "") if takeover else "",
        joined_at=takeover.joined_at if takeover else None,
        waiting_since=takeover.waiting_since if takeover else None,
    )
