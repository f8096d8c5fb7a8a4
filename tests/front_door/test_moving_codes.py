"""One-time codes: what counts as one, and that none can be guessed, used twice or read from the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from common import encryption
from common.database import Base, Database, make_engine
from front_door import rows
from front_door.model import ENDED, Conversation
from front_door.moving import codes
from front_door.moving.codes import Guesser, Tried
from front_door.moving.model import MoveCode
from tests.front_door.support import SECRET

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
CIPHER = encryption.Cipher(SECRET)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    encryption.use(CIPHER)
    db = Database(make_engine(f"sqlite:///{tmp_path / 'codes.db'}"))
    Base.metadata.create_all(db.engine)
    with db.transaction() as opened:
        yield opened
    db.close()


def chat(session: Session) -> Conversation:
    return rows.open_conversation(session, "web", NOON, session_digest=rows.new_id())


def made(session: Session, conversation: Conversation | None = None) -> str:
    code, _ = codes.mint(session, CIPHER.digest, conversation or chat(session), "sms", NOON)
    session.flush()
    return code


def attempt(session: Session, code: str, who: str = "a phone", later: timedelta = timedelta(), most: int = 5) -> Tried:
    return codes.attempt(session, CIPHER.digest, code, "sms", who, [Guesser(who, most)], NOON + later)


def wrong_for(code: str, number: int) -> str:
    """Another code with the same first three digits."""
    return f"{code[:3]}{(int(code[3:]) + 1 + number) % 1_000_000:06}"


@pytest.mark.parametrize(
    "typed",
    ["482-193-507", "482193507", " 482 193 507. ", "Code: 482-193-507", "my code is 482 193 507", "Text 482-193-507", "482–193–507", "４８２１９３５０７"],
)  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    """With or without hyphens, spaces and the words around it."""
    assert codes.read_code(typed) == "482193507"


@pytest.mark.parametrize("said", ["07700 900123", "0116 496 0123", "482-193", "1", "LE10 1AB", "i was born 12 05 1950 in 482193507", "my number is 482193507 and im scared", ""])  # fmt: skip
def test_what_residents_say_otherwise_is_no_code(said: str) -> None:
    """Phone numbers, choices, dates, sentences."""
    assert codes.read_code(said) is None


@given(st.text(max_size=80))
def test_reading_never_raises(said: str) -> None:
    """Whatever is typed: nine ASCII digits or None."""
    found = codes.read_code(said)
    assert found is None or (len(found) == 9 and found.isdecimal() and found.isascii())


@given(st.integers(0, 999_999_999))
def test_what_is_written_is_read_back(number: int) -> None:
    assert codes.read_code(codes.written(f"{number:09}")) == f"{number:09}"


def test_a_code_works_once(session: Session) -> None:
    """Then it is wrong for everybody else; for who used it a repeat is only a repeat."""
    code = made(session)
    assert attempt(session, code).outcome == "right"
    assert attempt(session, code).outcome == "again"
    assert attempt(session, code, "another phone").outcome == "wrong"


def test_a_code_lasts_24_hours(session: Session) -> None:
    first, second = made(session), made(session)
    assert attempt(session, first, later=timedelta(hours=24)).outcome == "right"
    assert attempt(session, second, later=timedelta(hours=24, seconds=1)).outcome == "wrong"


def test_five_wrong_tries_end_a_code_whoever_tried(session: Session) -> None:
    """Each try from another phone: no phone is at its limit, and the code is dead all the same. After four it still works."""
    for tries, outcome in ((4, "right"), (5, "wrong")):
        code = made(session)
        for number in range(tries):
            assert attempt(session, wrong_for(code, number), f"phone {tries} {number}").outcome == "wrong"
        assert attempt(session, code).outcome == outcome


def test_one_phone_has_five_wrong_tries_a_day(session: Session) -> None:
    """The sixth is not even looked at, right or not; the next day it may try again. A looser limit is kept as well."""
    code = made(session)
    other = f"{(int(code[:3]) + 1) % 1000:03}000000"
    for _ in range(5):
        assert attempt(session, other).outcome == "wrong"
    assert attempt(session, code).outcome == "blocked"
    assert attempt(session, code, later=timedelta(hours=24)).outcome == "right"


def test_a_new_code_ends_the_one_before(session: Session) -> None:
    """A conversation has one code at a time."""
    conversation = chat(session)
    first, second = made(session, conversation), made(session, conversation)
    assert attempt(session, first).outcome == "wrong"
    assert attempt(session, second).outcome == "right"


def test_a_code_leads_one_way_only(session: Session) -> None:
    """A code for a text is no code for the page."""
    code = made(session)
    assert codes.attempt(session, CIPHER.digest, code, "web", "b", [], NOON).outcome == "wrong"


def test_a_chat_that_was_left_cannot_be_moved(session: Session) -> None:
    """Leaving the page, or starting again, ends its code; trying it is nobody's wrong guess."""
    conversation = chat(session)
    code = made(session, conversation)
    conversation.state = ENDED
    session.flush()
    for _ in range(7):
        assert attempt(session, code).outcome == "wrong"


def test_only_keyed_digests_are_stored(session: Session) -> None:
    """Neither the code nor any part of it stands in its row, nor can be found without the key."""
    code = made(session)
    row = session.execute(text("select * from move_code")).one()
    stored = "|".join(str(value) for value in row)
    assert code not in stored and codes.written(code) not in stored and code[3:] not in stored
    other = encryption.Cipher("another secret, also longer than thirty-two characters").digest
    assert codes.attempt(session, other, code, "sms", "a", [], NOON).outcome == "wrong"
    assert session.scalars(select(MoveCode)).one().code_digest != other(f"move code to sms: {code}")


def test_no_code_holds_a_number_to_ring_in_danger(session: Session) -> None:
    """999 in a code might be read as what to ring."""
    groups = {codes.written(made(session))[at : at + 3] for _ in range(400) for at in (0, 4, 8)}
    assert not groups & {"999", "111", "112", "101"}
