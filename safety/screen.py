"""The red-flag screen: reads a whole message and says which dangers it names, where, and by which reviewed pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from safety.patterns import Pattern, Rulebook, load_rulebook
from safety.phrases import Phrase
from safety.reading import Reading, read
from safety.second_look import Match

# Longer texts are read in parts of this size that overlap, so that no text can hold the screen up.
_PART = 20_000
_OVERLAP = 500


@dataclass(frozen=True)
class Finding:
    """A danger named in a message: the flag, where it stands in the raw text, and the id of the pattern."""

    flag: str
    start: int
    end: int
    pattern: str


class Screen:
    """Checks messages against a rulebook. Safe to share between threads; keeps no message."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._whole: dict[str, list[tuple[Pattern, Phrase]]] = {}
        self._beginning: dict[str, list[tuple[Pattern, Phrase]]] = {}
        for pattern in rulebook.patterns:
            for phrase in pattern.says:
                for word, is_beginning in phrase.keys:
                    (self._beginning if is_beginning else self._whole).setdefault(word, []).append((pattern, phrase))
        self._lengths = sorted({len(beginning) for beginning in self._beginning})

    @classmethod
    def load(cls, data_dir: Path) -> Screen:
        """The screen of `data_dir`/red_flags.yml. Raises safety.data.SafetyDataError when the file cannot be used."""
        return cls(load_rulebook(data_dir))

    def check(self, text: str) -> list[Finding]:
        """The dangers in a message, by place; one finding for each pattern. The whole text is read, however long.

        Takes any text and never raises for what it says.
        """
        findings: dict[str, Finding] = {}
        for begin in range(0, max(len(text) - _OVERLAP, 1), _PART - _OVERLAP):
            for found in self._check_part(text[begin : begin + _PART]):
                moved = Finding(found.flag, found.start + begin, found.end + begin, found.pattern)
                findings.setdefault(found.pattern, moved)
        return sorted(findings.values(), key=lambda found: (found.start, found.flag, found.pattern))

    def _check_part(self, text: str) -> list[Finding]:
        reading = read(text, self.rulebook.spelling)
        figures: list[tuple[int, int]] | None = None
        findings: dict[str, Finding] = {}
        for start, end, words in reading.stretches():
            for pattern, phrase in self._candidates(words):
                if pattern.id in findings:
                    continue
                for match in self._matches(reading, pattern, phrase, start, end):
                    figures = self._figures(reading) if figures is None else figures
                    if any(begin < match.last and match.first < finish for begin, finish in figures):
                        continue
                    if self.rulebook.second_look.silent(reading, match) is None:
                        place = reading.raw(match.first, match.last)
                        findings[pattern.id] = Finding(pattern.flag, *place, pattern.id)
                        break
        return list(findings.values())

    def _candidates(self, words: frozenset[str]) -> list[tuple[Pattern, Phrase]]:
        """The phrases that can match in a sentence of these words, because a word for each of their places is there."""
        found: dict[int, tuple[Pattern, Phrase]] = {}
        for word in words:
            for item in self._whole.get(word, ()):
                found[id(item[1])] = item
            for length in self._lengths:
                if length > len(word):
                    break
                for item in self._beginning.get(word[:length], ()):
                    found[id(item[1])] = item
        return [item for item in found.values() if not any(words.isdisjoint(need) for need in item[1].needs)]

    def _matches(self, reading: Reading, pattern: Pattern, phrase: Phrase, start: int, end: int) -> Iterator[Match]:
        for found in phrase.regex.finditer(reading.text, start, end):
            if _absent(pattern.together_with, reading.text) or _present(pattern.unless_anywhere, reading.text):
                return
            first, last = reading.indexes(found.start(), found.end())
            if pattern.unless and _present(pattern.unless, reading.part(*reading.sentence(first, last))):
                continue
            yield Match(first, last, pattern.silenced_by, pattern.direct, pattern.history)

    def _figures(self, reading: Reading) -> list[tuple[int, int]]:
        """Where figures of speech stand: words (from, to)."""
        idioms = self.rulebook.idioms
        if idioms is None:
            return []
        return [reading.indexes(found.start(), found.end()) for found in idioms.finditer(reading.text)]


def _present(regex: re.Pattern[str] | None, text: str) -> bool:
    return regex is not None and regex.search(text) is not None


def _absent(regex: re.Pattern[str] | None, text: str) -> bool:
    return regex is not None and regex.search(text) is None
