"""The residents of `test_queue_machine.py`: what they send, on two channels and more than once, and what the model learns from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from common.database import Database
from front_door.claiming import Lease, Turn
from front_door.inbox import Accepted, WebPost, accept_web
from tests.front_door import machines
from tests.front_door.machines import FLAG, NUMBERS, PowerCut
from tests.front_door.queue_model import IDLE, Hand, Said, Talk
from tests.front_door.sms_support import NOON

HELD = timedelta(seconds=30)
WORKERS, PICK = st.sampled_from("abc"), st.integers(0, 7)
RARELY = st.integers(0, 7).map(lambda n: n == 7)
SOMETIMES = st.integers(0, 2).map(lambda n: n == 2)


class Residents(RuleBasedStateMachine):
    """Three workers on one database. A step that is `cut` ends before its commit."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.db, self.voice, self.now, self.number = db, machines.voice(), NOON, 0
        self.talks: dict[str, Talk] = {}
        self.current: dict[str, Talk] = {}  # of a session, or a number
        self.stopped: set[str] = set()
        self.owner = {name: f"{name}0" for name in "abc"}
        self.hands: list[Hand] = []
        self.bot: dict[str, str] = {}  # what it was asked under each id
        self.lines: Counter[tuple[str, str]] = Counter()  # (turn, what was said in it)

    @rule(who=st.sampled_from(["web0", "web1"]), by=WORKERS, page=st.booleans(), danger=SOMETIMES, cut=RARELY)
    def post(self, who: str, by: str, page: bool, danger: bool, cut: bool) -> None:
        self.number += 1
        id, text = f"{'p.' if page else 'script'}{self.number}", f"words {self.number}"
        one = WebPost(who, "web", text, None, id, False, (FLAG,) if danger else (), self.now)
        self._store(who, by, Said(one, text, danger, page), "stored", cut)

    @rule(who=st.sampled_from(NUMBERS), by=WORKERS, danger=SOMETIMES, cut=RARELY)
    def text(self, who: str, by: str, danger: bool, cut: bool) -> None:
        self.number += 1
        said = Said(f"SM{self.number}", f"words {self.number}", danger)
        self._store(who, by, said, "noted" if who in self.stopped else "stored", cut)

    @rule(who=st.sampled_from(NUMBERS), by=WORKERS)
    def stop_or_start(self, who: str, by: str) -> None:
        """STOP drops what waits and nobody has begun; danger in it is answered all the same."""
        self.number += 1
        self._store(who, by, Said(f"SM{self.number}", "START" if who in self.stopped else "STOP"), "noted", False)
        self.stopped ^= {who}
        if who in self.stopped:
            self.current[who].ended = True
            self.lines["", "stopped"] += 1
            for one in self.current[who].waiting:
                self._answer_danger(one)
                one.state = "noted" if one.state == "queued" else one.state

    @precondition(lambda self: self.talks)
    @rule(which=PICK, by=WORKERS, nth=PICK)
    def again(self, which: int, by: str, nth: int) -> None:
        """The same id once more does nothing, however long ago it was; that of a page only while it is the newest message."""
        talk = self._pick(list(self.talks.values()), which)
        one = talk.said[-1 - nth % len(talk.said)]
        repeated = not one.page or one.text == talk.said[-1].text
        self._store(
            talk.who, by, Said(one.post, one.text, one.danger, one.page), "repeated" if repeated else "stored", False
        )

    def _store(self, who: str, by: str, one: Said, outcome: str, cut: bool) -> None:
        talk, lease = self.current.get(who), Lease(self.owner[by], HELD.total_seconds())
        outcome = "ended" if talk and talk.over(self.now) else outcome
        try:
            accepted = self._accept(who, one, lease, cut)
        except PowerCut:
            return
        assert accepted.outcome == outcome
        if talk and outcome == "ended":
            talk.ended = True
        if outcome in ("ended", "repeated"):
            assert accepted.turn is None
            return
        if talk is None or talk.ended:
            assert accepted.conversation and accepted.conversation not in self.talks
            talk = self.talks[accepted.conversation] = self.current[who] = Talk(accepted.conversation, who, self.now)
        one.id, one.state, talk.seen = accepted.message or "", "queued" if outcome == "stored" else "noted", self.now
        talk.said.append(one)
        assert accepted.conversation == talk.id
        if outcome == "noted":
            self._answer_danger(one)
        assert (accepted.turn is not None) == (outcome == "stored" and not talk.taken(self.now))
        if accepted.turn:
            self._took(talk, lease.owner, accepted.turn)

    def _accept(self, who: str, one: Said, lease: Lease, cut: bool) -> Accepted:
        flags = (FLAG,) if one.danger else ()
        if isinstance(one.post, str):
            return machines.take_text(self.db, one.post, who, one.text, flags, lease, self.now, self.voice, cut)
        post = replace(one.post, received_at=self.now)
        accepted: Accepted = self._run(accept_web, post, lease, self.now, True, IDLE, self.voice, cut=cut)
        return accepted

    def _took(self, talk: Talk, owner: str, turn: Turn) -> None:
        batch = talk.next()
        assert turn.messages == tuple(one.id for one in batch) and turn.id == batch[0].id, "the oldest first"
        assert turn.text == "\n".join(one.text for one in batch)
        for one in batch:
            one.state, one.turn = "processing", turn.id
        talk.hold(owner, self.now + HELD)
        self.hands.append(Hand(owner, talk, turn))

    def _hears(self, talk: Talk) -> bool:
        """A page that was left shows nothing; a number that stopped our texts gets no answer."""
        return talk.who not in self.stopped if talk.sms else not talk.ended

    def _answer_danger(self, one: Said) -> None:
        if one.danger and not one.danger_answered:
            self.lines[one.turn or one.id, "danger"] += 1
            one.danger_answered = True

    def _pick(self, among: Sequence[Any], which: int) -> Any:
        return among[which % len(among)]

    def _run(self, function: Any, *args: Any, cut: bool = False) -> Any:
        return machines.run(self.db, function, *args, cut=cut)
