"""Matching a resident's words with the words of services: whole words, beginnings and near misses."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from functools import lru_cache

from rapidfuzz import fuzz, process

_WORD = re.compile(r"[a-z0-9+]+")
_NAME, _ORGANISATION, _SUMMARY = 1.0, 0.8, 0.4
_BEGINNING, _NEAR_MISS = 0.8, 0.7  # how much less than the whole word they count
_SHORTEST_BEGINNING, _SHORTEST_NEAR_MISS, _LIKE = 4, 5, 84
_COMMON = frozenset(
    _WORD.findall(
        "a about all am an and any are as at be been but by can could do does don for from get go got had has have he help her "
        "him his how i if im in is it its ive just like live me my need no not of on one or our please she so some someone "
        "something support service that the their them there they this to up us very want was we well what when where which "
        "who will with would you your"
    )
)


def tokens(text: str) -> list[str]:
    """Words in small letters without possessives: "The carer's café" -> the, carer, cafe."""
    lowered = text.casefold().replace("’", "'").replace("é", "e")
    return _WORD.findall(re.sub(r"'s?\b", "", lowered))


_ENDINGS = ("ing", "ies", "es", "ed", "s")
_LITTLE = frozenset(
    _WORD.findall(
        "hes shes theres were till did lot ever also too much really then than now because cannot into out off over more only "
        "even every"
    )
)


def stem(word: str) -> str:
    """The word without its ending, roughly: "cooking", "cooks" and "cooked" -> "cook"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def content_words(text: str) -> list[str]:
    """Stems of the words that say something, in their order."""
    words = (word for word in tokens(text) if word not in _COMMON and word not in _LITTLE)
    return [found for word in words if len(found := stem(word)) > 1 and found not in _COMMON and found not in _LITTLE]


def telling(text: str) -> list[str]:
    """The words that say something, each once."""
    return [word for word in dict.fromkeys(tokens(text)) if word not in _COMMON and len(word) > 1]


class TextIndex:
    """Words of services by id."""

    def __init__(self) -> None:
        self._places: dict[str, dict[str, float]] = {}  # word -> id -> weight of the best field it stands in
        self._sorted: list[str] | None = None
        self._size = 0
        self._like = lru_cache(maxsize=2048)(self._words_like)

    def add(self, id: str, name: str, organisation: str, summary: str) -> None:
        for text, weight in ((summary, _SUMMARY), (organisation, _ORGANISATION), (name, _NAME)):
            for word in telling(text):
                places = self._places.setdefault(word, {})
                places[id] = max(weight, places.get(id, 0.0))
        self._size += 1
        self._sorted = None
        self._like.cache_clear()

    def scores(self, words: str) -> dict[str, float]:
        """How well each service matches, from above 0 to 1 (every telling word stands in its name); no match, no entry.

        Rare words count more than common ones. Words that no service has are left out of the reckoning.
        """
        found: dict[str, float] = {}
        whole = 0.0
        for word in telling(words):
            places = self._matches(word)
            if not places:
                continue
            rarity = math.log(1 + self._size / len(places))
            whole += rarity
            for id, weight in places.items():
                found[id] = found.get(id, 0.0) + rarity * weight
        return {id: score / whole for id, score in found.items()}

    def _matches(self, word: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for near, factor in self._like(word):
            for id, weight in self._places[near].items():
                found[id] = max(weight * factor, found.get(id, 0.0))
        return found

    def _words_like(self, word: str) -> tuple[tuple[str, float], ...]:
        if self._sorted is None:
            self._sorted = sorted(self._places)
        near = {word: 1.0} if word in self._places else {}
        if len(word) >= _SHORTEST_BEGINNING:
            for longer in self._sorted[bisect_left(self._sorted, word) :]:
                if not longer.startswith(word):
                    break
                near.setdefault(longer, _BEGINNING)
        if not near and len(word) >= _SHORTEST_NEAR_MISS:
            alike = self._beginning_with(word[0])  # a slip in the first letter is rare, and looking for it slow
            for likely, _, _ in process.extract(word, alike, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=3):
                near[likely] = _NEAR_MISS
        return tuple(near.items())

    def _beginning_with(self, letter: str) -> list[str]:
        words = self._sorted or []
        return words[bisect_left(words, letter) : bisect_left(words, chr(ord(letter) + 1))]
