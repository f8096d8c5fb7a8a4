"""A key is replaced: everything is read with any key, written with the newest, and at the end nothing needs the old one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from common import rotation
from common.database import Base, Database, empty_journal, make_engine
from common.encryption import Cipher, use
from common.keys import LOOKUP, KeptKey, note_serving, open_cipher
from common.rotation import Renewed, rotate
from common.settings import SettingsError, load
from front_door import rows
from front_door.model import Conversation, Message

OLD = "the key of last year and longer than thirty-two characters"
NEW = "the key of this year and longer than thirty-two characters"
OTHER = "a key that nobody knows any more of forty characters"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(make_engine(f"sqlite:///{tmp_path / 'keys.db'}"))
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


def write(db: Database, count: int) -> None:
    from datetime import datetime, timezone

    at = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
    with db.transaction() as session:
        talk = rows.open_conversation(session, "sms", at, address="+447700900123")
        for number in range(count):
            rows.add_message(session, talk, "in", f"message {number}", at, data={"number": number})


def blobs(db: Database) -> list[bytes]:
    with db.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT text FROM message UNION ALL SELECT data FROM message"))
        return [row[0] for row in found]


@given(st.text(), st.lists(st.text(min_size=1), min_size=1, max_size=3, unique=True))
def test_what_any_of_the_keys_wrote_is_read_and_renewed_under_the_newest(text: str, keys: list[str]) -> None:
    """Whichever key it was: the ring reads it, and what it renews is read by the newest alone."""
    ring = Cipher(*keys)
    for key in keys:
        blob = Cipher(key).encrypt(text)
        assert ring.decrypt(blob) == text
        fresh = ring.renewed(blob)
        assert (fresh is None) == (key == keys[0])
        assert Cipher(keys[0]).decrypt(fresh or blob) == text


def test_forms_signed_before_the_restart_are_accepted_while_the_old_key_is_named() -> None:
    """A page that was open goes on working; afterwards its token is worth nothing."""
    signed = Cipher(OLD).sign("form", "token")
    assert Cipher(NEW, OLD).verify("form", "token", signed)
    assert not Cipher(NEW).verify("form", "token", signed)
    assert Cipher(NEW, OLD).sign("form", "token") == Cipher(NEW).sign("form", "token")


def test_every_value_is_renewed_once_and_only_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches smaller than the table; a second run finds nothing to do."""
    monkeypatch.setattr(rotation, "BATCH", 7)
    use(Cipher(OLD))
    write(db, 30)
    ring = use(Cipher(NEW, OLD))
    done = {one.table: one for one in rotate(db, ring, pause=0)}
    assert done["message"] == Renewed("message", 60, 60) and done["conversation"].renewed == 1
    assert all(one.renewed == 0 for one in rotate(db, ring, pause=0))
    newest = Cipher(NEW)
    assert all(newest.decrypt(blob) for blob in blobs(db))
    with db.reading() as session:
        assert {message.text for message in session.scalars(sa.select(Message))} == {f"message {n}" for n in range(30)}


def test_killed_in_the_middle_it_goes_on_where_it_was(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every value can be read at every moment, and the second run renews what the first did not."""
    monkeypatch.setattr(rotation, "BATCH", 10)
    use(Cipher(OLD))
    write(db, 25)
    ring = use(Cipher(NEW, OLD))
    batches = 0

    class Killed(BaseException):
        pass

    def dies(seconds: float) -> None:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise Killed

    monkeypatch.setattr(rotation.time, "sleep", dies)
    with pytest.raises(Killed):
        list(rotate(db, ring))
    assert all(ring.decrypt(blob) for blob in blobs(db))
    renewed = sum(one.renewed for one in rotate(db, ring, pause=0) if one.table == "message")
    assert 0 < renewed < 50
    assert all(Cipher(NEW).decrypt(blob) for blob in blobs(db))


def test_who_writes_at_the_same_moment_wins(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between our reading and our writing the row changed: the change stays."""
    use(Cipher(OLD))
    write(db, 1)
    ring = use(Cipher(NEW, OLD))
    really = rotation._read

    def meanwhile(session, one, after):
        read = really(session, one, after)
        if one.table == "message" and after is None:
            session.execute(sa.update(Message).values(text="changed meanwhile"))
        return read

    monkeypatch.setattr(rotation, "_read", meanwhile)
    list(rotate(db, ring, pause=0))
    with db.reading() as session:
        assert session.scalar(sa.select(Message.text)) == "changed meanwhile"


def test_what_no_key_fits_is_counted_and_left_alone(db: Database) -> None:
    """Nobody loses what another key would still read."""
    use(Cipher(OTHER))
    write(db, 2)
    before = blobs(db)
    ring = use(Cipher(NEW, OLD))
    assert next(one for one in rotate(db, ring, pause=0) if one.table == "message") == Renewed("message", 4, 0, 4)
    assert blobs(db) == before


def test_of_what_the_old_key_wrote_no_byte_is_left(db: Database, tmp_path: Path) -> None:
    """Neither in the file of the database nor in its journal: the random first bytes of every old value are searched for."""
    use(Cipher(OLD))
    write(db, 200)
    old = blobs(db)
    ring = use(Cipher(NEW, OLD))
    list(rotate(db, ring, pause=0))
    empty_journal(db.engine)
    files = b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))
    assert blobs(db)[0][:12] in files
    assert not [blob for blob in old if blob[:12] in files]


def test_digests_outlive_the_key(db: Database) -> None:
    """The look-up key is kept in the database: a number is found by the digest that was made under the old SECRET_KEY."""
    env = {"SECRET_KEY": OLD, "VAR_DIR": "unused"}
    first = open_cipher(load(env), db).digest("+447700900123")
    both = open_cipher(load({"SECRET_KEY": NEW, "OLD_SECRET_KEYS": OLD}), db)
    assert both.digest("+447700900123") == first
    list(rotate(db, both, pause=0))
    assert open_cipher(load({"SECRET_KEY": NEW}), db).digest("+447700900123") == first
    with pytest.raises(InvalidTag):
        open_cipher(load(env), db)


def test_a_database_of_before_keeps_its_digests_even_when_the_key_was_replaced_at_once(db: Database) -> None:
    """Its digests were made under the key that is the oldest now; a fresh database gets a key that follows from none."""
    made_then = Cipher(OLD).digest("+447700900123")
    assert open_cipher(load({"SECRET_KEY": NEW, "OLD_SECRET_KEYS": OLD}), db).digest("+447700900123") == made_then
    with db.transaction() as session:
        session.execute(sa.delete(KeptKey))
    fresh = open_cipher(load({"SECRET_KEY": NEW}), db, fresh=True).digest("+447700900123")
    assert fresh not in (made_then, Cipher(NEW).digest("+447700900123"))


def test_two_processes_of_one_start_agree_on_the_look_up_key(db: Database) -> None:
    """Who comes second takes what is there."""
    settings = load({"SECRET_KEY": NEW})
    assert open_cipher(settings, db, fresh=True).digest("x") == open_cipher(settings, db, fresh=True).digest("x")
    with db.transaction() as session:
        note_serving(session, open_cipher(settings, db))
    with db.reading() as session:
        assert set(session.scalars(sa.select(KeptKey.name))) == {LOOKUP, "serving"}


def test_a_short_old_key_is_refused() -> None:
    """As a short SECRET_KEY is."""
    with pytest.raises(SettingsError, match="OLD_SECRET_KEYS"):
        load({"SECRET_KEY": NEW, "OLD_SECRET_KEYS": f"{OLD},short"})
    assert load({"SECRET_KEY": NEW, "OLD_SECRET_KEYS": f" {OLD} , {OTHER}"}).old_secret_keys == (OLD, OTHER)


def test_conversations_are_found_by_type_not_by_name() -> None:
    """Every encrypted column of every table is in the list, and the bot's."""
    found = {one.table: one.columns for one in rotation.encrypted_tables()}
    assert set(found[Conversation.__tablename__]) >= {"address", "held", "pending_choices", "more_text"}
    assert found["tracker_turn"] == ("events",)
