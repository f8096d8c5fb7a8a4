"""Encryption at rest for what residents write and who they are (AES-256-GCM, key derived from SECRET_KEY)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_NONCE = 12
_active: Cipher | None = None


class Cipher:
    """Encrypts text and makes keyed look-up digests.

    `encrypt(str) -> bytes` (12-byte nonce + ciphertext + tag), `decrypt` the reverse (raises InvalidTag when the key is
    another one or the bytes were changed), `digest(str) -> hex` the same for the same text, useless without the key.
    """

    def __init__(self, secret_key: str) -> None:
        def derive(purpose: bytes) -> bytes:
            return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())

        self._box = AESGCM(derive(b"at-rest"))
        self._lookup = derive(b"lookup")
        self._tokens = derive(b"tokens")

    def encrypt(self, text: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._box.encrypt(nonce, text.encode(), None)

    def decrypt(self, blob: bytes) -> str:
        return self._box.decrypt(blob[:_NONCE], blob[_NONCE:], None).decode()

    def digest(self, text: str) -> str:
        return hmac.new(self._lookup, text.encode(), hashlib.sha256).hexdigest()

    def sign(self, purpose: str, text: str) -> str:
        """A short URL-safe signature of `text` for one `purpose` (form tokens, internal calls)."""
        mac = hmac.new(self._tokens, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac[:18]).decode()

    def verify(self, purpose: str, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode())


def use(cipher: Cipher) -> Cipher:
    """Make `cipher` the one that encrypted columns use in this process; called once by the composition root."""
    global _active
    _active = cipher
    return cipher


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
