"""The rules of the queue of turns, as plain data: what `test_queue_machine.py` holds the product against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from front_door.bot_client import Reply
from front_door.claiming import Turn
from front_door.model import Conversation, Message, OutboxText, SafetyEvent
from tests.front_door.machines import GAVE_UP, SORRY
from tests.front_door.support import CRISIS

_SPOKEN = {"answer ": "answer", GAVE_UP: "gave up", SORRY: "sorry", CRISIS: "danger"}
IDLE = timedelta(hours=1)
_EARLY = timedelta(seconds=0.05)


@dataclass
class Said:
    """One message. `post`: what the resident's side sends again under the same id. `state`: that of its row."""

    post: Any
    text: str
    danger: bool = False
    page: bool = False  # its id repeats only the newest message
    id: str = ""
    state: str = "queued"
    turn: str | None = None
    danger_answered: bool = False

    @property
    def waits(self) -> bool:
        return self.state in ("queued", "processing")


@dataclass
class Talk:
    """One conversation. `ended_turns`: places of the first messages of the turns that ended, in that order; `ran` the same of
    those that the bot ran first for who held the lease."""

    id: str
    who: str
    seen: datetime
    said: list[Said] = field(default_factory=list)
    holder: str | None = None
    until: datetime | None = None
    not_before: datetime | None = None
    ended: bool = False
    owned_up: bool = False
    ended_turns: list[int] = field(default_factory=list)
    ran: list[int] = field(default_factory=list)

    @property
    def sms(self) -> bool:
        return self.who.startswith("+")

    @property
    def waiting(self) -> list[Said]:
        return [one for one in self.said if one.waits]

    def next(self) -> list[Said]:
        """The messages of the next turn: a turn that was tried keeps its own; new texts are joined, up to ten."""
        waiting = self.waiting
        if waiting and waiting[0].turn:
            return [one for one in waiting if one.turn == waiting[0].turn]
        tried = next((place for place, one in enumerate(waiting) if one.turn), len(waiting))
        return waiting[: min(tried, 10) if self.sms else 1]

    def taken(self, now: datetime) -> bool:
        """Whether a worker may not claim: somebody's lease holds, or it is too soon after a failure."""
        return bool((self.until and self.until > now) or (self.not_before and self.not_before > now + _EARLY))

    def over(self, now: datetime) -> bool:
        """A page that was quiet for too long is shut."""
        return not self.sms and (self.ended or now - self.seen > IDLE)

    def hold(self, owner: str | None, until: datetime | None = None, not_before: datetime | None = None) -> None:
        self.holder, self.until, self.not_before = owner, until, not_before

    def place(self, turn: str) -> int:
        return next(place for place, one in enumerate(self.said) if one.id == turn)


@dataclass
class Hand:
    """A turn that a worker took. It may have lost it since."""

    owner: str
    talk: Talk
    turn: Turn
    replies: list[Reply] | None = None


@dataclass
class Stored:
    """What the tables hold, in the words of the model."""

    messages: dict[str, list[tuple[str, str, str, str | None]]]
    leases: dict[str, tuple[str | None, datetime | None, datetime | None]]
    lines: Counter[tuple[str, str]]
    lines_by_text: set[tuple[str, int, str]]
    texts: set[tuple[str, int, str]]
    events: int


def stored(session: Session) -> Stored:
    """Read everything. Fails when the lines of a conversation are not numbered without a gap."""
    talks = session.scalars(select(Conversation).execution_options(populate_existing=True)).all()
    lines = session.scalars(select(Message).order_by(Message.conversation_id, Message.seq)).all()
    messages: dict[str, list[tuple[str, str, str, str | None]]] = {talk.id: [] for talk in talks}
    said: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line.direction == "in":
            messages[line.conversation_id].append((line.id, line.text, line.state, line.turn_id))
        elif line.kind == "stop_confirmation":
            said["", "stopped"] += 1
        else:
            for words, what in _SPOKEN.items():
                said[line.turn_id or "", what] += words in line.text
    for talk in talks:
        assert [line.seq for line in lines if line.conversation_id == talk.id] == list(range(1, talk.last_seq + 1))
    texts = session.scalars(select(OutboxText)).all()
    return Stored(
        messages,
        {talk.id: (talk.lease_owner, talk.lease_until, talk.next_turn_at) for talk in talks},
        +said,
        {
            (line.conversation_id, line.seq, line.text)
            for line in lines
            if line.direction == "out" and line.channel == "sms"
        },
        {(text.conversation_id, text.position, text.body) for text in texts},
        session.scalar(select(func.count()).select_from(SafetyEvent)) or 0,
    )
