"""How residents say things, and which services that means (catalogue_thesaurus.yml under DATA_DIR)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from service_catalogue.text import tokens

FILE = "catalogue_thesaurus.yml"
_AGE = re.compile(
    r"\b(?:i am|im|i m|is|hes|shes|he s|she s|aged|turned|age)\s+(?:only |just |now )?(\d{1,3})\b"
    r"(?! (?:week|month|day|pound|mile|hour|minute|stone|year[s]? (?:sober|clean|ago)))|\b(\d{1,3}) ?(?:yr|yrs|years?) old\b"
)


@dataclass(frozen=True)
class Topic:
    """`finds`: what a service that is meant carries or says, each with its alternatives; `said`: ways to say it."""

    finds: tuple[tuple[str, ...], ...]
    said: tuple[str, ...]


@dataclass(frozen=True)
class Thesaurus:
    """`plain`: everyday word -> plain words. `ages`: (from, to, words that say it), both ends included."""

    plain: Mapping[str, str]
    ages: tuple[tuple[int, int, str], ...]
    topics: tuple[Topic, ...]

    @classmethod
    def load(cls, data_dir: Path) -> Thesaurus:
        """Raises LocalDataError naming file, entry and what is wrong."""
        path = data_dir / FILE
        content = read_yaml(path)
        plain = content.get("plain") or {}
        if not isinstance(plain, dict) or not all(isinstance(v, str) and v for pair in plain.items() for v in pair):
            raise LocalDataError(f"{path}: plain: expected words with words")
        ages = tuple(_age(path, entry) for entry in content.get("ages") or ())
        topics = tuple(_topic(path, n, entry) for n, entry in enumerate(content.get("topics") or (), start=1))
        return cls(plain, ages, topics)

    def in_plain_words(self, text: str) -> str:
        """The text in small letters without marks, with everyday words said plainly; an age adds what it means."""
        words = " ".join(tokens(text.replace("'", "").replace("’", "")))
        plain = " ".join(self.plain.get(word, word) for word in words.split())
        return " ".join((plain, *(said for first, last, said in self.ages if _between(words, first, last))))


def ages_said(words: str) -> tuple[int, ...]:
    """The ages that a text in small letters names, in years: "im 72", "she is 9", "a 15 year old"."""
    return tuple(int(a or b) for a, b in _AGE.findall(words) if int(a or b) <= 115)


def _between(words: str, first: int, last: int) -> bool:
    return any(first <= age <= last for age in ages_said(words))


def _age(path: Path, entry: Any) -> tuple[int, int, str]:
    try:
        return int(entry["from"]), int(entry["to"]), str(entry["adds"])
    except (KeyError, TypeError, ValueError):
        raise LocalDataError(f"{path}: ages: expected from, to and adds, not {entry!r}") from None


def _topic(path: Path, number: int, entry: Any) -> Topic:
    if not isinstance(entry, dict) or set(entry) != {"finds", "said"}:
        raise LocalDataError(f"{path}: topics: entry {number}: expected finds and said only")
    for key in ("finds", "said"):
        value = entry[key]
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(item, str) and item.strip() for item in value)
        ):
            raise LocalDataError(f"{path}: topics: entry {number}: {key}: expected a list of words")
    finds = tuple(tuple(part.strip() for part in item.split("|") if part.strip()) for item in entry["finds"])
    return Topic(finds, tuple(dict.fromkeys(entry["said"])))
