"""Old conversations go, with all that they hold; what others still need stays."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from common import encryption
from common.clock import FrozenClock
from common.database import Base, Database, make_engine
from common.local_data import LocalDataError
from common.retention_limits import SHORTEST_CODE, Retention
from front_door import retention, rows
from front_door.cleaning import clean, clean_for_ever
from front_door.model import Conversation, DeliveryStatus, Message, OutboxText, SafetyEvent
from front_door.moving import codes
from front_door.retention import Erased, erase, expire
from front_door.safeguarding.recording import record_flags
from referrals.model import Referral
from tests.front_door.support import DATA, MOBILE, SECRET, House, eventually

LIMITS = Retention(chat=timedelta(hours=72), chat_with_referral=timedelta(days=30), closed_page=timedelta(days=30))
NOON = datetime(2026, 11, 21, 12)
TRACKER = sa.Table(
    "tracker_turn",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("message_id", sa.String(64)),
    sa.Column("events", sa.LargeBinary, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    encryption.use(encryption.Cipher(SECRET))
    made = Database(make_engine(f"sqlite:///{tmp_path / 'old.db'}"))
    Base.metadata.create_all(made.engine)
    TRACKER.create(made.engine)
    yield made
    made.close()


@pytest.fixture
async def still(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[House]:
    """A running front door whose clock stands still."""
    house = await House(tmp_path, clock=clock).start()
    yield house
    await house.close()


def remember(session: Session, conversation: str, at: datetime) -> None:
    row = {"conversation": conversation, "message_id": rows.new_id(), "events": b"x", "saved_at": at.timestamp()}
    session.execute(TRACKER.insert().values(row))


def chat(session: Session, at: datetime, channel: str = "web", **columns: Any) -> str:
    """A chat of one message and one answer, with a red flag and the bot's memory of it."""
    if channel == "web":
        columns.setdefault("session_digest", rows.new_id())
    made = rows.open_conversation(session, channel, at, area="Melton", **columns)
    asked = rows.add_message(session, made, "in", "private words", at, state="done")
    rows.add_message(session, made, "out", "kind words", at, turn_id=asked.id)
    record_flags(
        session,
        ["suicide_self_harm"],
        words="private words",
        source=asked.id,
        channel=channel,
        now=at,
        conversation_id=made.id,
        message_id=asked.id,
        reply_shown="Call 999.",
    )
    remember(session, made.id, at)
    session.flush()
    return made.id


def sms_chat(session: Session, at: datetime, state: str = "sent", **columns: Any) -> str:
    """The same by text, with a text in the outbox and its delivery report."""
    digest = columns.pop("address_digest", "digest of the number")
    made = chat(session, at, "sms", address=MOBILE, address_digest=digest, **columns)
    sid = rows.new_id()
    session.add(
        OutboxText(
            id=rows.new_id(),
            conversation_id=made,
            position=2,
            kind="reply",
            body="kind words",
            segments=1,
            state=state,
            provider_sid=sid,
            next_at=at,
            created_at=at,
        )
    )
    session.add(DeliveryStatus(provider_sid=sid, status="delivered", rank=3, updated_at=at))
    session.flush()
    return made


def referral(session: Session, conversation: str, at: datetime) -> None:
    session.add(
        Referral(
            reference="FCP-1",
            idempotency_key="one",
            conversation=conversation,
            channel="web",
            destination="first_contact_plus",
            team="First Contact Plus",
            tier="enhanced",
            reasons=[],
            created_at=at,
            due_at=at,
            promised=False,
            promise_text="",
            packet={},
        )
    )


def left(session: Session) -> dict[str, int]:
    """How many rows each table still holds."""
    names = ("conversation", "message", "outbox", "delivery_status", "tracker_turn")
    return {name: session.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0 for name in names}


NOTHING = {"conversation": 0, "message": 0, "outbox": 0, "delivery_status": 0, "tracker_turn": 0}


async def test_a_chat_goes_after_its_limit_and_not_before(db: Database, clock: FrozenClock) -> None:
    """72 hours to the second: still there; a second more: no words, no address, no bot's memory."""
    await db.run(sms_chat, clock.now())
    clock.advance(LIMITS.chat)
    assert await expire(db, LIMITS, clock.now()) == Erased()
    clock.advance(timedelta(seconds=1))
    assert await expire(db, LIMITS, clock.now()) == Erased(1, messages=2, texts=1, statuses=1, turns=1)
    assert await db.read(left) == NOTHING


async def test_safety_events_stay_without_a_link_to_words(db: Database, clock: FrozenClock) -> None:
    """The flag, the time and our own words stay; which conversation and message it was does not."""
    at = clock.now()
    await db.run(chat, at)
    clock.advance(timedelta(days=40))
    await expire(db, LIMITS, clock.now())
    (event,) = await db.read(lambda session: session.scalars(sa.select(SafetyEvent)).all())
    assert (event.flag, event.at, event.reply_shown) == ("suicide_self_harm", at, "Call 999.")
    assert event.conversation_id is None and event.message_id is None


async def test_a_chat_with_a_referral_stays_for_its_longer_limit(db: Database, clock: FrozenClock) -> None:
    """And the referral itself stays after that."""
    conversation = await db.run(chat, clock.now())
    await db.run(referral, conversation, clock.now())
    clock.advance(LIMITS.chat_with_referral)
    assert await expire(db, LIMITS, clock.now()) == Erased()
    clock.advance(timedelta(seconds=1))
    assert (await expire(db, LIMITS, clock.now())).conversations == 1
    assert await db.read(left) == NOTHING
    assert await db.read(lambda session: session.scalar(sa.select(Referral.conversation))) == conversation


@pytest.mark.parametrize("state", ["pending", "sending", "unknown"])
async def test_a_chat_with_an_unsent_text_is_left_alone(db: Database, clock: FrozenClock, state: str) -> None:
    """A text that has not gone out, or may not have, is not deleted under its sender."""
    await db.run(sms_chat, clock.now(), state)
    clock.advance(timedelta(days=4))
    assert await expire(db, LIMITS, clock.now()) == Erased()


@pytest.mark.parametrize("state", ["queued", "processing"])
async def test_a_chat_that_is_owed_an_answer_is_left_alone(db: Database, clock: FrozenClock, state: str) -> None:
    """A message that waits gets its answer first, however old it is."""

    def owed(session: Session) -> None:
        made = session.get(Conversation, sms_chat(session, clock.now()))
        assert made is not None
        rows.add_message(session, made, "in", "help", clock.now(), state=state)

    await db.run(owed)
    clock.advance(timedelta(days=4))
    assert await expire(db, LIMITS, clock.now()) == Erased()


@pytest.mark.parametrize("state", ["pending", "sending", "unknown"])
async def test_what_could_not_be_sent_for_thirty_days_goes(db: Database, clock: FrozenClock, state: str) -> None:
    """Kept so long that it can still go out, and no longer: neither an unsent text nor an unanswered message holds a chat back."""

    def owed(session: Session) -> None:
        made = session.get(Conversation, sms_chat(session, clock.now(), state))
        assert made is not None
        rows.add_message(session, made, "in", "help", clock.now(), state="queued")

    await db.run(owed)
    clock.advance(LIMITS.unsent)
    assert await expire(db, LIMITS, clock.now()) == Erased()
    clock.advance(timedelta(seconds=1))
    assert (await expire(db, LIMITS, clock.now())).conversations == 1
    assert await db.read(left) == NOTHING


async def test_a_resident_who_writes_while_old_chats_are_deleted_keeps_theirs(db: Database, clock: FrozenClock) -> None:
    """What was old when it was read is looked at again before it is deleted."""
    conversation = await db.run(chat, clock.now())
    clock.advance(timedelta(days=4))
    ids = await db.read(retention._due, LIMITS, clock.now())
    assert ids == [conversation]
    await db.run(lambda session: session.execute(sa.update(Conversation).values(last_seen_at=clock.now())))
    assert await db.run(retention._expire, ids, LIMITS, clock.now()) == Erased()


async def test_hundreds_go_in_small_transactions(db: Database, clock: FrozenClock, monkeypatch: Any) -> None:
    """No transaction takes more conversations than a batch."""
    monkeypatch.setattr(retention, "BATCH", 10)
    await db.run(lambda session: [chat(session, clock.now()) for _ in range(25)])
    clock.advance(timedelta(days=40))
    ids = await db.read(retention._due, LIMITS, clock.now())
    assert len(ids) == 10
    assert (await expire(db, LIMITS, clock.now(), pause=0)).conversations == 25
    assert await db.read(left) == NOTHING


async def test_stop_is_obeyed_after_the_chat_is_gone(db: Database, clock: FrozenClock) -> None:
    """The number goes; its fingerprint and its STOP stay until a newer conversation of the number has taken them over."""
    await db.run(sms_chat, clock.now(), texts_stopped=True)
    clock.advance(timedelta(days=400))
    await expire(db, LIMITS, clock.now())
    assert await db.read(left) == {**NOTHING, "conversation": 1}
    (kept,) = await db.read(lambda session: session.scalars(sa.select(Conversation)).all())
    assert kept.texts_stopped and kept.address_digest and kept.address is None and kept.area is None
    await db.run(sms_chat, clock.now())
    await expire(db, LIMITS, clock.now())
    assert (await db.read(left))["conversation"] == 1
    assert await db.read(lambda session: session.scalar(sa.select(Conversation.address))) == MOBILE


async def test_erase_takes_everything_at_once(db: Database, clock: FrozenClock) -> None:
    """Whatever its age, and even its row; other conversations are not touched."""
    other = await db.run(chat, clock.now())
    conversation = await db.run(sms_chat, clock.now(), state="pending")
    assert await db.run(erase, conversation) == Erased(1, messages=2, texts=1, statuses=1, turns=1)
    assert await db.run(erase, conversation) is None
    assert await db.read(left) == {**NOTHING, "conversation": 1, "message": 2, "tracker_turn": 1}
    assert await db.read(lambda session: session.scalar(sa.select(Conversation.id))) == other


async def test_what_arrived_after_its_chat_was_erased_goes_too(db: Database, clock: FrozenClock) -> None:
    """The bot's memory of a turn that was under way, and a late delivery report."""
    conversation = await db.run(chat, clock.now())
    await db.run(erase, conversation)

    def late(session: Session) -> None:
        remember(session, conversation, clock.now())
        session.add(DeliveryStatus(provider_sid="SM1", status="delivered", rank=3, updated_at=clock.now()))

    await db.run(late)
    assert await expire(db, LIMITS, clock.now()) == Erased()
    clock.advance(timedelta(days=4))
    assert await expire(db, LIMITS, clock.now()) == Erased(turns=1, statuses=1)
    assert await db.read(left) == NOTHING


async def test_without_the_bots_table_the_rest_expires(db: Database, clock: FrozenClock) -> None:
    """A database that the bot never saw."""
    await db.run(sms_chat, clock.now())
    TRACKER.drop(db.engine)
    clock.advance(timedelta(days=4))
    assert await expire(db, LIMITS, clock.now()) == Erased(1, messages=2, texts=1, statuses=1)


async def test_it_runs_at_the_start_and_again_and_logs_counts_only(
    db: Database, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault is logged by its kind and does not end it."""
    caplog.set_level(logging.INFO)
    conversation = await db.run(chat, clock.now())
    clock.advance(timedelta(days=40))
    await db.run(lambda session: session.execute(sa.text("ALTER TABLE message RENAME TO away")))
    task = asyncio.create_task(clean_for_ever(db, LIMITS, clock, every=0.01))
    await eventually(lambda: "could not be expired: OperationalError" in caplog.text)
    await db.run(lambda session: session.execute(sa.text("ALTER TABLE away RENAME TO message")))
    await eventually(lambda: "expired: conversations 1, messages 2" in caplog.text)
    task.cancel()
    assert conversation not in caplog.text and "private" not in caplog.text


async def test_a_page_left_open_says_that_its_chat_has_closed(still: House, clock: FrozenClock) -> None:
    """Its words are gone from the database; what is sent from it is refused and kept on the page; a new chat opens."""
    async with still.browser() as browser:
        page = await browser.send("a private thing")
        clock.advance(timedelta(days=4))
        assert still.db is not None
        assert (await expire(still.db, LIMITS, clock.now())).conversations == 1
        assert await still.rows(sa.select(Message)) == []
        refused = await browser.submit({**page.composer["hidden"], "message": "more"})
        assert refused.status == 403 and "This chat has closed" in refused.html and "more" in refused.html
        shown = await browser.open()
        assert "a private thing" not in shown.html and "start a new one" in shown.alerts[0]
        assert (await browser.send("a new start")).said("assistant")[-1] == "You said: a new start"
        clock.advance(timedelta(days=31))
        await expire(still.db, LIMITS, clock.now())
        assert await still.rows(sa.select(Conversation)) == []


async def test_a_number_whose_chat_is_gone_starts_afresh(still: House, clock: FrozenClock) -> None:
    """And a number that sent STOP before that still gets nothing."""
    await still.text("SM1", "hello")
    await still.until_texts(1)
    assert still.db is not None
    await eventually(lambda: still.rows(sa.select(OutboxText).where(OutboxText.state == "sent")))
    clock.advance(timedelta(days=4))
    assert (await expire(still.db, LIMITS, clock.now())).texts == 1
    await still.text("SM2", "hello again")
    await still.until_texts(2)
    await still.text("SM3", "STOP", OptOutType="STOP")
    await eventually(lambda: still.rows(sa.select(OutboxText).where(OutboxText.state == "sent")))
    clock.advance(timedelta(days=4))
    assert (await expire(still.db, LIMITS, clock.now())).conversations == 1
    await still.text("SM4", "is anyone there")
    (answer,) = await still.rows(sa.select(Message).where(Message.provider_id == "SM4"))
    assert answer.state == "noted" and len(still.texts()) == 2


def test_the_limits_as_shipped() -> None:
    """Chats 72 hours, unsent 30 days, referrals 90 days, audit two years; each with its source."""
    limits = Retention.load(DATA)
    assert limits == LIMITS
    assert (limits.unsent.days, limits.referral.days, limits.audit.days) == (30, 90, 730)
    assert limits.one_time_code >= SHORTEST_CODE == codes.LIFE


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("hours: 72", "hours: 0", "at least 1 hour"),
        ("hours: 72", "hours: 1000", "no shorter"),
        ("hours: 72", "hours: soon", "limits.chat.hours"),
        ("  safety_record:\n    days: 730", "  safety_record:\n    days: 30", "safety_record"),
        ("  unsent:", "  unsend:", "does not know unsend"),
        ("    days: 90", "    weeks: 12", "needs hours or days"),
        ("closed_page:", "closed:", "does not know closed"),
    ],
)
def test_a_wrong_limit_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """The error names file and key, and nothing is guessed."""
    text = (DATA / "retention.yml").read_text(encoding="utf-8")
    (tmp_path / "retention.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LocalDataError, match=problem):
        Retention.load(tmp_path)


async def test_files_go_with_what_they_are_about(db: Database, clock: FrozenClock, tmp_path: Path) -> None:
    """Notices of a referral that is gone at once, of safety entries after 90 days, copies of somebody's data after 7; others stay."""
    conversation = await db.run(chat, clock.now())
    await db.run(referral, conversation, clock.now())
    ages = {
        "mail/FCP-1-12345678.eml": 999, "mail/FCP-2-12345678.eml": 0, "mail/safety-12.eml": 91, "mail/safety-34.eml": 89,
        "export/FCP-1.json": 8, "export/FCP-1.txt": 6,
    }  # fmt: skip
    for name, days in ages.items():
        path = tmp_path / "var" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        then = (clock.now() - timedelta(days=days)).timestamp()
        os.utime(path, (then, then))
    assert await clean(db, LIMITS, clock.now(), var_dir=tmp_path / "var", pause=0) == {"files": 3}
    left_over = {path.name for path in (tmp_path / "var").rglob("*.*")}
    assert left_over == {"FCP-1-12345678.eml", "safety-34.eml", "FCP-1.txt"}
