"""What a move leaves behind goes with its conversation, or once it is of no more use; and the words about it keep our rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from common import encryption
from common.clock import FrozenClock
from common.database import Base, Database, make_engine
from common.local_data import LocalDataError
from common.retention_limits import Retention
from front_door import rows
from front_door.moving import codes
from front_door.moving.codes import Guesser
from front_door.moving.doors import has_left, leave
from front_door.moving.model import LeftDoor, MoveCode, MoveTry
from front_door.moving.words import MovingWords
from front_door.retention import erase, expire
from front_door.sms import segments
from tests.front_door.support import DATA, SECRET, words

LIMITS = Retention(chat=timedelta(hours=72), chat_with_referral=timedelta(days=30), closed_page=timedelta(days=30))
NOON = datetime(2026, 11, 24, 12)
CIPHER = encryption.Cipher(SECRET)
_RESERVED = re.compile(r"\b(YES|NO|STOP|END|CANCEL|QUIT|HELP|INFO|START)\b")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    encryption.use(CIPHER)
    made = Database(make_engine(f"sqlite:///{tmp_path / 'moves.db'}"))
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


def a_moved_chat(session: Session, clock: FrozenClock) -> str:
    """A chat with a code, a wrong try and a page that it has left."""
    now = clock.now()
    made = rows.open_conversation(session, "sms", now, address_digest=rows.new_id())
    rows.add_message(session, made, "in", "hello", now)
    codes.mint(session, CIPHER.digest, made, "web", now)
    codes.attempt(session, CIPHER.digest, "000000000", "web", "b", [Guesser("b")], now)
    leave(session, "a session", made, now)
    return made.id


def left(session: Session) -> list[int]:
    return [
        session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in (MoveCode, MoveTry, LeftDoor)
    ]


async def test_codes_and_wrong_tries_go_after_a_day(db: Database, clock: FrozenClock) -> None:
    """Not before; that a page was left stays as long as a closed page is remembered."""
    await db.run(a_moved_chat, clock)
    clock.advance(timedelta(hours=23))
    await expire(db, LIMITS, clock.now(), pause=0)
    assert await db.read(left) == [1, 1, 1]
    clock.advance(timedelta(hours=2))
    await expire(db, LIMITS, clock.now(), pause=0)
    assert await db.read(left) == [0, 0, 1]
    clock.advance(timedelta(days=10))
    await expire(db, LIMITS, clock.now(), pause=0)
    assert await db.read(has_left, "a session")  # the chat is gone, and its page still says that it is closed
    clock.advance(timedelta(days=20))
    await expire(db, LIMITS, clock.now(), pause=0)
    assert await db.read(left) == [0, 0, 0]


async def test_erasing_a_chat_takes_its_moves_along(db: Database, clock: FrozenClock) -> None:
    """At once, and those of no other chat."""
    await db.run(a_moved_chat, clock)
    other = await db.run(lambda session: session.scalars(sa.select(MoveCode.conversation_id)).one())
    second = await db.run(_another, clock)
    await db.run(erase, second)
    assert await db.read(left) == [1, 1, 1]
    await db.run(erase, other)
    assert await db.read(left) == [0, 1, 0]


def _another(session: Session, clock: FrozenClock) -> str:
    made = rows.open_conversation(session, "web", clock.now(), session_digest=rows.new_id())
    codes.mint(session, CIPHER.digest, made, "sms", clock.now())
    leave(session, "another session", made, clock.now())
    return made.id


def test_a_code_may_not_be_forgotten_before_its_time(tmp_path: Path) -> None:
    """Residents are told that it works for 24 hours."""
    raw = yaml.safe_load((DATA / "retention.yml").read_text())
    assert Retention.load(DATA).one_time_code >= codes.LIFE
    raw["limits"]["one_time_code"]["hours"] = 23
    (tmp_path / "retention.yml").write_text(yaml.safe_dump(raw))
    with pytest.raises(LocalDataError, match="one_time_code"):
        Retention.load(tmp_path)


def texts() -> dict[str, str]:
    made = words().moving
    plain = {f.name: getattr(made, f.name) for f in fields(MovingWords) if isinstance(getattr(made, f.name), str)}
    return plain | made.arrived


def test_the_words_are_short_cheap_and_name_nothing() -> None:
    """At most 25 words a sentence, GSM letters, two segments at most with a long address, and no word that networks act on."""
    for name, text in texts().items():
        filled = text.replace("{page}", "https://help.leicestershire.gov.uk/chat/move").replace("{code}", "482-193-507")
        for sentence in re.split(r"(?<=[.?!])\s+", filled):
            assert len(sentence.split()) <= 25, (name, sentence)
        assert segments.is_gsm(filled) and segments.count(filled) <= 2, name
        assert not _RESERVED.search(filled), name


def test_every_word_that_asks_for_the_page_is_ours_alone() -> None:
    """None of them is a word that networks act on, and each is matched in small letters."""
    own = words().moving.web_words
    assert "web" in own and all(word == word.casefold() and not _RESERVED.search(word.upper()) for word in own)


@pytest.mark.parametrize("key", ["web_words", "web_answers", "arrived", "web_code", "after_move"])
def test_a_missing_word_is_named(key: str) -> None:
    """LocalDataError says which file and key."""
    raw = yaml.safe_load((DATA / "front_door.yml").read_text())["moving"]
    del raw[key]
    with pytest.raises(LocalDataError, match=rf"front_door.yml.*{key}"):
        MovingWords.read(DATA / "front_door.yml", raw)
