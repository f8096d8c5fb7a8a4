"""Entries are forgotten in two steps, never while they are open, and for one person at once when that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select

from common import encryption
from common.database import Base, Database, open_database
from front_door import rows
from front_door.model import Conversation
from front_door.moving.model import MoveCode  # noqa: F401 (declares its table)
from front_door.safeguarding import filing, handling
from front_door.safeguarding.forgetting import delete_records, erase_of, forget_words, held_of
from front_door.safeguarding.model import SafetyAlert, SafetyCase, SafetyEvent, SafetyNote
from front_door.safeguarding.recording import record_flags
from tests.front_door.support import SECRET

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    encryption.use(encryption.Cipher(SECRET))
    database = open_database(f"sqlite:///{tmp_path / 'forgetting.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def entry(db: Database, closed: bool = True) -> tuple[str, str]:
    """An entry with words, number, note and reason; returns its conversation and id."""
    with db.transaction() as session:
        chat = rows.open_conversation(session, "sms", NOON, address="+447700900123", area="Blaby")
        record_flags(
            session,
            ["abuse_now"],
            words="he hurts me",
            channel="sms",
            now=NOON,
            source=rows.new_id(),
            conversation_id=chat.id,
            reply_shown="Ring 999",
            post_key="a key",
        )
        session.flush()
        filing.file_new(session, NOON)
        case = session.scalars(select(SafetyCase).where(SafetyCase.conversation == chat.id)).one()
        handling.add_note(session, case, who="amina", text="her sister rang", now=NOON)
        if closed:
            handling.close(session, case, outcome="no_action", reason="her GP knows", seen=1, who="amina", now=NOON)
        return chat.id, case.id


def content(db: Database, identity: str) -> list[object]:
    """Everything of an entry that somebody said or by which somebody is reached."""
    with db.reading() as session:
        case = session.get_one(SafetyCase, identity)
        said = [value for event in case.events for value in (event.words, event.reply_shown, event.post_key)]
        return [value for value in (*said, case.address, case.reason, *(note.text for note in case.notes)) if value]


def test_words_go_after_their_time_and_the_record_stays(db: Database) -> None:
    """Closed before the moment: no word and no number is left; who had it, when and the outcome are. Once."""
    _, identity = entry(db)
    with db.transaction() as session:
        assert forget_words(session, NOON, NOON + 90 * DAY) == 0
    assert len(content(db, identity)) == 6
    with db.transaction() as session:
        assert forget_words(session, NOON + DAY, NOON + 90 * DAY) == 1
        assert forget_words(session, NOON + DAY, NOON + 90 * DAY) == 0
    assert content(db, identity) == []
    with db.reading() as session:
        case = session.get_one(SafetyCase, identity)
    assert (case.flag, case.outcome, case.done_by, case.forgotten_at) == (
        "abuse_now",
        "no_action",
        "amina",
        NOON + 90 * DAY,
    )


def test_an_open_entry_is_never_forgotten_by_time(db: Database) -> None:
    """However old: somebody still has to act on it."""
    _, identity = entry(db, closed=False)
    with db.transaction() as session:
        assert forget_words(session, NOON + 9999 * DAY, NOON) == delete_records(session, NOON + 9999 * DAY) == 0
    assert content(db, identity)


def test_the_record_goes_in_the_end(db: Database) -> None:
    """Entry, events, notes and alerts: nothing is left, and other entries stay."""
    entry(db)
    _, kept = entry(db, closed=False)
    with db.transaction() as session:
        assert delete_records(session, NOON + DAY) == 1
        for table in (SafetyCase, SafetyEvent, SafetyNote, SafetyAlert):
            assert session.scalar(select(func.count()).select_from(table)) == 1
    assert content(db, kept)


def test_what_is_held_of_one_conversation_is_given_out_and_erased(db: Database) -> None:
    """Open or closed; another person's entry is not touched; the chat can be erased afterwards."""
    mine, identity = entry(db, closed=False)
    _, other = entry(db)
    with db.reading() as session:
        (held,) = held_of(session, [mine])
    assert held["flag"] == "abuse_now" and held["number"] == "+447700900123"
    assert held["messages"] == [{"at": NOON.isoformat(), "words": "he hurts me", "shown": "Ring 999"}]
    assert held["notes"][0]["text"] == "her sister rang"
    with db.transaction() as session:
        assert erase_of(session, [mine], NOON) == 1
        session.delete(session.get_one(Conversation, mine))
    assert content(db, identity) == [] and len(content(db, other)) == 6
    with db.reading() as session:
        assert session.get_one(SafetyCase, identity).conversation is None and held_of(session, [mine]) == []
