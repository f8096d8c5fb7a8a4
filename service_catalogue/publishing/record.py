"""Small helpers that every published record is made with."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from typing import Any

Json = dict[str, Any]

_WEB = re.compile(r"https?://[^\s<>\"\\]+\.[^\s<>\"\\]+", re.IGNORECASE)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"\\^`{|}]+")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_NEVER_A_LINK = ("javascript:", "data:", "vbscript:", "file:")


def filled(**fields: Any) -> Json:
    """The fields that say something: without None, empty text, empty lists and empty records. 0 and False stay."""
    return {key: value for key, value in fields.items() if value is not None and value not in ("", [], {})}


def web_address(text: str) -> str:
    """`text` when it is an http or https address, else ""."""
    return text if _WEB.fullmatch(text) else ""


def uri(text: str) -> str:
    """`text` when it can stand as a URI ("esdNeed:69" can), else "". A script or data link is none."""
    return text if _URI.fullmatch(text) and not text.casefold().startswith(_NEVER_A_LINK) else ""


def email(text: str) -> str:
    """`text` when it has the form of an e-mail address, else ""."""
    return text if _EMAIL.fullmatch(text) else ""


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def moment(value: datetime) -> str:
    """A time as the profile wants it: UTC, to the millisecond."""
    utc = value.astimezone(timezone.utc)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"
