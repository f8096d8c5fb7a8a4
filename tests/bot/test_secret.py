"""The key shared with the front door and the action server, and encryption of trackers."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from bot import secret
from bot.secret import Cipher
from tests.bot.conftest import KEY

# tests/common/test_encryption.py holds the same values for the other side.
SIGNED = {"rasa": "iG8y98k2KAacY0COlw84zTv6", "actions": "P4S8drpxcayAFK4x-1enaAST"}
TEXT = "Where do you live? Bottesford – by the Café"
ENCRYPTED = "g2DngPsRhoSuO4LPPqBsZzv90KZ/+6cXcZS4Zh88khZHgIyzfUfBuDAhfSab74lkgMsjLWSyErFURC7gemgfQ3EmgNI/WZUjvNY="


@pytest.mark.parametrize("receiver", SIGNED)
def test_the_key_is_the_one_the_product_signs(receiver: str) -> None:
    """Both Pythons derive the same signature from one SECRET_KEY, or nobody could call anybody."""
    assert Cipher(KEY).sign("internal", receiver) == SIGNED[receiver]


def test_a_signature_is_for_one_purpose_and_one_text() -> None:
    """A signature cannot be used for something else, and says nothing without the key."""
    cipher = Cipher(KEY)
    signatures = {
        cipher.sign("internal", "rasa"),
        cipher.sign("internal", "actions"),
        cipher.sign("form", "rasa"),
        Cipher(KEY + "!").sign("internal", "rasa"),
    }
    assert len(signatures) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{24}", signature) for signature in signatures)


def test_what_the_product_encrypted_is_read() -> None:
    """A tracker row can be read by either side (export and erase run in the product's Python)."""
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
        Cipher("another key for tests only, 32 characters").decrypt(blob)
    for at in (0, 13, len(blob) - 1):
        with pytest.raises(InvalidTag):
            Cipher(KEY).decrypt(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])


def test_a_given_key_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SECRET_KEY from the environment goes before the file, without the spaces around it."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", f"  {KEY}\n")
    assert secret.secret_key() == KEY
    assert list(tmp_path.iterdir()) == []


def test_in_development_a_key_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept under VAR_DIR, readable by its owner only, and is the same from then on."""
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "new"))
    key = secret.secret_key()
    assert len(key) >= 32 and secret.secret_key() == key
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_the_key_that_the_product_made_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts first makes the key; the others read it."""
    (tmp_path / "secret_key").write_text("made by the front door, 32 characters\n")
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert secret.secret_key() == "made by the front door, 32 characters"


@pytest.mark.parametrize("given", [None, "", "  "])
def test_production_does_not_make_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None) -> None:
    """A made-up key would lose every conversation with the disk it lies on."""
    monkeypatch.delenv("SECRET_KEY")
    if given is not None:
        monkeypatch.setenv("SECRET_KEY", given)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        secret.secret_key()
    assert list(tmp_path.iterdir()) == []


def test_folders_come_from_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """VAR_DIR and DATA_DIR as the other processes read them, with the same defaults."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert secret.data_dir() == tmp_path
    monkeypatch.setenv("DATA_DIR", "")
    monkeypatch.setenv("VAR_DIR", "")
    assert secret.data_dir() == Path("data/leicestershire").resolve()
    assert secret.var_dir() == Path("var").resolve()


def test_rows_of_older_keys_are_read_and_new_ones_are_under_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a key is being replaced: OLD_SECRET_KEYS names the older ones, newest first, with commas."""
    older, oldest = "the key of last year and longer than that", "the key of the year before that and longer"
    monkeypatch.setenv("OLD_SECRET_KEYS", f" {older}, {oldest},")
    assert secret.old_secret_keys() == [older, oldest]
    ring = Cipher(KEY, *secret.old_secret_keys())
    assert [ring.decrypt(Cipher(key).encrypt("hello")) for key in (KEY, older, oldest)] == ["hello"] * 3
    assert Cipher(KEY).decrypt(ring.encrypt("hello")) == "hello"
    assert ring.sign("internal", "rasa") == Cipher(KEY).sign("internal", "rasa")
    with pytest.raises(InvalidTag):
        ring.decrypt(Cipher("a key that nobody named at all, of 40 letters").encrypt("hello"))
