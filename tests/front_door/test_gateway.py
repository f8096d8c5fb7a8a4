"""The gateway's promises: one row for a message, order in every conversation, leases that end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common import encryption
from common.clock import FrozenClock
from common.database import Base, Database, make_engine, open_database
from front_door import claiming, rows, turns
from front_door.bot_client import Reply
from front_door.claiming import Lease
from front_door.inbox import WebPost, accept_web
from front_door.model import DONE, PROCESSING, QUEUED, Conversation, Message, OutboxText
from front_door.saying import Voice, say
from front_door.sms.outbox import Outbox
from front_door.sms.providers import provider_for
from front_door.sms.text_rules import TextRules
from tests import postgres
from tests.front_door.street import street
from tests.front_door.support import (
    DATA,
    FAST,
    FAST_SENDING,
    MOBILE,
    PUBLIC,
    SECRET,
    House,
    eventually,
    settings,
    words,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
IDLE = timedelta(hours=1)
LEASE = Lease("worker", 30)
CONVERSATIONS, EACH = 100, 20


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    encryption.use(encryption.Cipher(SECRET))
    database = open_database(database_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def post(who: int, number: int) -> WebPost:
    return WebPost(
        session_digest=f"session {who}",
        channel="web",
        text=f"message {number} of {who}",
        choice=None,
        client_id=f"script-{who}-{number}",
        wants_json=True,
        flags=(),
        received_at=datetime.now(timezone.utc),
    )


def everything(session: Session) -> tuple[int, int, int]:
    tables = (Conversation, Message, OutboxText)
    return tuple(len(session.scalars(select(table)).all()) for table in tables)  # type: ignore[return-value]


class PowerCut(Exception):
    """Stands for a process that ends between the last statement and the commit."""


def test_g1_one_row_for_one_provider_id(db: Database) -> None:
    """UNIQUE(channel, provider id): the database itself refuses a second row; another channel has ids of its own."""
    with db.transaction() as session:
        conversation = rows.open_conversation(session, "sms", NOW)
        rows.add_message(session, conversation, "in", "a", NOW, provider_id="SM1")
    with pytest.raises(IntegrityError), db.transaction() as session:
        conversation = rows.open_conversation(session, "sms", NOW)
        rows.add_message(session, conversation, "in", "b", NOW, provider_id="SM1")
    with db.transaction() as session:
        conversation = rows.open_conversation(session, "web", NOW)
        rows.add_message(session, conversation, "in", "c", NOW, provider_id="SM1")
        session.flush()
        assert [m.text for m in session.scalars(select(Message).order_by(Message.channel))] == ["a", "c"]


async def test_g1_the_same_message_at_once_is_one_row(db: Database) -> None:
    """Five at the same moment: one is stored and queued, four are told that it is a repeat."""
    first = await db.run(accept_web, post(0, 0), LEASE, NOW, True, IDLE)
    outcomes = await asyncio.gather(*(db.run(accept_web, post(0, 1), LEASE, NOW, True, IDLE) for _ in range(5)))
    assert sorted(accepted.outcome for accepted in outcomes) == ["repeated"] * 4 + ["stored"]
    assert first.outcome == "stored" and await db.read(everything) == (1, 2, 0)


def test_g1_dedupe_and_enqueue_are_one_transaction(db: Database) -> None:
    """Cut off before the commit, nothing is known of the message, so its repeat is stored, queued and claimed."""
    with pytest.raises(PowerCut), db.transaction() as session:
        assert accept_web(session, post(0, 0), LEASE, NOW, True, IDLE).outcome == "stored"
        session.flush()
        raise PowerCut
    with db.reading() as session:
        assert everything(session) == (0, 0, 0)
    with db.transaction() as session:
        again = accept_web(session, post(0, 0), LEASE, NOW, True, IDLE)
    assert again.outcome == "stored" and again.turn is not None


def test_g1_turn_replies_and_outbox_are_one_transaction(db: Database) -> None:
    """Cut off before the commit, the turn is still to be done and no text waits; then all of it is there together."""
    with db.transaction() as session:
        conversation = rows.open_conversation(session, "sms", NOW, address="+447700900123", address_digest="d")
        rows.add_message(session, conversation, "in", "hello", NOW, state=QUEUED, provider_id="SM1")
        session.flush()
        turn = claiming.claim(session, conversation.id, LEASE, NOW)
    assert turn is not None
    voice = Voice(words(), lambda *_: "crisis", TextRules.load(DATA, PUBLIC))
    with pytest.raises(PowerCut), db.transaction() as session:
        turns.finish(session, turn, [Reply("an answer")], voice, LEASE, NOW, False)
        session.flush()
        raise PowerCut
    with db.reading() as session:
        assert everything(session) == (1, 1, 0) and session.scalars(select(Message.state)).one() == PROCESSING
    with db.transaction() as session:
        assert turns.finish(session, turn, [Reply("an answer")], voice, LEASE, NOW, False).counted
    with db.reading() as session:
        assert everything(session) == (1, 2, 1)
        assert session.scalars(select(Message.state).where(Message.direction == "in")).one() == DONE


async def test_g2_100_conversations_of_20_messages_at_once(tmp_path: Path, database_url: str) -> None:
    """2,000 messages taken in at the same moment: each its own turn, in the order they were stored, one at a time in each conversation."""
    patient = replace(FAST, break_silence=120.0, busy_silence=120.0, store=120.0, bot_call=30.0)
    house = await House(tmp_path, database_url, timing=patient).start()
    try:
        opened = [await house.engine.submit_web(post(who, 0), True) for who in range(CONVERSATIONS)]
        await asyncio.gather(
            *(house.engine.submit_web(post(who, n), True) for n in range(1, EACH) for who in range(CONVERSATIONS))
        )
        await eventually(lambda: len(house.rasa.ran) == CONVERSATIONS * EACH and house.engine.backlog == 0, 120)
        assert house.rasa.overlaps == 0 and len(set(house.rasa.ran)) == CONVERSATIONS * EACH
        asked: dict[str, list[str]] = {}
        for turn in house.rasa.turns:
            asked.setdefault(turn["conversation"], []).append(turn["text"])
        stored: dict[str, list[str]] = {}
        answered: dict[str, list[str]] = {}
        for message in await house.rows(select(Message).order_by(Message.conversation_id, Message.seq)):
            kept = stored if message.direction == "in" else answered
            kept.setdefault(message.conversation_id, []).append(message.text.removeprefix("You said: "))
        assert asked == stored == answered
        assert {accepted.conversation for accepted in opened} == set(asked)
        assert all(len(set(texts)) == EACH for texts in asked.values())
    finally:
        await house.close()


async def test_g2_a_dead_workers_lease_expires(tmp_path: Path, database_url: str) -> None:
    """A turn that a worker took and never ended: nobody touches it while the lease holds, and then it is run."""
    house = await House(tmp_path, database_url).start()
    try:
        house.rasa.mode = "hang"
        accepted = await house.engine.submit_web(post(0, 0), True)
        await house.shut()
        house.rasa.mode = "ok"
        house.rasa.turns.clear()
        await house.open()
        assert house.db is not None

        def lease(session: Session, owner: str, until: datetime) -> None:
            session.execute(update(Conversation).values(lease_owner=owner, lease_until=until))

        # What a process leaves that was killed: the message in work, and a lease in its name.
        await eventually(lambda: len(house.rasa.ran) == 1 and house.engine.backlog == 0)
        until = house.clock.now() + timedelta(seconds=0.6)
        await house.db.run(lease, "dead:1", until)
        await house.engine.submit_web(post(0, 1), True)
        await asyncio.sleep(0.2)
        assert len(house.rasa.ran) == 1, "the lease holds"
        await eventually(lambda: len(house.rasa.ran) == 2)
        assert house.clock.now() >= until
        assert house.rasa.turns[-1]["conversation"] == accepted.conversation
    finally:
        await house.close()


async def test_g2_a_worker_that_lost_its_lease_writes_nothing(db: Database) -> None:
    """It comes back late, when another has the turn: neither its answer nor its failure counts."""
    accepted = await db.run(accept_web, post(0, 0), LEASE, NOW, True, IDLE)
    assert accepted.turn is not None and accepted.conversation is not None
    later = NOW + timedelta(seconds=31)
    other = Lease("another", 30)
    taken = await db.run(claiming.claim, accepted.conversation, other, later)
    assert taken is not None and taken.id == accepted.turn.id
    voice = Voice(words(), lambda *_: "crisis", TextRules.load(DATA, PUBLIC))
    ended = await db.run(turns.finish, accepted.turn, [Reply("late")], voice, LEASE, later, False)
    failed = await db.run(turns.fail, accepted.turn, voice, LEASE, later, 1.0, timedelta(minutes=15))
    assert not ended.counted and not failed.counted
    assert await db.read(everything) == (1, 1, 0)


async def test_g2_a_turn_that_was_claimed_twice_is_answered_once(db: Database) -> None:
    """A worker that stood still until its lease ran out takes the same turn again with the next message: the second answer, or a late
    failure, changes nothing.
    """
    accepted = await db.run(accept_web, post(0, 0), LEASE, NOW, True, IDLE)
    later = NOW + timedelta(seconds=31)
    again = await db.run(accept_web, post(0, 1), LEASE, later, True, IDLE)
    assert accepted.turn is not None and again.turn is not None and again.turn.id == accepted.turn.id
    voice = Voice(words(), lambda *_: "crisis", TextRules.load(DATA, PUBLIC))
    first = await db.run(turns.finish, accepted.turn, [Reply("an answer")], voice, LEASE, later, False)
    assert first.counted and first.next is not None and first.next.id != accepted.turn.id
    second = await db.run(turns.finish, again.turn, [Reply("an answer")], voice, LEASE, later, False)
    failed = await db.run(turns.fail, again.turn, voice, LEASE, later, 1.0, timedelta(minutes=15))
    assert not second.counted and not failed.counted
    states = await db.read(lambda session: list(session.scalars(select(Message.state).order_by(Message.seq))))
    assert states == [DONE, PROCESSING, "noted"]


class Stalling(Database):
    """A database after whose `take_due` the whole process stands still for as long as `clock` is moved."""

    def __init__(self, url: str, clock: FrozenClock, stall: timedelta) -> None:
        super().__init__(make_engine(url))
        self.clock, self.stall = clock, stall

    async def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        result = await super().run(function, *args, **kwargs)
        if getattr(function, "__name__", "") == "take_due" and result:
            self.clock.advance(self.stall)
            self.stall = timedelta()
        return result


async def test_g2_a_sender_that_stood_still_sends_no_text_that_another_may_have(tmp_path: Path) -> None:
    """Its hold on the text would end while it sends: it lets go, and the text goes out once, after a look at the provider's list."""
    clock = FrozenClock(NOW)
    stalling = Stalling(f"sqlite:///{tmp_path / 'stall.db'}", clock, timedelta(seconds=29.8))
    async with street(tmp_path, f"sqlite:///{tmp_path / 'stall.db'}") as place:
        with place.db.transaction() as session:
            conversation = rows.open_conversation(session, "sms", NOW, address=MOBILE, address_digest="d")
            voice = Voice(words(), lambda *_: "crisis", TextRules.load(DATA, PUBLIC))
            say(session, conversation, "t", [Reply("an answer")], voice, NOW)
        config = settings(twilio_api_base_url=place.twilio_url)
        provider = provider_for(config, 1.0)
        assert provider is not None
        outbox = Outbox(stalling, provider, clock, FAST_SENDING, "one")
        await outbox.start()
        await eventually(lambda: stalling.stall == timedelta())

        def sent_later() -> bool:
            clock.advance(timedelta(seconds=0.1))
            return bool(place.twilio.messages)

        await eventually(sent_later)
        assert len(place.twilio.messages) == 1 and place.twilio.look_ups == 1
        await outbox.stop()
    stalling.close()


async def test_g2_what_another_front_door_answered_is_not_waited_for(
    tmp_path: Path, postgres_server: postgres.Server
) -> None:
    """Two on one database: a message that one took in and the other answered leaves neither queue nor memory behind."""
    url = postgres_server.database()
    one = await House(tmp_path, url).start()
    two = House(tmp_path, url, one.rasa, one.twilio)
    two.rasa_server, two.twilio_server = one.rasa_server, one.twilio_server
    await two.open()
    try:
        one.rasa.mode, one.rasa.seconds = "slow", 0.2
        await one.engine.submit_web(post(0, 0), True)
        await two.engine.submit_web(post(0, 1), True)  # `one` holds the lease, and answers this as well
        await eventually(lambda: len(one.rasa.ran) == 2)
        await eventually(lambda: one.engine.backlog == two.engine.backlog == 0)
    finally:
        await two.shut()
        await one.close()
