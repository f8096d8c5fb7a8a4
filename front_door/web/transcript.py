"""What was said so far, as the pages and the JSON answers show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from front_door.inbox import is_over
from front_door.model import WAITING, Conversation, Message
from front_door.moving.doors import has_left
from front_door.news import Heard
from front_door.takeover.keeping import CALL_BACK, PERSON


@dataclass(frozen=True)
class Line:
    """One message. sender: "assistant", "resident" or "person", a member of staff, who is shown as `speaker`; services: cards when there are any; intro: the words before them;
    language and direction (ltr, rtl): of a text that is not in English, else ""."""

    seq: int
    sender: str
    text: str
    kind: str = "text"
    turn: str | None = None
    choices: tuple[dict[str, str], ...] = ()
    services: tuple[dict[str, Any], ...] = ()
    intro: str = ""
    outro: str = ""
    language: str = ""
    direction: str = ""
    speaker: str = ""

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"from": self.sender, "text": self.text, "choices": list(self.choices)}
        if self.services:
            found["services"] = list(self.services)
        if self.speaker:
            found["speaker"] = self.speaker
        if self.language:
            found |= {"lang": self.language, "dir": self.direction}
        return found


@dataclass(frozen=True)
class Transcript:
    """The newest lines of a conversation. choices: those of the question that is open now; owed: a reply is still
    due; left: seconds until the page closes by itself, None when nothing has been said yet; person: "asked" for, "joined" or ""."""

    conversation: str | None = None
    lines: list[Line] = field(default_factory=list)
    choices: tuple[dict[str, str], ...] = ()
    last: int = 0
    owed: bool = False
    over: bool = False
    moved: bool = False  # over, because it went on by text
    left_out: bool = False
    left: float | None = None
    person: str = ""


def read_transcript(
    session: Session, digest: str, now: datetime, idle: timedelta, limit: int, after: int = 0
) -> Transcript:
    """The conversation of a session: its newest `limit` lines after line `after`. Empty when it has none yet; nothing but
    `over` when it was left or has been quiet for too long.
    """
    conversation = session.scalars(select(Conversation).where(Conversation.session_digest == digest)).first()
    if conversation is None:
        return Transcript(over=True, moved=True) if has_left(session, digest) else Transcript()
    if is_over(conversation, now, idle):
        return Transcript(over=True)
    newest = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.seq > max(after, conversation.shown_after),
            Message.kind != CALL_BACK,  # our own, in their name
            Message.channel != "sms",  # an answer to a text that came before a move goes to the phone
        )
        .order_by(Message.seq.desc())
        .limit(limit + 1)
    ).all()
    waiting = session.scalars(
        select(Message.id)
        .where(Message.state.in_(WAITING), Message.conversation_id == conversation.id, Message.direction == "in")
        .limit(1)
    ).first()
    return Transcript(
        conversation=conversation.id,
        lines=[line_of(message) for message in reversed(newest[:limit])],
        choices=tuple(conversation.pending_choices or ()),
        last=max(conversation.last_seq, newest[0].seq if newest else 0),
        owed=waiting is not None,
        left_out=len(newest) > limit or conversation.shown_after > 0,
        left=(conversation.last_seen_at + idle - now).total_seconds(),
        person=conversation.person,
    )


def read_heard(session: Session, message_id: str) -> Heard:
    """The replies to a message, and whether more is due."""
    found = session.scalars(
        select(Message).where(or_(Message.id == message_id, Message.turn_id == message_id)).order_by(Message.seq)
    ).all()
    return Heard(
        [message for message in found if message.direction == "out"],
        any(message.id == message_id and message.state in WAITING for message in found),
    )


def line_of(message: Message) -> Line:
    """A stored message as a line."""
    if message.direction == "in":
        return Line(message.seq, "resident", message.text, turn=message.turn_id or message.id)
    stored = message.data or {}
    if message.kind == PERSON:  # by text, the words began with who speaks
        said = str(stored.get("said") or message.text)
        return Line(message.seq, "person", said, PERSON, message.turn_id, speaker=str(stored.get("speaker") or ""))
    data = stored.get("data") or {}
    services = tuple(s for s in data.get("services") or () if isinstance(s, dict) and s.get("name"))
    return Line(
        seq=message.seq,
        sender="assistant",
        text=message.text,
        kind=message.kind,
        turn=message.turn_id,
        choices=tuple(stored.get("choices") or ()),
        services=services if message.kind == "services" else (),
        intro=str(data.get("intro") or _before(message.text, services)),
        outro=str(data.get("outro") or ""),
        language=str(data.get("language") or "") if message.kind == "language" else "",
        direction="rtl" if data.get("direction") == "rtl" else "ltr",
    )


def _before(text: str, services: tuple[dict[str, Any], ...]) -> str:
    """The lines of a reply before the first one that names a service: the cards say the rest."""
    names = [str(service["name"]) for service in services]
    kept = []
    for line in text.splitlines():
        if any(name in line for name in names):
            break
        kept.append(line)
    return "\n".join(kept).strip()
