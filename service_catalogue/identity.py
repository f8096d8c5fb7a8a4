"""Stable names for records: the same source record gets the same id on every machine, and its content a comparable hash."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import uuid
from typing import Any


def record_id(source: str, kind: str, external_id: str) -> str:
    """The UUID of a record as text. An external id that is a UUID already is kept (whatever its version digit says);
    any other is turned into a version 5 UUID of source, kind and external id."""
    try:
        return str(uuid.UUID(external_id))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"open-referral:{source}:{kind}:{external_id}"))


def child_id(parent_id: str, kind: str, content: str) -> str:
    """The UUID of a part of a record that has no id of its own (a phone, an area): it follows from what it says."""
    return str(uuid.uuid5(uuid.UUID(parent_id), f"{kind}:{content}"))


def content_hash(content: Any) -> str:
    """SHA-256 (hex) of JSON-safe `content`; the order of keys does not matter."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def slug(text: str) -> str:
    """Small letters, digits and hyphens: "Women's Aid & Co" -> "womens-aid-and-co"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "").replace("&", " and ")).strip("-")
