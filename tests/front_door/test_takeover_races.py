"""Never two voices, nothing lost and nothing twice: a turn under way as a person joins, two who join at once, kills between the steps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from common import encryption
from common.database import Base, Database, make_engine
from front_door import claiming, rows, turns
from front_door.bot_client import Reply
from front_door.claiming import Lease
from front_door.inbox import WebPost, accept_web
from front_door.model import DONE, NOTED, WAITING, Conversation, Message
from front_door.safeguarding.model import SafetyEvent
from front_door.saying import Voice
from front_door.sms.text_rules import TextRules
from front_door.takeover import joining, speaking, watching
from front_door.takeover.model import JOINED, Takeover
from front_door.takeover.rules import ADVISER, AGAIN, OVER, TAKEN
from tests.front_door.sms_support import NOON, answered
from tests.front_door.support import CRISIS, DATA, PUBLIC, SECRET, House, eventually, words
from tests.front_door.takeover_support import (
    RULES,
    SYSTEM,
    join,
    lines,
    live_house,
    pass_time,
    release,
    speak,
    started,
    takeovers,
    the_chat,
    told,
    voices_of,
)

IDLE = timedelta(minutes=60)
LEASE = Lease("worker", 30.0)


@pytest.fixture(autouse=True)
def cipher() -> None:
    encryption.use(encryption.Cipher(SECRET))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with started(live_house(tmp_path)) as house:
        yield house


async def begun(house: House, text: str) -> asyncio.Task[Any]:
    """A text whose turn the bot works on; the bot answers when its mode is "ok" again and its time is over."""
    house.rasa.mode, house.rasa.seconds = "slow", 0.4
    before = len(house.rasa.turns)
    sending = asyncio.create_task(house.text(f"SM-{text}", text))
    await eventually(lambda: len(house.rasa.turns) > before)
    return sending


async def test_an_answer_under_way_is_kept_until_the_person_leaves(house: House) -> None:
    """The bot answers after the join: nobody hears it then; at the release it is said, once, with its choices."""
    sending = await begun(house, "choices")
    assert await join(house) == ""
    await sending
    await answered(house)
    assert [kind for kind, _ in await told(house)] == ["notice"]
    await release(house)
    await answered(house)
    assert house.texts()[-1] == f"{RULES.words['released']}\nDo you live in Leicestershire?\n1 Yes\n2 No"
    house.rasa.mode = "ok"
    await house.text("SM2", "1")
    await answered(house)
    assert house.rasa.turns[-1]["choice"] == "live=yes" and len(house.rasa.ran) == 2


async def test_an_answer_that_comes_after_the_release_is_said_then(house: House) -> None:
    """Join and release while the bot still works: the assistant answers by itself, and asks nothing twice."""
    sending = await begun(house, "choices")
    await join(house)
    await release(house)
    await sending
    await answered(house)
    said = [text for kind, text in await told(house)]
    assert sum("Do you live" in text for text in said) == 1 and "Do you live" in said[-1]


async def test_danger_in_a_message_under_way_is_answered_although_a_person_is_there(house: House) -> None:
    """The rest of its answer is kept."""
    sending = await begun(house, "I smell gas")
    await join(house)
    await sending
    await answered(house)
    assert [kind for kind, _ in await told(house)] == ["notice", "crisis"] and CRISIS in house.texts()[-1]


async def test_a_bot_that_fails_meanwhile_says_nothing(house: House) -> None:
    """A turn that is tried again while a person is there: no apology, its answer is kept, and it runs once."""
    house.rasa.mode = "503"
    await house.text("SM1", "choices")
    await eventually(lambda: len(house.rasa.turns) >= 2)
    await join(house)
    house.rasa.mode = "ok"
    await house.until_texts(1)
    pass_time(house, 1)  # the back-off of the next try
    await answered(house)
    assert [kind for kind, _ in await told(house)] == ["notice"] and len(house.rasa.ran) == 1
    await release(house)
    await answered(house)
    assert house.texts()[-1].endswith("1 Yes\n2 No")


@pytest.mark.parametrize("when", ["before the join", "after the join", "after a line"])
async def test_a_kill_loses_nothing_and_says_nothing_twice(house: House, when: str) -> None:
    """The front door is cut off with a turn under way and starts anew: the turn is run once, its answer said after the person has left."""
    house.rasa.mode = "hang"
    await house.text("SM1", "choices")
    await eventually(lambda: house.rasa.turns)
    if when == "before the join":
        await house.restart()
    assert await join(house) == ""
    if when == "after the join":
        await house.restart()
    assert await speak(house, "I am here.", form_id="f" * 32) == ""
    if when == "after a line":
        await house.restart()
    assert await speak(house, "I am here.", form_id="f" * 32) == AGAIN
    await house.text("SM2", "good")
    house.rasa.mode = "ok"
    await answered(house)
    (row,) = await takeovers(house)
    assert set(voices_of(await lines(house), row)) <= set(SYSTEM)
    await release(house)
    await answered(house)
    texts = [text for _, text in await told(house)]
    assert sum("I am here." in text for text in texts) == 1 == sum("Do you live" in text for text in texts)
    assert sorted(line.text for line in await lines(house) if line.direction == "in") == ["choices", "good"]
    assert len(house.rasa.ran) == 1


async def test_a_line_and_the_release_at_once(house: House) -> None:
    """Whichever is first: the line stands before the release, or is refused; never after it."""
    await house.text("SM1", "hello")
    await answered(house)
    chat = await the_chat(house)
    for number in range(10):
        assert await join(house, chat=chat) == ""
        outcome, _ = await asyncio.gather(speak(house, f"Line {number}.", chat=chat), release(house, chat=chat))
        found = await lines(house)
        left = max(line.seq for line in found if line.kind == "notice")
        here = [line.seq for line in found if f"Line {number}." in line.text]
        assert (outcome == "" and len(here) == 1 and here[0] < left) or (outcome == OVER and not here)


@cache
def voice() -> Voice:
    return Voice(words(), lambda flags, area, channel, text: CRISIS, TextRules.load(DATA, PUBLIC))


def chat_in(session: Session) -> str:
    conversation = rows.open_conversation(session, "web", NOON, session_digest=rows.new_id())
    rows.add_message(session, conversation, "in", "hello", NOON, state=DONE)
    return conversation.id


def test_of_two_who_join_at_once_one_wins(database_url: str) -> None:
    """In 40 chats, from two processes' connections: one notice each, the other is told that it is taken."""
    databases = [Database(make_engine(database_url)) for _ in range(2)]
    Base.metadata.create_all(databases[0].engine)
    with databases[0].transaction() as session:
        chats = [chat_in(session) for _ in range(40)]
    speaks = voice()

    def joins(number: int, chat: str) -> str:
        with databases[number].transaction() as session:
            return joining.join(session, chat, who=f"w{number}", speaker=ADVISER, voice=speaks, now=NOON)

    with ThreadPoolExecutor(2) as pool:
        for chat in chats:
            assert sorted(pool.map(joins, (0, 1), (chat, chat))) == ["", TAKEN]
    with databases[0].reading() as session:
        notices = session.scalars(select(Message.conversation_id).where(Message.kind == "notice")).all()
    assert sorted(notices) == sorted(chats)
    for database in databases:
        database.close()


STEPS = st.lists(
    st.sampled_from(
        ["write", "danger", "work", "answer", "fail", "join", "join_b", "speak", "again", "release", "wait", "tend"]
    ),
    min_size=4,
    max_size=30,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_never_two_voices_whatever_happens(steps: list[str]) -> None:
    """Any order of writing, turns, failures, joins, lines, releases and idle times. While a person is there nobody else speaks but for
    danger and to say who is there; every message has one end; each line of staff and each answer of the bot is said once.
    """
    play = Play()
    for step in steps:
        getattr(play, step)()
    play.check()
    play.settle()
    play.check()
    play.check_settled()


@cache
def memory() -> Database:
    made = Database(make_engine("sqlite://"))
    Base.metadata.create_all(made.engine)
    return made


def emptied() -> Database:
    """One database for all plays, without what the one before left: making its tables takes longer than a play."""
    db = memory()
    with db.transaction() as session:
        for table in (SafetyEvent, Takeover, Message, Conversation):
            session.execute(delete(table))
    return db


class Play:
    """One chat on the web, step by step, with the transactions of the product and a bot that answers when the play says so."""

    def __init__(self) -> None:
        self.db = emptied()
        self.voice, self.now, self.count = voice(), NOON, 0
        self.turn: claiming.Turn | None = None
        self.written: list[str] = []
        self.spoken: list[str] = []
        self.answers: list[str] = []
        self.write()

    @property
    def chat(self) -> str:
        with self.db.reading() as session:
            return session.scalars(select(Conversation.id)).one()

    def write(self, flags: tuple[str, ...] = ()) -> None:
        self.count += 1
        self.now += timedelta(seconds=1)
        text = f"message {self.count}"
        post = WebPost("digest", "web", text, None, f"c{self.count}", True, flags, self.now)
        with self.db.transaction() as session:
            accepted = accept_web(session, post, LEASE, self.now, True, IDLE, self.voice)
        assert accepted.outcome in ("stored", "noted")
        self.written.append(text)
        self.turn = accepted.turn or self.turn

    def danger(self) -> None:
        self.write(("fire_gas",))

    def work(self) -> None:
        if self.turn is None:
            with self.db.transaction() as session:
                conversation = session.scalars(select(Conversation)).one()
                self.turn = claiming.claim(session, conversation.id, LEASE, self.now)

    def answer(self) -> None:
        self.work()
        if self.turn is None:
            return
        said = f"answer to {self.turn.text or 'a call-back'} ({self.turn.id[:6]})?"
        with self.db.transaction() as session:
            ended = turns.finish(session, self.turn, [Reply(said)], self.voice, LEASE, self.now, False)
        assert ended.counted
        self.answers.append(said)
        self.turn = ended.next

    def fail(self) -> None:
        if self.turn is None:
            return
        with self.db.transaction() as session:
            ended = turns.fail(session, self.turn, self.voice, LEASE, self.now, 0.0, timedelta(minutes=15))
            if ended.done:
                self.answers.append("")
        self.turn = ended.next

    def join(self, who: str = "amina") -> None:
        with self.db.transaction() as session:
            joining.join(session, self.chat_of(session), who=who, speaker=ADVISER, voice=self.voice, now=self.now)

    def join_b(self) -> None:
        self.join("bob")

    def speak(self, again: bool = False) -> None:
        text = self.spoken[-1] if again and self.spoken else f"line {len(self.spoken)}"
        with self.db.transaction() as session:
            chat = self.chat_of(session)
            refused = speaking.speak(
                session, chat, who="amina", text=text, form_id=f"form of {text}", voice=self.voice, now=self.now
            )
        if not refused and text not in self.spoken:
            self.spoken.append(text)

    def again(self) -> None:
        self.speak(again=True)

    def release(self) -> None:
        with self.db.transaction() as session:
            joining.release(session, self.chat_of(session), who="bob", voice=self.voice, now=self.now, lead=True)

    def wait(self) -> None:
        self.now += timedelta(minutes=4)
        with self.db.transaction() as session:  # the page's "Stay"
            session.scalars(select(Conversation)).one().last_seen_at = self.now

    def tend(self) -> None:
        with self.db.transaction() as session:
            watching.tend(session, self.chat_of(session), self.voice, self.now)

    def settle(self) -> None:
        """Everybody leaves, and the bot answers what is left."""
        self.release()
        for _ in range(len(self.written) + 10):
            self.answer()

    @staticmethod
    def chat_of(session: Session) -> str:
        return session.scalars(select(Conversation.id)).one()

    def check(self) -> None:
        with self.db.reading() as session:
            found = list(session.scalars(select(Message).order_by(Message.seq)))
            joined = session.scalars(select(Takeover).where(Takeover.joined_at.is_not(None))).all()
            for row in joined:
                leaves = [
                    line.seq
                    for line in found
                    if line.seq > row.first_line and line.kind == "notice" and _leaves(line.text)
                ]
                last = min(leaves, default=None) if row.ended_at else None
                assert row.ended_at is None or last is not None
                assert set(voices_of(found, row, last)) <= set(SYSTEM)
            conversation = session.scalars(select(Conversation)).one()
            open_rows = session.scalars(select(Takeover).where(Takeover.ended_at.is_(None))).all()
            assert len(open_rows) == (conversation.person == JOINED)
        texts = [line.text for line in found]
        assert [text for text in texts if text.startswith("line")] == self.spoken
        assert [line.text for line in found if line.direction == "in" and line.text] == self.written
        # Said once, and again as the open question each time that a person leaves.
        again = sum(row.ended_at is not None for row in joined)
        assert all(texts.count(said) <= 1 + again for said in self.answers if said)

    def check_settled(self) -> None:
        """Every message has its end, and every answer that the bot gave was said."""
        with self.db.reading() as session:
            found = list(session.scalars(select(Message).order_by(Message.seq)))
        assert not [line for line in found if line.state in WAITING]
        assert {line.state for line in found if line.direction == "in"} <= {DONE, NOTED, "failed"}
        said = [line.text for line in found]
        assert all(answer in said for answer in self.answers if answer)
        flagged = [line for line in found if line.flags]
        crisis = {line.turn_id for line in found if line.kind == "crisis"}
        assert all((line.turn_id or line.id) in crisis for line in flagged)


def _leaves(text: str) -> bool:
    endings = [RULES.words[key] for key in ("released", "gone")]
    return any(text.startswith(ending) for ending in endings)
