"""What a resident's words are about: each topic of the thesaurus gets a score, by its words and by meaning."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from service_catalogue.meaning import Meaning
from service_catalogue.text import content_words, stem
from service_catalogue.thesaurus import Thesaurus

Scores = npt.NDArray[np.float64]

_OFTEN, _LENGTH, _PAIR = 0.5, 0.3, 0.7  # BM25's k1 and b; what two words beside each other count
_BY_WORDS = 0.8  # how much the words count beside the meaning
_NEAREST, _SOME = 0.5, 4  # the nearest phrase counts half, the nearest four together the other half
_SURE_MEANING, _SURE_WORDS = 0.5, 0.12  # less than both is about nothing
_SHORTEST_SLIP, _LIKE = 5, 82


class TopicIndex:
    """Made once for a thesaurus. `meaning` None: words alone."""

    def __init__(self, thesaurus: Thesaurus, meaning: Meaning | None) -> None:
        self._thesaurus, self._meaning = thesaurus, meaning
        counts = [_counts(thesaurus, number) for number in range(len(thesaurus.topics))]
        lengths = [sum(count.values()) for count in counts]
        mean = sum(lengths) / max(1, len(lengths))
        known = Counter(word for count in counts for word in count)
        self._rarity = {w: math.log(1 + (len(counts) - n + 0.5) / (n + 0.5)) for w, n in known.items()}
        self._weights: dict[str, list[tuple[int, float]]] = {}
        for topic, count in enumerate(counts):
            for word, n in count.items():
                damped = n * (_OFTEN + 1) / (n + _OFTEN * (1 - _LENGTH + _LENGTH * lengths[topic] / mean))
                self._weights.setdefault(word, []).append((topic, damped))
        self._words = sorted(word for word in known if " " not in word)
        self._mended = lru_cache(maxsize=4096)(self._mend)
        self.scores = lru_cache(maxsize=512)(self._scores)
        if meaning is not None:
            phrases = [thesaurus.in_plain_words(phrase) for topic in thesaurus.topics for phrase in topic.said]
            self._phrases = meaning.vectors(phrases)
            self._places = _padded([len(topic.said) for topic in thesaurus.topics])

    def _scores(self, words: str) -> Scores:
        """For each topic 0 (nothing to do with these words) to about 2. Give what is to be read; it is not changed."""
        plain = self._thesaurus.in_plain_words(words)
        by_words = self._by_words(plain)
        by_meaning = self._by_meaning(plain)
        sure = (by_words >= _SURE_WORDS) | (by_meaning >= _SURE_MEANING)
        found: Scores = np.where(sure, by_meaning + _BY_WORDS * by_words, 0.0)
        found.flags.writeable = False
        return found

    def _by_words(self, plain: str) -> Scores:
        words = [mended for word in content_words(plain) if (mended := self._mended(word))]
        told: dict[str, float] = dict.fromkeys(words, 1.0)
        told.update((pair, _PAIR) for pair in map(" ".join, pairwise(words)) if pair in self._rarity)
        found = np.zeros(len(self._thesaurus.topics))
        whole = 0.0
        for word, part in told.items():
            weight = part * self._rarity.get(word, 0.0)
            whole += weight
            for topic, often in self._weights.get(word, ()):
                found[topic] += weight * often
        return found / whole if whole else found

    def _by_meaning(self, plain: str) -> Scores:
        if self._meaning is None or not content_words(plain):
            return np.zeros(len(self._thesaurus.topics))
        # einsum stays on this thread: a matrix product waits for a second processor, which may be busy for 8 ms.
        alike = np.einsum("ij,j->i", self._phrases, self._meaning.vector(plain))
        alike = np.append(alike, -1.0)[self._places]
        nearest = -np.partition(-alike, _SOME, axis=1)[:, :_SOME]
        return np.clip(_NEAREST * nearest.max(axis=1) + (1 - _NEAREST) * nearest.mean(axis=1), 0.0, None)

    def _mend(self, word: str) -> str:
        """The word as the thesaurus has it ("bettin" -> "bett", the stem of betting); "" when it is no word of it."""
        if word in self._rarity:
            return word
        if word.endswith("in") and stem(word + "g") in self._rarity:
            return stem(word + "g")
        if len(word) < _SHORTEST_SLIP:
            return ""
        alike = self._words[bisect_left(self._words, word[0]) : bisect_left(self._words, chr(ord(word[0]) + 1))]
        found = process.extractOne(word, alike, scorer=fuzz.ratio, score_cutoff=_LIKE)
        return found[0] if found else ""


def _counts(thesaurus: Thesaurus, number: int) -> Counter[str]:
    """In how many of a topic's phrases each word stands, and how often two words stand beside each other."""
    count: Counter[str] = Counter()
    for phrase in thesaurus.topics[number].said:
        words = content_words(thesaurus.in_plain_words(phrase))
        count.update(set(words))
        count.update(map(" ".join, pairwise(words)))
    return count


def _padded(lengths: list[int]) -> npt.NDArray[np.int64]:
    """(topics, most phrases): the row of each phrase, filled up with the place after the last one."""
    width, end = max([_SOME + 1, *lengths]), sum(lengths)
    places = np.full((len(lengths), width), end, dtype=np.int64)
    start = 0
    for row, length in enumerate(lengths):
        places[row, :length] = np.arange(start, start + length)
        start += length
    return places
