"""One chat as staff see it: every line with who said it and what became of it, numbers hidden until it was read when they may be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.coverage import Coverage
from desk.contact import mask
from desk.model import DeskAudit
from desk.sessions import SignedIn
from front_door.model import Conversation, DeliveryStatus, Message, OutboxText
from front_door.sms import record
from front_door.takeover.joining import is_there
from front_door.takeover.keeping import CALL_BACK, NOTICE, PERSON
from front_door.takeover.model import open_takeover
from front_door.takeover.overview import lines_of

NUMBERS_SHOWN = "live_numbers"  # the audit's code for having read when a number may be used
RESIDENT, ASSISTANT, STAFF, HOUSE = "resident", "assistant", "staff", "house"


@dataclass(frozen=True)
class ChatLine:
    """One line. side: whose it is, HOUSE for what only says who speaks. who: as the page names them. choices: what could be pressed. danger: a red
    flag was found in it. state, reason: what became of a text, see `front_door.sms.record`; "" on the page.
    """

    seq: int
    side: str
    who: str
    at: datetime
    words: str
    choices: tuple[str, ...] = ()
    danger: bool = False
    state: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Chat:
    """A chat and its lines. there: the resident has not left, as far as we know. mine: this member of staff has joined it."""

    conversation: str
    channel: str
    area: str
    began_at: datetime
    last_seen_at: datetime
    there: bool
    person: str
    asked_at: datetime | None
    joined_by: str
    joined_at: datetime | None
    waiting_since: datetime | None
    kept_back: bool
    mine: bool
    numbers_shown: bool
    hides: bool
    stopped: bool
    danger: bool
    lines: list[ChatLine]

    @property
    def stamp(self) -> str:
        """Changes when the page has to be read anew: somebody joined, left or ended it."""
        return f"{self.person}:{self.joined_by}:{self.there:d}"


class _Placed(Protocol):
    @property
    def area(self) -> str | None: ...


def is_theirs(who: SignedIn, talk: _Placed, coverage: Coverage, today: date) -> bool:
    """Whether they may see a chat: a Local Area Coordinator only where its place is known and theirs today."""
    if who.whole_county:
        return True
    row = coverage.team_for(talk.area, talk.area, today) if talk.area else None
    return row is not None and who.sees_team(row.team)


def chat_of(
    session: Session, conversation_id: str, who: SignedIn, coverage: Coverage, now: datetime, today: date
) -> Chat | None:
    """The chat with this id, or None when there is none with a line, or it is not theirs to see."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or not conversation.last_seq or not is_theirs(who, conversation, coverage, today):
        return None
    takeover = open_takeover(session, conversation_id)
    messages = [message for message in lines_of(session, conversation_id) if message.kind != CALL_BACK]
    shown = _numbers_shown(session, conversation_id, who)
    fates = _fates(session, conversation_id)
    whole = [_line(message, who, fates) for message in messages]
    lines = whole if shown else [_masked(line) for line in whole]
    return Chat(
        conversation=conversation_id,
        channel=conversation.channel,
        area=conversation.area or "",
        began_at=conversation.created_at,
        last_seen_at=conversation.last_seen_at,
        there=is_there(conversation, now),
        person=conversation.person,
        asked_at=takeover.asked_at if takeover else None,
        joined_by=(takeover.joined_by or "") if takeover else "",
        joined_at=takeover.joined_at if takeover else None,
        waiting_since=takeover.waiting_since if takeover else None,
        kept_back=bool(takeover and (takeover.kept or {}).get("withheld")),
        mine=bool(takeover and takeover.joined_by == who.name),
        numbers_shown=shown,
        hides=any(before != after for before, after in zip(whole, lines, strict=True)),
        stopped=conversation.texts_stopped,
        danger=any(line.danger for line in lines),
        lines=lines,
    )


def object_of(conversation: str) -> str:
    """What the audit calls a chat."""
    return f"live {conversation}"


def _numbers_shown(session: Session, conversation: str, who: SignedIn) -> bool:
    seen = select(DeskAudit.id).where(
        DeskAudit.object == object_of(conversation),
        DeskAudit.what == NUMBERS_SHOWN,
        DeskAudit.who == who.name,
        DeskAudit.at >= who.since,
    )
    return session.scalar(seen.limit(1)) is not None


def _fates(session: Session, conversation: str) -> dict[int, tuple[str, str]]:
    """(state, reason) of each text of ours, by its line."""
    sent = session.execute(
        select(OutboxText, DeliveryStatus)
        .outerjoin(DeliveryStatus, DeliveryStatus.provider_sid == OutboxText.provider_sid)
        .where(OutboxText.conversation_id == conversation)
    )
    return {text.position: record.state_of(text, status) for text, status in sent}


def _line(message: Message, who: SignedIn, fates: dict[int, tuple[str, str]]) -> ChatLine:
    data = message.data or {}
    side, name, words = ASSISTANT, "Assistant", message.text
    if message.direction == "in":
        side, name = RESIDENT, "Resident"
    elif message.kind == PERSON:
        by = str(data.get("by") or "")
        side, name, words = STAFF, "You" if by == who.name else by, str(data.get("said") or message.text)
    elif message.kind == NOTICE:
        side = HOUSE
    state, reason = fates.get(message.seq, ("", "")) if message.direction == "out" else ("", "")
    return ChatLine(
        seq=message.seq,
        side=side,
        who=name,
        at=message.created_at,
        words=words,
        choices=tuple(str(choice["label"]) for choice in data.get("choices") or ()),
        danger=bool(message.flags),
        state=state,
        reason=reason,
    )


def _masked(line: ChatLine) -> ChatLine:
    return replace(line, words=mask(line.words))
