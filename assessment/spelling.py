"""Which place a misspelt name may be: one letter wrong, or written as it sounds."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from assessment.gazetteer import Gazetteer, Mention

MIN_LETTERS = 6
MIN_SOUNDS = 3


@lru_cache(maxsize=4096)
def sounds(text: str) -> str:
    """
    The consonants of a word as heard in the English Midlands, where an r is silent before a consonant: "mesurm" and "measham" are both "msm".
    """
    key = re.sub(r"r(?=[^aeiouy]|$)", "", text.replace(" ", ""))
    for written, heard in (
        ("ph", "f"),
        ("sh", "s"),
        ("ck", "k"),
        ("gh", ""),
        ("ce", "s"),
        ("ci", "s"),
        ("cy", "s"),
        ("c", "k"),
        ("z", "s"),
        ("q", "k"),
        ("x", "ks"),
    ):
        key = key.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhw]", "", key))


class Spelling:
    """Near misses among the names of a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._names = [name for name in gazetteer.names() if len(name) >= MIN_LETTERS]
        self._by_sound: dict[str, list[str]] = {}
        for name in gazetteer.names():
            self._by_sound.setdefault(sounds(name), []).append(name)

    def one_letter_wrong(self, text: str) -> Mention | None:
        """
        The one place whose name of six letters or more differs by a letter wrong, missing, added or swapped; None when none or several do.

        Names that are easily typed for one another give a mention with each of them, so that the resident is asked.
        """
        if len(text) < MIN_LETTERS or self._gazetteer.get(text):
            return None
        for group in self._gazetteer.mistyped:
            if any(OSA.distance(text, name) <= (1 if len(text) < 8 else 2) for name in group):
                return self._joined(text, [name for name in group if OSA.distance(text, name) <= 2])
        near = [
            name
            for name, distance, _ in process.extract(text, self._names, scorer=OSA.distance, score_cutoff=1, limit=None)
        ]
        mentions = {mention for name in near if (mention := self._gazetteer.get(name))}
        return mentions.pop() if len(mentions) == 1 else None

    def sounds_like(self, text: str) -> Mention | None:
        """The place that most looks like `text` among those that sound the same, always to be confirmed; None when no place does."""
        key = sounds(text)
        if len(key) < MIN_SOUNDS:
            return None
        alike = [name for name in self._by_sound.get(key, []) if name[0] == text[0]]
        if not alike:
            return None
        mention = self._gazetteer.get(max(alike, key=lambda name: JaroWinkler.similarity(name, text)))
        return Mention(mention.said, mention.candidates, confirm=True) if mention else None

    def _joined(self, text: str, names: list[str]) -> Mention:
        mentions = [mention for name in names if (mention := self._gazetteer.get(name))]
        unique = dict.fromkeys(candidate for mention in mentions for candidate in mention.candidates)
        return Mention(text, tuple(unique))
