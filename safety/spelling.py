"""Turning one word as people type it into the plain words that the patterns are written in.

Handles case, curly quotes, missing apostrophes, text-speak, repeated letters, light leetspeak, letters starred out and
spelling slips of the danger words that the data file lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0f]")
_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u0060\u00b4\u02bc\uff07]")
_LEET = str.maketrans({"1": "i", "3": "e", "4": "a", "0": "o", "5": "s", "7": "t", "@": "a", "$": "s"})
_VOWELS = frozenset("aeiouy")
_RUN = re.compile(r"(.)\1{2,}")
_MIXED = re.compile(r"(?=.*[a-z])(?=.*[0-9@$])")


def distance_at_most(first: str, second: str, limit: int) -> bool:
    """Whether two words differ by at most `limit` letters added, lost or swapped with their neighbour, or vowels changed.

    Another letter changed counts twice: it is more often another word ("cooking", "choking") than a slip.
    """
    if abs(len(first) - len(second)) > limit:
        return False
    before: list[int] = []
    last = list(range(len(second) + 1))
    for row, letter in enumerate(first, start=1):
        now = [row]
        for column, other in enumerate(second, start=1):
            changed = 0 if letter == other else 1 if letter in _VOWELS and other in _VOWELS else 2
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + changed)
            if row > 1 and column > 1 and letter == second[column - 2] and first[row - 2] == other:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1] <= limit


def _shortened(word: str, times: int) -> set[str]:
    """The word itself and every word got by leaving out up to `times` letters."""
    found = {word}
    edge = {word}
    for _ in range(times):
        edge = {item[:place] + item[place + 1 :] for item in edge for place in range(len(item))}
        found |= edge
    return found


class Spelling:
    """Knows the variants (typed word -> plain words), the words of the patterns, and the words often misspelt.

    `variants`: plain words keyed by the typed form. `known`: words that are never corrected. `misspelt`: danger words to which
    a word within one letter (two from nine letters on) is corrected, if it begins with the same letter.
    """

    def __init__(self, variants: Mapping[str, str], known: Iterable[str], misspelt: Iterable[str]) -> None:
        self._variants = {typed: tuple(plain.split()) for typed, plain in variants.items()}
        self._misspelt = frozenset(misspelt)
        self._known = frozenset(known) | self._misspelt
        self._near: dict[str, set[str]] = {}
        for word in self._misspelt:
            for short in _shortened(word, self._slips(word)):
                self._near.setdefault(short, set()).add(word)
        self.plain = lru_cache(maxsize=8192)(self._plain)

    @staticmethod
    def _slips(word: str) -> int:
        return 2 if len(word) >= 9 else 1

    def _plain(self, typed: str) -> tuple[str, ...]:
        """The plain words for one typed word: usually one, none for invisible characters, several for text-speak."""
        word = unicodedata.normalize("NFKC", typed).casefold()
        word = _APOSTROPHES.sub("'", _INVISIBLE.sub("", word)).strip("'*")
        if not word:
            return ()
        if word in self._variants:
            return self._variants[word]
        word = word.removesuffix("'s").replace("'", "").replace("&", "")
        return (word,) if word in self._known and word not in self._variants else self._guessed(word)

    def _guessed(self, word: str) -> tuple[str, ...]:
        for candidate in self._candidates(word):
            if candidate in self._variants:
                return self._variants[candidate]
            if candidate in self._known:
                return (candidate,)
        near = self._nearest(word)
        if near is None and _RUN.search(word):
            near = self._nearest(_RUN.sub(r"\1", word))
        return self._variants.get(near or word, (near or word,))

    def _candidates(self, word: str) -> Iterable[str]:
        yield word
        if _RUN.search(word):
            yield _RUN.sub(r"\1\1", word)
            yield _RUN.sub(r"\1", word)
        if _MIXED.match(word) or "*" in word:
            yield word.translate(_LEET)
            yield word.translate(_LEET).replace("*", "")
        if "*" in word and len(word) >= 3 and len(word) <= 20:
            shape = re.compile("".join("[a-z]" if letter == "*" else re.escape(letter) for letter in word))
            yield from sorted(known for known in self._misspelt if shape.fullmatch(known))

    def _nearest(self, word: str) -> str | None:
        if not 5 <= len(word) <= 20:
            return None
        options = set().union(*(self._near.get(short, ()) for short in _shortened(word, 2 if len(word) >= 8 else 1)))
        close = [
            option for option in options if option[0] == word[0] and distance_at_most(word, option, self._slips(option))
        ]
        return min(close, key=lambda option: (not distance_at_most(word, option, 1), option), default=None)
