"""Encryption of trackers at rest, and the key that the front door and the action server share with us.

The same derivation as the product's own `common.encryption` (which needs a newer Python): AES-256-GCM, keys by HKDF
from SECRET_KEY. A test on each side holds the two together by a recorded value.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or "var").resolve()


def data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or "data/leicestershire").resolve()


def secret_key() -> str:
    """SECRET_KEY, or in development the one kept under VAR_DIR (made there when it is missing)."""
    given = os.environ.get("SECRET_KEY", "").strip()
    if given:
        return given
    if os.environ.get("ENVIRONMENT") == "production":
        raise RuntimeError("SECRET_KEY is needed in production")
    path = var_dir() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside its place and linked into it: no other process ever reads half a key.
        draft = path.with_name(f"secret_key.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(48)).decode())
        with contextlib.suppress(FileExistsError):  # another process of the same start was first
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def old_secret_keys() -> list[str]:
    """OLD_SECRET_KEYS: the keys that are being replaced, with which older rows are still read."""
    return [key.strip() for key in os.environ.get("OLD_SECRET_KEYS", "").split(",") if key.strip()]


class Cipher:
    """`encrypt(str) -> bytes` and `sign(purpose, text)` with the newest key; `decrypt(bytes) -> str` with whichever of the keys
    fits (raises InvalidTag when none does)."""

    def __init__(self, secret: str, *older: str) -> None:
        def derive(key: str, purpose: bytes) -> bytes:
            return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(key.encode())

        self._boxes = [AESGCM(derive(key, b"at-rest")) for key in (secret, *older)]
        self._tokens = derive(secret, b"tokens")

    def encrypt(self, text: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._boxes[0].encrypt(nonce, text.encode(), None)

    def decrypt(self, blob: bytes) -> str:
        for box in self._boxes[:-1]:
            with contextlib.suppress(InvalidTag):
                return box.decrypt(blob[:_NONCE], blob[_NONCE:], None).decode()
        return self._boxes[-1].decrypt(blob[:_NONCE], blob[_NONCE:], None).decode()

    def sign(self, purpose: str, text: str) -> str:
        mac = hmac.new(self._tokens, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac[:18]).decode()
