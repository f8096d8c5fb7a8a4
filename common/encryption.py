"""Encryption at rest for what residents write and who they are (AES-256-GCM, keys derived from SECRET_KEY).

A key can be replaced: everything is written with the newest one and read with whichever fits. Digests that are kept for
look-ups are made with a key of their own, which lies encrypted in the database (`common.keys`) and so outlives SECRET_KEY.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_NONCE = 12
_active: Cipher | None = None


class Cipher:
    """Encrypts text and makes keyed look-up digests. Built from the newest SECRET_KEY and, while it is being replaced, older ones.

    `encrypt(str) -> bytes` (12-byte nonce + ciphertext + tag) uses the newest key; `decrypt` is the reverse with any of them
    (raises InvalidTag when none fits or the bytes were changed). `digest(str) -> hex` is the same for the same text, useless
    without the key; whatever is stored and looked up again uses it. `lookup` is that key, 32 bytes; without one it follows
    from the newest SECRET_KEY, and is lost with it.
    """

    def __init__(self, secret_key: str, *older: str, lookup: bytes | None = None) -> None:
        keys = (secret_key, *older)
        self._boxes = tuple(AESGCM(_derive(key, b"at-rest")) for key in keys)
        self._tokens = tuple(_derive(key, b"tokens") for key in keys)
        self._lookup = lookup or _derive(secret_key, b"lookup")
        self.key_id = _derive(secret_key, b"key id").hex()[:16]  # names the newest key and tells nothing about it

    def encrypt(self, text: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._boxes[0].encrypt(nonce, text.encode(), None)

    def decrypt(self, blob: bytes) -> str:
        return self._open(blob)[1].decode()

    def renewed(self, blob: bytes) -> bytes | None:
        """The same content under the newest key, or None when it is so already. Raises InvalidTag when no key fits."""
        at, content = self._open(blob)
        return None if at == 0 else self.encrypt(content.decode())

    def _open(self, blob: bytes) -> tuple[int, bytes]:
        for at, box in enumerate(self._boxes):
            try:
                return at, box.decrypt(blob[:_NONCE], blob[_NONCE:], None)
            except InvalidTag:
                continue
        raise InvalidTag

    def digest(self, text: str) -> str:
        return hmac.new(self._lookup, text.encode(), hashlib.sha256).hexdigest()

    def sign(self, purpose: str, text: str) -> str:
        """A short URL-safe signature of `text` for one `purpose` (form tokens, internal calls). Never store it: it ends with its key."""
        return _signed(self._tokens[0], purpose, text)

    def verify(self, purpose: str, text: str, signature: str) -> bool:
        """Whether one of the keys made this signature: pages that were open while a key was replaced go on working."""
        given = signature.encode()
        made = [_signed(key, purpose, text).encode() for key in self._tokens]
        return any(hmac.compare_digest(one, given) for one in made)


def lookup_key_of(secret_key: str) -> bytes:
    """The look-up key (32 bytes) that follows from a SECRET_KEY."""
    return _derive(secret_key, b"lookup")


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())


def _signed(key: bytes, purpose: str, text: str) -> str:
    mac = hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:18]).decode()


def use(cipher: Cipher) -> Cipher:
    """Make `cipher` the one that encrypted columns use in this process; called once by the composition root."""
    global _active
    _active = cipher
    return cipher


def active() -> Cipher:
    """The cipher of this process, for keyed digests of what an encrypted column holds. Raises RuntimeError before `use`."""
    return _cipher()


def _cipher() -> Cipher:
    if _active is None:
        raise RuntimeError("common.encryption.use(Cipher(...)) has not been called in this process")
    return _active


class EncryptedText(TypeDecorator[str]):
    """A column of text that is encrypted in the database and plain in Python."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _cipher().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher().decrypt(bytes(value))


class EncryptedJson(TypeDecorator[Any]):
    """A column of JSON values that is encrypted in the database and plain in Python."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else _cipher().encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(_cipher().decrypt(bytes(value)))
