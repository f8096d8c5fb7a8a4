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

_LONGEST = 20_000


@dataclass(frozen=True)
class Finding:
    """A danger named in a message: the flag, where it stands in the raw text, and the id of the pattern."""

    flag: str
    start: int
    end: int
    pattern: str


class Screen:
    """Checks messages against a rulebook. Safe to share between threads; keeps nothing of a message."""

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
        """The dangers in a message, by place; one finding for each pattern. Reads the first 20,000 characters and the last.

        Takes any text and never raises for what it says.
        """
        if len(text) > 2 * _LONGEST:
            return self.check(text[:_LONGEST]) + [
                Finding(found.flag, found.start + len(text) - _LONGEST, found.end + len(text) - _LONGEST, found.pattern)
                for found in self.check(text[-_LONGEST:])
            ]
        reading = read(text, self.rulebook.spelling)
        if not reading.words:
            return []
        candidates = self._candidates(reading)
        if not candidates:
            return []
        figures: list[tuple[int, int]] | None = None
        findings: dict[str, Finding] = {}
        for pattern, phrase in candidates:
            if pattern.id in findings:
                continue
            for match in self._matches(reading, pattern, phrase):
                figures = self._figures(reading) if figures is None else figures
                if any(begin < match.last and match.first < end for begin, end in figures):
                    continue
                if self.rulebook.second_look.silent(reading, match) is None:
                    start, end = reading.raw(match.first, match.last)
                    findings[pattern.id] = Finding(pattern.flag, start, end, pattern.id)
                    break
        return sorted(findings.values(), key=lambda found: (found.start, found.flag, found.pattern))

    def _candidates(self, reading: Reading) -> list[tuple[Pattern, Phrase]]:
        """The phrases that can match at all, because a word they need is there."""
        found: dict[int, tuple[Pattern, Phrase]] = {}
        for word in set(reading.words):
            for item in self._whole.get(word, ()):
                found[id(item[1])] = item
            for length in self._lengths:
                if length > len(word):
                    break
                for item in self._beginning.get(word[:length], ()):
                    found[id(item[1])] = item
        return list(found.values())

    def _matches(self, reading: Reading, pattern: Pattern, phrase: Phrase) -> Iterator[Match]:
        for found in phrase.regex.finditer(reading.text):
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
