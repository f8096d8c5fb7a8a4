"""The queue of turns beside a small model of its rules, in plays that nobody chose: workers hang, die and come back late, messages come
twice, turns fail. After each step the database agrees with the model; when all faults end, everything is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from front_door import claiming, rows, turns
from front_door.bot_client import Reply
from front_door.claiming import Lease, Turn
from tests.front_door import machines
from tests.front_door.machines import PowerCut
from tests.front_door.queue_model import Hand, Said, Talk, stored
from tests.front_door.queue_residents import HELD, PICK, RARELY, WORKERS, Residents

GIVE_UP = timedelta(minutes=15)


class Queue(Residents):
    """Three workers on one database. A step that is `cut` ends before its commit."""

    @precondition(lambda self: self.hands)
    @rule(which=PICK)
    def ask(self, which: int) -> None:
        """The bot runs what it is asked under an id once, and must never be asked anything else under that id."""
        hand = self._hand(which)
        turn, talk = hand.turn, hand.talk
        if turn.id not in self.bot and talk.holder == hand.owner and talk.until and talk.until > self.now:
            talk.ran.append(talk.place(turn.id))
        assert self.bot.setdefault(turn.id, turn.text) == turn.text
        hand.replies = [Reply(f"answer {turn.id}")]

    @precondition(lambda self: self.hands)
    @rule(which=PICK, cut=RARELY)
    def finish(self, which: int, cut: bool) -> None:
        hand = self._hand(which)
        if not hand.replies:
            self.ask(which)
        self._end(hand, turns.finish, hand.replies, self.voice, self._lease(hand), self.now, False, cut=cut)

    @precondition(lambda self: self.hands)
    @rule(which=PICK, delay=st.sampled_from([0.3, 40.0]), cut=RARELY)
    def fail(self, which: int, delay: float, cut: bool) -> None:
        hand = self._hand(which)
        self._end(hand, turns.fail, self.voice, self._lease(hand), self.now, delay, GIVE_UP, cut=cut)

    def _end(self, hand: Hand, function: Any, *args: Any, cut: bool) -> None:
        """Only who holds the conversation ends a turn, once; a failure of less than a quarter of an hour is tried again."""
        talk, self.hands = hand.talk, [one for one in self.hands if one is not hand]
        said = [one for one in talk.waiting if one.id in hand.turn.messages] if talk.holder == hand.owner else []
        try:
            ended = self._run(function, hand.turn, *args, cut=cut)
        except PowerCut:  # the engine then claims what it holds
            self._claim(talk, hand.owner, holding=True)
            return
        over = function is turns.finish or self.now - hand.turn.oldest > GIVE_UP
        assert (ended.counted, ended.done) == (bool(said), bool(said) and over)
        if not said:
            assert ended.next is None
        elif not over:
            for one in said:
                one.state = "queued"
            talk.hold(None, not_before=self.now + timedelta(seconds=args[-2]))
        else:
            self._over(talk, said, "answer" if function is turns.finish else "gave up")
            self._next(talk, hand.owner, ended.next)

    def _over(self, talk: Talk, said: Sequence[Said], how: str) -> None:
        heard = self._hears(talk)
        owed = any(one.danger for one in said) and not any(one.danger and one.danger_answered for one in said)
        for what in ("danger", how) if owed else (how,):
            self.lines[said[0].turn or "", what] += heard
        for one in said:
            one.state = "done" if how == "answer" else "failed"
        talk.ended_turns.append(talk.place(said[0].id))
        talk.owned_up = talk.owned_up and how != "answer"

    def _claim(self, talk: Talk, owner: str, holding: bool = False, cut: bool = False) -> None:
        may = talk.holder == owner if holding else not talk.taken(self.now)
        turn = self._run(claiming.claim, talk.id, Lease(owner, HELD.total_seconds()), self.now, holding, cut=cut)
        assert may or turn is None, "claimed beside a lease that holds, or too soon"
        if may:
            self._next(talk, owner, turn)

    def _next(self, talk: Talk, owner: str, turn: Turn | None) -> None:
        assert (turn is not None) == bool(talk.waiting), "what waits is claimed"
        talk.hold(None)
        if turn:
            self._took(talk, owner, turn)

    @rule(by=WORKERS, cut=RARELY)
    def sweep(self, by: str, cut: bool) -> None:
        found = self._run(claiming.unanswered, self.now)
        free = [talk.id for talk in self.talks.values() if talk.waiting and not talk.taken(self.now)]
        assert sorted(found) == sorted(free), "whatever waits and nobody holds is found"
        for id in sorted(found, key=list(self.talks).index):  # so that a play is the same each time
            try:
                self._claim(self.talks[id], self.owner[by], cut=cut)
            except PowerCut:
                return

    @rule(by=WORKERS, how=st.sampled_from(["killed", "stopped", "all"]))
    def die(self, by: str, how: str) -> None:
        """Killed, its leases run out; stopped, it gives them back; when all died, one that starts alone takes them. Successors have
        other names."""
        self.number += 1
        gone = list(self.owner.values()) if how == "all" else [self.owner[by]]
        self.owner |= {name: f"{name}{self.number}" for name, owner in self.owner.items() if owner in gone}
        self.hands = [hand for hand in self.hands if hand.owner not in gone]
        if how == "all":
            self._run(rows.release_all_leases)
            self._let_go(*(talk.holder for talk in self.talks.values() if talk.holder))
        elif how == "stopped":
            self._run(rows.release_leases, *gone)
            self._let_go(*gone)

    def _let_go(self, *owners: str) -> None:
        for talk in self.talks.values():
            if talk.holder in owners:
                talk.hold(None)

    @rule(by=WORKERS)
    def renew(self, by: str) -> None:
        """A lease that ran out is renewed while nobody else took it; never somebody else's."""
        self._run(rows.renew_leases, list(self.talks), self.owner[by], self.now + HELD)
        for talk in self.talks.values():
            talk.until = self.now + HELD if talk.holder == self.owner[by] else talk.until

    @rule()
    def the_bot_is_back(self) -> None:
        self._run(rows.end_back_off, list(self.talks))
        for talk in self.talks.values():
            talk.not_before = None

    @precondition(lambda self: any(talk.waiting for talk in self.talks.values()))
    @rule(which=PICK, troubled=st.booleans())
    def break_silence(self, which: int, troubled: bool) -> None:
        talk, one = self._pick([(t, one) for t in self.talks.values() for one in t.waiting], which)
        self._run(turns.break_silence, one.id, self.voice, self.now, troubled)
        if self._hears(talk) and one.danger:
            self._answer_danger(one)
        elif self._hears(talk) and troubled and not talk.owned_up:
            self.lines[one.turn or one.id, "sorry"] += 1
            talk.owned_up = True

    @rule(seconds=st.sampled_from([1, 31, 31, 31, 400, 1000, 4000]), by=st.none() | WORKERS)
    def time_passes(self, seconds: int, by: str | None) -> None:
        """Who held a lease may stand still meanwhile, and lose it to who looks then."""
        self.now += timedelta(seconds=seconds)
        if by:
            self.sweep(by, False)

    @precondition(lambda self: self.hands)
    @rule(which=PICK, by=WORKERS)
    def stand_still(self, which: int, by: str) -> None:
        """A worker loses its lease to whoever takes in the next message of that conversation; perhaps to itself."""
        who = self._hand(which).talk.who
        self.now += HELD + timedelta(seconds=1)
        if who.startswith("+"):
            self.text(who, by, False, False)
        else:
            self.post(who, by, False, False, False)

    # What always holds

    @invariant()
    def the_database_agrees(self) -> None:
        """No message is lost or there twice; states, leases, lines and texts are what the model says."""
        found = self._run(stored)
        told = {talk.id: [(one.id, one.text, one.state, one.turn) for one in talk.said] for talk in self.talks.values()}
        assert found.messages == told
        assert found.leases == {talk.id: (talk.holder, talk.until, talk.not_before) for talk in self.talks.values()}
        assert found.lines == +self.lines
        assert found.texts == found.lines_by_text, "a line for a phone and its text are written together"
        assert found.events == sum(one.danger for talk in self.talks.values() for one in talk.said)

    @invariant()
    def one_at_a_time_and_in_order(self) -> None:
        for talk in self.talks.values():
            assert talk.ended_turns == sorted(set(talk.ended_turns)), "turns end in order, each once"
            assert talk.ran == sorted(set(talk.ran)), "the bot hears them in order, each once"
            assert len({one.turn for one in talk.said if one.state == "processing"}) <= 1

    def teardown(self) -> None:
        """All faults end. Whatever waits is answered by one worker, and nothing is left over."""
        self.die("a", "all")
        self.time_passes(60, "a")
        for _ in range(self.number + 1):  # no play has more turns than messages
            if self.hands:
                self.finish(0, False)
        self.the_database_agrees()
        self.one_at_a_time_and_in_order()
        said = [one for talk in self.talks.values() for one in talk.said]
        assert not any(one.waits for one in said) and not self._run(claiming.waiting_messages)
        assert sorted(self._run(claiming.settled, [one.id for one in said])) == sorted(one.id for one in said)
        assert not any(talk.holder for talk in self.talks.values())
        answered = [one for one in said if one.state == "done"]
        assert {one.turn for one in answered} <= set(self.bot)
        for talk in self.talks.values():
            for one in talk.said:
                assert not (one.danger and self._hears(talk)) or self._danger_was_answered(one, talk)

    def _danger_was_answered(self, one: Said, talk: Talk) -> bool:
        """In its turn, or before it was in one."""
        together = [other.id for other in talk.said if other is one or (one.turn and other.turn == one.turn)]
        return any(self.lines[id, "danger"] for id in together)

    def _hand(self, which: int) -> Hand:
        """A worker runs one turn of a conversation at a time, even when it holds an older one of it that it lost."""
        first = {(hand.owner, hand.talk.id): hand for hand in reversed(self.hands)}
        return self._pick(list(first.values()), which)

    def _lease(self, hand: Hand) -> Lease:
        return Lease(hand.owner, HELD.total_seconds())


@pytest.mark.parametrize(("kind", "plays"), [("sqlite", 60), ("postgresql", 10)])
def test_g1_g2_the_queue_keeps_its_rules_in_any_play(kind: str, plays: int) -> None:
    """No acknowledged message is lost; each is answered once or truthfully given up; in order; one at a time."""
    with machines.database(kind) as db:
        machines.play(Queue, db, plays, 40)
