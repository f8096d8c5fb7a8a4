"""Getting at values that may be missing, of another type, or stand for nothing. Nothing here ever raises."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import Any

from common.clock import LONDON

Json = dict[str, Any]

_NOTHING = frozenset(
    (
        "",
        "-",
        "--",
        ".",
        "n/a",
        "na",
        "n.a.",
        "none",
        "null",
        "nil",
        "undefined",
        "not applicable",
        "not known",
        "unknown",
        "tbc",
        "tba",
    )
)
_BAD = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]")
_SPACES = re.compile(r"[^\S\n]+")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_UK_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d+)?")
_YES, _NO = frozenset(("true", "yes", "y", "1")), frozenset(("false", "no", "n", "0"))


def as_list(value: Any) -> list[Any]:
    """A collection may be a list, one bare item, null or absent (LocalGov Drupal unwraps lists of one)."""
    if value is None or value == "" or value == {}:
        return []
    return value if isinstance(value, list) else [value]


def objects(value: Any) -> Iterator[Json]:
    """The objects in a collection; anything else in it is passed over."""
    for item in as_list(value):
        if isinstance(item, dict):
            yield item


def first_of(record: Json, *keys: str) -> Any:
    """The first value of these keys that says something."""
    for key in keys:
        value = record.get(key)
        if value not in (None, "", [], {}):
            return value
    return None


def printable(text: str) -> str:
    """Without what no database or page should hold: lone surrogates, NUL and control characters, invisible direction marks."""
    return _BAD.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def text(value: Any, most: int = 500) -> str:
    """One line of text: spaces (also no-break ones) collapsed, "N/A" and its like empty, cut at `most` characters."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    line = " ".join(printable(str(value)).split())
    return "" if line.casefold() in _NOTHING else line[:most].rstrip()


def lines(value: Any, most: int) -> str:
    """Text that keeps its line breaks."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    kept = "\n".join(_SPACES.sub(" ", line).strip() for line in printable(str(value)).split("\n"))
    kept = re.sub(r"\n{3,}", "\n\n", kept).strip()
    return "" if kept.casefold() in _NOTHING else kept[:most]


def number(value: Any) -> float | None:
    """A finite number, also when it comes as text ("4.00", "£4")."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) if abs(value) < 1e12 else None  # false for nan and infinity too
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip().lstrip("£").replace(",", "").strip())
        return float(found[0]) if found else None
    return None


def truth(value: Any) -> bool | None:
    """True, False or None for not known."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold() if isinstance(value, (str, int)) else ""
    return True if word in _YES else False if word in _NO else None


def day(value: Any) -> date | None:
    """The day of a date or date-time; None when it is none or lies outside 1900 to 2200."""
    if not isinstance(value, str):
        return None
    found, order = _DATE.match(value.strip()), (1, 2, 3)
    if not found:
        found, order = _UK_DATE.match(value.strip()), (3, 2, 1)
    if not found:
        return None
    try:
        read = date(*(int(found[part]) for part in order))
    except ValueError:
        return None
    return read if 1900 <= read.year <= 2200 else None


def moment(value: Any) -> datetime | None:
    """A date-time in UTC; without a zone it is London time (some feeds leave the zone out)."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        if not 1900 < read.year < 2200:
            return None
        return (read if read.tzinfo else read.replace(tzinfo=LONDON)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def whole_id(value: Any) -> str:
    """An id as text; "" when it is none. Whole numbers stay as written, 12.0 is 12."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value.is_integer() else value
    return printable(str(value)).strip()[:200]


def key_of(label: str) -> str:
    """A label as it is compared: no case, no accents, one space."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().casefold()
    return " ".join(plain.split())


def bounded(value: Any, room: int = 20_000) -> Any:
    """A JSON value that any database takes: text printable, numbers finite, no more than about `room` characters."""
    if isinstance(value, dict):
        kept: Json = {}
        for key, inner in value.items():
            if room <= 0:
                break
            kept[printable(str(key))[:200]] = bounded(inner, room)
            room -= len(str(key)) + _size(inner)
        return kept
    if isinstance(value, list):
        items = []
        for inner in value:
            if room <= 0:
                break
            items.append(bounded(inner, room))
            room -= _size(inner)
        return items
    if isinstance(value, str):
        return printable(value)[: max(room, 0)]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(len(str(key)) + _size(inner) for key, inner in value.items())
    if isinstance(value, list):
        return sum(_size(inner) for inner in value) + len(value)
    return len(value) if isinstance(value, str) else 8
