"""The outbox beside the truth of the company that carries the texts, in plays that nobody chose: two senders stand still, die and come
back late; answers are lost; look-ups fail; STOP comes in between; delivery reports come in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door.model import Conversation, DeliveryStatus, OutboxText
from front_door.sms import budget, sending
from front_door.sms.outbox import Outbox
from front_door.sms.provider import SmsProvider
from tests.front_door import machines
from tests.front_door.outbox_model import LookUp, Request, Sending, Transaction
from tests.front_door.outbox_world import CALL, PICK, SENDERS, TIMING, World

HELD = timedelta(seconds=TIMING.lease)
ALWAYS = ("crisis", "stop_confirmation")


class Texts(World):
    """Two senders on one database. They stand still at every transaction and at every call of the company."""

    @rule(by=SENDERS)
    def take(self, by: str) -> None:
        before = self._rows()
        due = machines.run(self.db, sending.take_due, self.name[by], self.now, TIMING)
        for text in sorted(due, key=lambda one: (one.to, before[one.id].position)):  # the same in each play
            row = before[text.id]
            free = row.state in ("pending", "unknown") or (row.sender_until or self.now) <= self.now
            assert free, "taken while another sender holds it"
            assert row.kind in ALWAYS or text.to not in self.stopped, "taken though texts are stopped"
            assert row.crisis or not [
                one
                for one in before.values()
                if one.conversation_id == row.conversation_id
                and one.position < row.position
                and one.state in sending.UNFINISHED
                and self._rows()[one.id].state != "failed"
            ], "an earlier text of its conversation is not through"
            self.takes[text.id] += 1
            outbox = Outbox(self.stepped, cast(SmsProvider, self.company), self.clock, TIMING, self.name[by])
            self.under_way.append(Sending(self.name[by], text, outbox._send(text)))

    @precondition(lambda self: self.under_way)
    @rule(which=PICK, fault=st.sampled_from(["", "", "", "database", "blind", "behind"]))
    def go_on(self, which: int, fault: str) -> None:
        """A sender goes on from where it stands. blind: the company's list cannot be read; behind: it lacks the last texts."""
        one = self._pick(self.under_way, which)
        at = one.at
        value: Any = None
        if isinstance(at, Request):
            if at.answer is None:
                return
            value = at.answer
        elif isinstance(at, Transaction):
            value = fault == "database"
        elif isinstance(at, LookUp):
            found = self.company.listed(at)
            value = None if fault == "blind" else [] if fault == "behind" else found
            if found and value != found and (fault == "behind" or one.text.crisis):
                self.perhaps_twice.add((at.to, at.body))
        self._go_on(one, value)

    def _go_on(self, one: Sending, value: Any = None) -> None:
        requests = len(self.company.requests)
        if not one.go_on(value):
            self.under_way.remove(one)
        for request in self.company.requests[requests:]:
            assert self.now + CALL <= one.text.until, "another may take it while it is on its way"
            self._may_be_sent(request)

    def _may_be_sent(self, request: Request) -> None:
        """Checked as a text leaves us."""
        rows = self._rows()
        row, group = rows[request.reference], (request.to, request.body)
        made = [one.request for one in self.company.taken] + self._undecided()
        same = [one for one in made if (one.to, one.body) == group]
        wanted = [
            one for one in rows.values() if (one.body, self._to[one.conversation_id]) == (request.body, request.to)
        ]
        assert len(same) <= len(wanted) or group in self.perhaps_twice, "sent twice"
        since = self.stopped.get(request.to)
        assert row.kind in ALWAYS or since is None or self.now - since <= HELD, "sent after STOP"
        mine = [rows[one.reference] for one in made]
        later = [one.position for one in mine if one.conversation_id == row.conversation_id and not one.crisis]
        assert row.crisis or not later or max(later) == row.position or self.perhaps_twice, "out of order"

    @rule(by=SENDERS)
    def die(self, by: str) -> None:
        self.number += 1
        gone, self.name[by] = self.name[by], f"{by}{self.number}"
        self._drop([one for one in self.under_way if one.sender == gone])

    @rule()
    def all_die_and_one_starts_alone(self) -> None:
        self._drop(self.under_way)
        machines.run(self.db, sending.free_abandoned, self.now)

    def _drop(self, gone: Sequence[Sending]) -> None:
        for one in gone:
            one.steps.close()
        self.under_way = [one for one in self.under_way if one not in gone]
        for request in self._undecided():
            if request not in [one.at for one in self.under_way]:
                self.company.decide(request, "no answer")

    # What always holds

    @invariant()
    def the_rows_tell_the_truth(self) -> None:
        rows, taken = self._rows(), {one.id: one for one in self.company.taken}
        for row in rows.values():
            to, before = self._to[row.conversation_id], self.seen.get(row.id)
            assert row.attempts == self.takes[row.id] and (row.sender is None) == (row.state != "sending")
            assert (row.provider_sid is None) == (row.state != "sent")
            if row.state == "sent":
                request = taken[row.provider_sid or ""].request
                assert (request.to, request.body) == (to, row.body), "said to be sent"
            if row.state == "failed" and (before is None or before.state != "failed"):
                self._closed_rightly(row, to, before.state if before else None)
            assert before is None or before.state != "sent" or row.state == "sent"
            assert before is None or before.state != "failed" or row.state in ("failed", "sent")
        for one in self.under_way:
            newest = [other.text.until for other in self.under_way if other.text.id == one.text.id][-1]
            row = rows[one.text.id]
            if one.text.until == newest > self.now and row.state not in ("sent", "failed"):
                assert (row.sender, row.sender_until) == (one.sender, newest), "let go while a sender has it"
        self.seen = rows
        busy = Counter(row.conversation_id for row in rows.values() if row.state == "sending" and not row.crisis)
        assert set(busy.values()) <= {1}
        machines.run(self.db, self._numbers_agree)

    def _closed_rightly(self, row: OutboxText, to: str, before: str | None) -> None:
        age, limit = self.now - row.created_at, TIMING.crisis_too_old if row.crisis else TIMING.too_old
        mine = [one for one in self.company.taken if one.request.reference == row.id]
        if row.error in ("too old", "outcome unknown"):
            assert age > limit or (row.error == "outcome unknown" and to in self.stopped), "given up too early"
            assert row.error == "outcome unknown" or not mine, "it was taken, and we say that it was not"
        elif row.error == "texts stopped":
            assert to in self.stopped and row.kind not in ALWAYS
            assert before in (None, "pending"), "perhaps it went, and we say that it was stopped"
        else:
            assert row.id in self.refused, "lost"

    def _numbers_agree(self, session: Session) -> None:
        for talk in session.scalars(select(Conversation)):
            number = talk.address or ""
            if talk.texts_stopped and number not in self.stopped:
                assert any(one.to == number and one.reference in self.refused for one in self.company.requests)
                self.stopped[number] = self.now  # the company told us
            assert talk.texts_stopped == (number in self.stopped)
        kept = {row.provider_sid: (row.rank, row.status) for row in session.scalars(select(DeliveryStatus))}
        assert kept == self.reports

    def teardown(self) -> None:
        """All faults end: one new sender, a company that answers. Everything is sent, or says why not."""
        self.all_die_and_one_starts_alone()
        for _ in range(100):
            if not (waiting := [row for row in self._rows().values() if row.state in sending.UNFINISHED]):
                break
            self.take("a")
            if not self.under_way:  # nothing is due yet
                later = [at for row in waiting if (at := row.sender_until or row.next_at) > self.now]
                self.clock.at = min(later, default=self.now)
            while self.under_way:
                for request in self._undecided():
                    self.company.decide(request, "taken")
                self.go_on(0, "")
            self.the_rows_tell_the_truth()
        rows = self._rows().values()
        assert {row.state for row in rows} <= {"sent", "failed"}, "never through"
        cost = {(one.body, self._to[one.conversation_id]): one.segments for one in rows if not one.crisis}
        went = [cost.get((one.request.body, one.request.to), 0) for one in self.company.taken]
        spent = machines.run(self.db, budget.spent_today, self.voice.texts.day, self.now).everybody
        assert spent >= sum(went) or self.perhaps_twice, "what went out is counted"


@pytest.mark.parametrize(("kind", "plays"), [("sqlite", 60), ("postgresql", 10)])
def test_o4_s5_the_outbox_keeps_its_rules_in_any_play(kind: str, plays: int) -> None:
    """No text is sent twice unless the company hid the truth, none is lost, none goes after STOP; the rows say what happened."""
    with machines.database(kind) as db:
        machines.play(Texts, db, plays, 40)
