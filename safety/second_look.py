"""The second look at a pattern that matched: is it denied, over, a story, a course, a figure of speech?

A doubt keeps the flag: a miss costs more than a false alarm. A denial reaches only over "light" words and never past
"but", so that one clause cannot silence another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from safety.phrases import Language
from safety.reading import PAUSE, SENTENCE_END, Reading

# Before a first-person phrase these make it a thing of the past: "I tried to ...", "I used to ...".
_TOLD = frozenset(["tried", "used", "wanted", "wished", "attempted", "thought", "planned", "was", "felt", "had", "did"])
REASONS = ("denied", "past", "story")
_LISTS = ("hedges", "past", "current", "over", "long_over", "again", "present", "story", "own_voice")


@dataclass(frozen=True)
class Match:
    """A pattern found in a reading: word indexes, and what may silence it. `direct`: first person, present;
    `history`: words elsewhere may show that what is told in the past tense is over."""

    first: int
    last: int
    silenced_by: frozenset[str]
    direct: bool
    history: bool


class SecondLook:
    """Built from the `second_look` lists of the data file: phrases, one list per question asked here."""

    def __init__(self, lists: Mapping[str, Sequence[str]], language: Language) -> None:
        missing = [name for name in (*_LISTS, "light", "negators") if not lists.get(name)]
        if missing:
            raise ValueError(f"second_look: lists missing: {', '.join(missing)}")
        joined = {
            name: "|".join(f"(?:{language.translate(item).regex.pattern})" for item in lists[name]) for name in _LISTS
        }
        self._is = {name: re.compile(pattern) for name, pattern in joined.items()}
        self._negators = frozenset(lists["negators"])
        self._light = frozenset(lists["light"])

    def silent(self, reading: Reading, match: Match) -> str | None:
        """Why this match is no flag ("denied", "past" or "story"), or None when it stands."""
        if "denied" in match.silenced_by and self._denied(reading, match):
            return "denied"
        if "past" in match.silenced_by and self._past(reading, match):
            return "past"
        if "story" in match.silenced_by and self._story(reading, match):
            return "story"
        return None

    def _denied(self, reading: Reading, match: Match) -> bool:
        words = reading.words
        listing = False  # "no a, b or c": a comma does not end the denial inside a list
        for back in range(1, 11):
            place = match.first - back
            if place < 0:
                return False
            word = words[place]
            if word in self._negators:
                around = reading.part(place, min(place + 4, len(words)))
                before = reading.part(max(0, place - 2), min(place + 3, len(words)))
                return not (self._is["hedges"].search(around) or self._is["hedges"].search(before))
            if word in ("or", "nor"):
                listing = True
            elif word == PAUSE:
                if not listing and not (place + 1 < len(words) and words[place + 1] in ("or", "nor")):
                    return False
            elif (
                word == SENTENCE_END
                or (word not in self._light and not listing)
                or back > 8
                or (listing and word in ("but", "because", "and", "so", "if", "when"))
            ):
                return False
        return False

    def _past(self, reading: Reading, match: Match) -> bool:
        begin, finish = reading.sentence(match.first, match.last)
        here = reading.part(begin, finish)
        after = self._following(reading, finish)
        # "I'm fine now" holds "now" but says that it is over: what is said to be over does not speak for the present.
        rest = self._is["over"].sub(" ", here)
        if match.direct:
            told = any(word in _TOLD for word in reading.words[max(begin, match.first - 4) : match.last])
            return told and self._says("past", here) and not self._says("again", rest)
        if self._says("over", here) or self._says("over", after):
            return not self._says("again", rest)
        if match.history and not self._present(reading, match) and self._says("long_over", reading.text):
            return not self._says("again", rest)
        pointing = after if re.match(r" (?:that|this|it|all) ", after) else " "
        if not (self._says("past", here) or self._says("past", pointing)):
            return False
        return not self._says("current", rest)

    def _present(self, reading: Reading, match: Match) -> bool:
        found = reading.words[match.first : match.last]
        return any(word.endswith("ing") for word in found) or self._says("present", f" {' '.join(found)} ")

    def _says(self, question: str, text: str) -> bool:
        return self._is[question].search(text) is not None

    def _story(self, reading: Reading, match: Match) -> bool:
        begin, finish = reading.sentence(match.first, match.last)
        if match.direct:
            before = reading.part(begin, match.last)
            return bool(self._is["story"].search(before)) and not self._is["own_voice"].search(before)
        if begin > 0:
            begin = reading.sentence(begin - 1, begin - 1)[0]
        here = reading.part(begin, finish)
        return bool(self._is["story"].search(here)) and not self._is["own_voice"].search(here)

    @staticmethod
    def _following(reading: Reading, finish: int) -> str:
        if finish >= len(reading.words):
            return " "
        return reading.part(*reading.sentence(finish + 1, finish + 1))
