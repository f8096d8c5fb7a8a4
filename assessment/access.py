"""What makes it easier to talk with somebody, heard in their own words: hearing, sight, reading, language, someone beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assessment.gazetteer import normalise
from common.local_data import LocalDataError, read_yaml

FILE = "access_words.yml"
QUOTE = 80  # characters of the resident's own words that staff read
_SENTENCE = re.compile(r"[.!?;\n]+")
_COMMA = re.compile(r",\s")
_OWN = frozenset(
    ["i", "im", "ive", "my"]
)  # the first word of phrases that speak of nobody else, whoever was named before a comma
_DENIED = re.compile(
    r"\b(?:not|never|without|dont|doesnt|isnt|arent|wasnt|if|when|nor)(?: (?:a|that|so|really|very|even))?$"
)
_BEFORE = 3  # words before in which another person is looked for ("my neighbour is deaf")


@dataclass(frozen=True)
class AccessNeed:
    """One kind of need: the label that staff read, and the phrases (normalised) that say it."""

    label: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class AccessWords:
    """access_words.yml."""

    needs: dict[str, AccessNeed]
    others: frozenset[str]
    things: tuple[str, ...] = ()

    @classmethod
    def load(cls, data_dir: Path) -> AccessWords:
        """Reads the file. Raises LocalDataError naming the need that has no label or no words."""
        path = data_dir / FILE
        content = read_yaml(path)
        needs = {}
        for key, entry in (content.get("needs") or {}).items():
            phrases = tuple(normalise(str(phrase)) for phrase in entry.get("said") or ())
            if not entry.get("label") or not phrases or not all(phrases):
                raise LocalDataError(f"{path}: {key}: label and said are needed")
            needs[key] = AccessNeed(str(entry["label"]), phrases)
        return cls(needs, _words(content, "others"), tuple(_words(content, "things")))

    def heard(self, text: str, about_other: bool = False) -> dict[str, str]:
        """Label -> the resident's own words, for each kind of need that a message tells; empty when it tells none.

        What is said of another person counts only with `about_other`, when the whole conversation is about somebody else.
        """
        found: dict[str, str] = {}
        for sentence in _SENTENCE.split(text):
            earlier: list[str] = []  # words of the sentence before this part of it
            for part in (part.strip() for part in _COMMA.split(sentence)):
                padded = f" {normalise(part)} "
                for need in self.needs.values():
                    said = any(self._says(padded, phrase, about_other, earlier) for phrase in need.said)
                    if said and need.label not in found:
                        found[need.label] = part[:QUOTE]
                earlier = [*earlier, *padded.split()]
        return found

    def _says(self, padded: str, phrase: str, about_other: bool, earlier: list[str]) -> bool:
        start = padded.find(f" {phrase} ")
        if start < 0 or _DENIED.search(padded[:start]):
            return False
        after = padded[start + len(phrase) + 2 :]
        if any(after.startswith(f"{thing} ") for thing in self.things):
            return False
        first = phrase.split()[0]
        before = [*([] if first in _OWN else earlier), *padded[:start].split()][-_BEFORE:]
        return about_other or not self.others & {*before, first}


def _words(content: dict[str, Any], key: str) -> frozenset[str]:
    return frozenset(normalise(str(word)) for word in content.get(key) or ())
