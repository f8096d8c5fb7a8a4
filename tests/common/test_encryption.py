"""Encryption at rest, look-ups and signatures, shared with the bot's Python by recorded values."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, create_engine, insert, select
from sqlalchemy.engine import Engine

from common import encryption
from common.encryption import Cipher, EncryptedJson, EncryptedText

KEY = "a key for tests only, 32 characters!"
OTHER = "another key for tests only, 32 characters"

# tests/bot/test_secret.py holds the same values for the other side.
SIGNED = {"rasa": "iG8y98k2KAacY0COlw84zTv6", "actions": "P4S8drpxcayAFK4x-1enaAST"}
TEXT = "Where do you live? Bottesford – by the Café"
ENCRYPTED = "g2DngPsRhoSuO4LPPqBsZzv90KZ/+6cXcZS4Zh88khZHgIyzfUfBuDAhfSab74lkgMsjLWSyErFURC7gemgfQ3EmgNI/WZUjvNY="


@pytest.mark.parametrize("receiver", SIGNED)
def test_the_key_is_the_one_the_bot_signs(receiver: str) -> None:
    """Both Pythons derive the same signature from one SECRET_KEY, or nobody could call anybody."""
    assert Cipher(KEY).sign("internal", receiver) == SIGNED[receiver]
    assert Cipher(KEY).verify("internal", receiver, SIGNED[receiver])


def test_what_the_bot_encrypted_is_read() -> None:
    """A tracker row of the bot can be exported and erased here."""
    assert Cipher(KEY).decrypt(base64.b64decode(ENCRYPTED)) == TEXT


@pytest.mark.parametrize("text", ["", "hello", "żółć 🙂", "x" * 100_000])
def test_text_comes_back(text: str) -> None:
    """Any text; the bytes hold none of it and are never the same twice."""
    cipher = Cipher(KEY)
    blob = cipher.encrypt(text)
    assert cipher.decrypt(blob) == text
    assert cipher.encrypt(text) != blob
    assert not text or text.encode() not in blob


def test_another_key_or_changed_bytes_are_refused() -> None:
    """Nothing is decrypted to nonsense."""
    blob = Cipher(KEY).encrypt("hello")
    with pytest.raises(InvalidTag):
        Cipher(OTHER).decrypt(blob)
    for at in (0, 13, len(blob) - 1):
        with pytest.raises(InvalidTag):
            Cipher(KEY).decrypt(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])


def test_a_digest_finds_the_same_number_again() -> None:
    """The same text gives the same digest under one key, so a number can be looked up without being stored."""
    digest = Cipher(KEY).digest("+447700900123")
    assert digest == Cipher(KEY).digest("+447700900123")
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert len({digest, Cipher(KEY).digest("+447700900124"), Cipher(OTHER).digest("+447700900123")}) == 3


def test_a_signature_is_for_one_purpose_text_and_key() -> None:
    """A form token cannot be used as an internal key, nor for another form."""
    cipher = Cipher(KEY)
    signature = cipher.sign("form", "c1")
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", signature)
    assert cipher.verify("form", "c1", signature)
    assert not cipher.verify("internal", "c1", signature)
    assert not cipher.verify("form", "c2", signature)
    assert not Cipher(OTHER).verify("form", "c1", signature)


@pytest.mark.parametrize("wrong", ["", "x", "schlüssel", "\x00", SIGNED["rasa"][:-1], SIGNED["rasa"] + "="])
def test_any_wrong_signature_is_refused(wrong: str) -> None:
    """Strangers send anything; the answer is no, never an error."""
    assert not Cipher(KEY).verify("internal", "rasa", wrong)


# --- columns ---------------------------------------------------------------------------------------------------------

metadata = MetaData()
notes = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", EncryptedText),
    Column("data", EncryptedJson),
)
raw = Table("note", MetaData(), Column("id", Integer), Column("text", LargeBinary), Column("data", LargeBinary))


@pytest.fixture
def active(monkeypatch: pytest.MonkeyPatch) -> Cipher:
    """The cipher of this process, forgotten after the test."""
    monkeypatch.setattr(encryption, "_active", None)
    return encryption.use(Cipher(KEY))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'notes.db'}")
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("I am lonely 🙂", {"name": "Müller", "flags": ["a", 1, None, True], "deep": {"x": [1.5]}}),
        ("", []),
        ("0", "just a text"),
        ("x", 0),
        ("x", False),
    ],
)
def test_columns_are_plain_in_python_and_encrypted_in_the_database(
    active: Cipher, engine: Engine, tmp_path: Path, text: str, data: object
) -> None:
    """What is stored comes back; the file holds only bytes that the key opens."""
    with engine.begin() as connection:
        connection.execute(insert(notes).values(text=text, data=data))
        row = connection.execute(select(notes.c.text, notes.c.data)).one()
        blob = connection.execute(select(raw.c.text)).scalar_one()
    assert tuple(row) == (text, data)
    assert active.decrypt(bytes(blob)) == text
    file = (tmp_path / "notes.db").read_bytes()
    assert b"lonely" not in file and "Müller".encode() not in file


def test_nothing_stays_nothing(active: Cipher, engine: Engine) -> None:
    """None is NULL, so that "not asked" can be told from "asked and empty"."""
    with engine.begin() as connection:
        connection.execute(insert(notes).values(text=None, data=None))
        assert tuple(connection.execute(select(raw.c.text, raw.c.data)).one()) == (None, None)
        assert tuple(connection.execute(select(notes.c.text, notes.c.data)).one()) == (None, None)


def test_without_a_key_nothing_is_stored(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """A process that forgot to set its key must fail, not store plain text."""
    monkeypatch.setattr(encryption, "_active", None)
    with engine.begin() as connection, pytest.raises(Exception, match="has not been called"):
        connection.execute(insert(notes).values(text="hello", data=None))
    with engine.begin() as connection:
        assert connection.execute(select(raw)).all() == []
