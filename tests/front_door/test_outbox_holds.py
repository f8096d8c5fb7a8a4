"""Who may say what came of a text: only the sender that has it now, and nobody once it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from common.database import Database
from front_door import rows
from front_door.bot_client import Reply
from front_door.model import ENDED, Conversation, OutboxText
from front_door.saying import say
from front_door.sms import budget, sending
from front_door.sms.provider import Sent
from front_door.sms.sending import Outgoing
from front_door.timing import SendTiming
from tests.front_door import machines
from tests.front_door.sms_support import NOON
from tests.front_door.support import MOBILE

TIMING = SendTiming()
LATER = NOON + timedelta(seconds=TIMING.lease + 1)
WAIT = Sent("wait", error="20429")


@pytest.fixture
def db() -> Iterator[Database]:
    """With one text to send."""
    with machines.database("sqlite") as made:
        with made.transaction() as session:
            talk = rows.open_conversation(session, "sms", NOON, address=MOBILE, address_digest="d")
            say(session, talk, "turn", [Reply("hello")], machines.voice(), NOON)
        yield made


def take(db: Database, at: object) -> list[Outgoing]:
    taken: list[Outgoing] = machines.run(db, sending.take_due, "a", at, TIMING)
    return taken


def row(db: Database) -> OutboxText:
    found: OutboxText = machines.run(db, lambda session: session.scalars(select(OutboxText)).one())
    return found


def test_g2_a_late_answer_does_not_let_go_of_a_text_that_was_taken_again(db: Database) -> None:
    """A sender that stood still took its own text once more: what it hears of the first try must not give the second away."""
    (first,) = take(db, NOON)
    (second,) = take(db, LATER)
    machines.run(db, sending.record, first, WAIT, LATER, TIMING)
    assert (row(db).state, row(db).sender_until) == ("sending", second.until)
    assert take(db, LATER + timedelta(seconds=5)) == [], "it may be going out at this moment"
    machines.run(db, sending.record, second, Sent("sent", "SM1"), LATER, TIMING)
    assert row(db).state == "sent"


@pytest.mark.parametrize("stopped", [True, False])
def test_g2_a_late_answer_does_not_open_a_closed_text(db: Database, stopped: bool) -> None:
    """Closed while its sender stood still, because texts were stopped or it was too old: it stays closed."""
    (first,) = take(db, NOON)
    at = LATER if stopped else NOON + TIMING.too_old + timedelta(seconds=1)
    if stopped:
        machines.run(db, lambda session: session.execute(update(Conversation).values(texts_stopped=True)))
    assert take(db, at) == [] and row(db).state == "failed" and row(db).sender is None
    machines.run(db, sending.record, first, WAIT, at, TIMING)
    assert row(db).state == "failed"
    machines.run(db, sending.record, first, Sent("sent", "SM1"), at, TIMING)
    assert row(db).state == "sent", "that it went out is news all the same"


def test_s5_a_text_that_may_have_gone_out_before_stop_is_counted(db: Database) -> None:
    """Nobody knows whether it was taken: it is not said that STOP kept it back, and it may cost something."""
    (first,) = take(db, NOON)
    machines.run(db, sending.record, first, Sent("unknown", error="20500"), NOON, TIMING)
    machines.run(db, lambda session: session.execute(update(Conversation).values(texts_stopped=True)))
    assert take(db, LATER) == [] and (row(db).state, row(db).error) == ("failed", "outcome unknown")
    spent = machines.run(db, budget.spent_today, machines.voice().texts.day, LATER)
    assert spent.everybody == row(db).segments


def test_s5_a_refusal_of_the_company_stops_the_number_in_every_conversation(db: Database) -> None:
    """The number has stopped texts, so nothing goes to it to an older conversation of it either."""

    def another(session: Session) -> None:
        older = rows.open_conversation(session, "sms", NOON, address=MOBILE)
        older.state, older.address_digest = ENDED, "d"
        rows.open_conversation(session, "sms", NOON, address="+447700900999", address_digest="e")

    machines.run(db, another)
    (first,) = take(db, NOON)
    machines.run(db, sending.record, first, Sent("opted_out", error="21610"), NOON, TIMING)
    stopped = select(Conversation.address_digest, Conversation.texts_stopped)
    found = machines.run(db, lambda session: sorted(tuple(each) for each in session.execute(stopped)))
    assert found == [("d", True), ("d", True), ("e", False)]
