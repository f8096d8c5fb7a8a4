"""What happens around the senders of `test_outbox_machine.py`: texts to send, STOP, the company's answers and reports, time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from common import encryption
from common.database import Database
from front_door.bot_client import Reply
from front_door.claiming import Lease
from front_door.model import Conversation, OutboxText
from front_door.saying import say
from front_door.sms.numbers import newest_of, open_or_new
from front_door.sms.provider import StatusReport
from front_door.sms.webhook import record_status
from front_door.timing import SendTiming
from tests.front_door import machines
from tests.front_door.machines import FLAG, NUMBERS
from tests.front_door.outbox_model import Company, Request, Sending, Stepped
from tests.front_door.sms_support import SetClock

TIMING = SendTiming()
CALL = timedelta(seconds=TIMING.call)
WHO, SENDERS, PICK = st.sampled_from(NUMBERS), st.sampled_from("ab"), st.integers(0, 7)
SURE = ("500", "429", "429 for a while", "wrong number", "opted out")
HOW = st.sampled_from(["taken", "taken", "taken, then 500", "taken, then broken", "no answer", *SURE])
RANKS = {"queued": 2, "sent": 4, "delivered": 6, "undelivered": 6, "read": 7}


class World(RuleBasedStateMachine):
    """One database, one company, and what is true of them."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.db, self.voice, self.clock, self.number = db, machines.voice(), SetClock(), 0
        self.company, self.stepped = Company(self.clock), Stepped(db.engine)
        self.name = {"a": "a0", "b": "b0"}
        self.under_way: list[Sending] = []
        self.stopped: dict[str, datetime] = {}  # number -> since when
        self.takes: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.perhaps_twice: set[tuple[str, str]] = set()  # number and words of which the company hid the truth
        self.seen: dict[str, OutboxText] = {}
        self.reports: dict[str, tuple[int, str]] = {}

    @initialize(by_reference=st.booleans())
    def carried_by(self, by_reference: bool) -> None:
        self.company.by_reference = by_reference

    # What is to be sent

    @rule(who=WHO, same_words=st.booleans())
    def reply(self, who: str, same_words: bool) -> None:
        self.number += 1
        self._say(who, Reply("hello" if same_words else f"words {self.number}"))

    @rule(who=WHO)
    def danger(self, who: str) -> None:
        self._say(who, self.voice.crisis([FLAG], None, "sms", ""))

    def _say(self, who: str, reply: Reply) -> None:
        def speak(session: Session) -> None:
            digest = encryption.active().digest(who)
            talk = open_or_new(session, newest_of(session, digest), who, digest, self.now, timedelta(days=30))
            say(session, talk, "turn", [reply], self.voice, self.now)

        machines.run(self.db, speak)

    @rule(who=WHO)
    def stop_or_start(self, who: str) -> None:
        self.number += 1
        word = "START" if who in self.stopped else "STOP"
        lease = Lease("door", 30.0)
        machines.take_text(self.db, f"IN{self.number}", who, word, (), lease, self.now, self.voice)
        if self.stopped.pop(who, None) is None:
            self.stopped[who] = self.now

    @precondition(lambda self: self._undecided())
    @rule(which=PICK, how=HOW)
    def decide(self, which: int, how: str) -> None:
        """What the company does with a request. The sender hears of it when it goes on."""
        request = self._pick(self._undecided(), which)
        self.company.decide(request, how)
        if how in ("wrong number", "opted out"):
            self.refused.add(request.reference)

    @rule(seconds=st.sampled_from([1, 1, 5, 21, 31, 31, 700, 4000]), by=st.none() | SENDERS)
    def time_passes(self, seconds: int, by: str | None) -> None:
        """A call that got no answer in its time gets none any more."""
        self.clock.move(timedelta(seconds=seconds))
        for request in self._undecided():
            if self.now - request.at > CALL:
                self.company.decide(request, "no answer")
        if by:
            self.take(by)

    def take(self, by: str) -> None:
        """What is due is taken up by a sender."""
        raise NotImplementedError

    @precondition(lambda self: self.company.taken)
    @rule(which=PICK, status=st.sampled_from(sorted(RANKS)))
    def report(self, which: int, status: str) -> None:
        """How far a text got, in any order, before and after we know of it: the furthest counts, of equals the first."""
        sid = self._pick(self.company.taken, which).id
        machines.run(self.db, record_status, StatusReport(sid, status, RANKS[status], None, None), self.clock)
        known = self.reports.get(sid)
        self.reports[sid] = known if known and known[0] >= RANKS[status] else (RANKS[status], status)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def _rows(self) -> dict[str, OutboxText]:
        def read(session: Session) -> dict[str, OutboxText]:
            self._to = {talk.id: talk.address or "" for talk in session.scalars(select(Conversation))}
            return {row.id: row for row in session.scalars(select(OutboxText).order_by(OutboxText.position))}

        found: dict[str, OutboxText] = machines.run(self.db, read)
        return found

    def _undecided(self) -> list[Request]:
        return [one for one in self.company.requests if one.answer is None]

    def _pick(self, among: Sequence[Any], which: int) -> Any:
        return among[which % len(among)]
