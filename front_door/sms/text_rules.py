"""What texts.yml says: how many texts a day, what is named only when it is safe, and which links a text may hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from common.local_data import LocalDataError, read_yaml

FILE = "texts.yml"


@dataclass(frozen=True)
class Day:
    """Segments that may go out in one day: to one number, and to everybody; `alarm` is the count at which staff are told.
    `reached`: said once to a number that has had its share."""

    number: int
    everybody: int
    alarm: float
    reached: str


@dataclass(frozen=True)
class Private:
    """Services (by the needs they are labelled with, or by words in a text) that are named by text only when that is safe, and the
    question about it. `flags`: red flags after which texts go only as replies, soon after the resident's own."""

    needs: frozenset[str]
    words: tuple[str, ...]
    flags: frozenset[str]
    ask: str
    safe: str
    not_safe: str
    refused: str


@dataclass(frozen=True)
class Links:
    """Hosts (and all that end like them) that a text may link to, and what stands in place of any other link."""

    allowed: tuple[str, ...]
    left_out: str


@dataclass(frozen=True)
class TextRules:
    """texts.yml, ready to use."""

    day: Day
    private: Private
    links: Links

    @classmethod
    def load(cls, data_dir: Path, own_url: str) -> TextRules:
        """Read texts.yml; the host of `own_url` may always be linked to. Raises LocalDataError naming the key that is wrong."""
        path = data_dir / FILE
        raw = read_yaml(path)
        day, private, links = (_section(path, raw, name) for name in ("a_day", "private", "links"))
        everybody = _number(path, day, "to_everybody")
        percent = _number(path, day, "alarm_at_percent")
        if percent > 100:
            raise LocalDataError(f"{path}: alarm_at_percent must be 100 or less")
        return cls(
            Day(_number(path, day, "to_one_number"), everybody, everybody * percent / 100, _text(path, day, "reached")),
            Private(
                needs=frozenset(_list(path, private, "needs")),
                words=_list(path, private, "words"),
                flags=frozenset(_list(path, private, "flags")),
                **{key: _text(path, private, key) for key in ("ask", "safe", "not_safe", "refused")},
            ),
            Links((*_list(path, links, "allowed"), urlsplit(own_url).hostname or ""), _text(path, links, "left_out")),
        )


def _section(path: Path, raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    if not isinstance(value, dict):
        raise LocalDataError(f"{path}: {key} is missing")
    return value


def _number(path: Path, raw: dict[str, Any], key: str) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise LocalDataError(f"{path}: {key} must be a whole number from 1")
    return value


def _text(path: Path, raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise LocalDataError(f"{path}: {key} must be text")
    return value.strip()


def _list(path: Path, raw: dict[str, Any], key: str) -> tuple[str, ...]:
    value = raw.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
        raise LocalDataError(f"{path}: {key} must be a list of words")
    return tuple(one.strip().casefold() for one in value)
