"""Time-based one-time codes (RFC 6238: six digits, 30 seconds, SHA-1, as every authenticator app knows them)."""

from __future__ import annotations

import hmac
import io
from datetime import datetime

import pyotp
import segno

SECONDS = 30
APART = (0, -1, 1)  # steps that the clock of a phone may be off
ISSUER = "Leicestershire staff desk"


def new_key() -> str:
    """A random key of 160 bits in base32, as RFC 4226 asks for."""
    return pyotp.random_base32(32)


def used_step(key: str, code: str, now: datetime, last: int) -> int | None:
    """The step of time whose code this is, at `now` (aware) or one step beside it; None when it is wrong, or of a step that is
    not after `last`: no code works twice."""
    code = "".join(code.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    totp, current = pyotp.TOTP(key), int(now.timestamp()) // SECONDS
    fitting = [at for at in (current + off for off in APART) if hmac.compare_digest(totp.generate_otp(at), code)]
    return next((at for at in fitting if at > last), None)


def address(key: str, name: str) -> str:
    """The `otpauth://` address that an app reads from the picture."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(key: str, name: str) -> bytes:
    """The address as a QR code, an SVG of its own."""
    out = io.BytesIO()
    segno.make(address(key, name), error="m").save(out, kind="svg", scale=5, border=4, light="#fff")
    return out.getvalue()


def in_groups(key: str) -> str:
    """The key as people type it: groups of four."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))
