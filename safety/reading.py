"""A message as the patterns read it: plain words with sentence ends and pauses, each knowing its place in the raw text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from safety.spelling import Spelling

SENTENCE_END = "."
PAUSE = ","
_REACH = 25
_LONG = 60

# A letter or digit of any script, with the vowel signs and joiners that scripts such as Gujarati write inside a word.
_INNER = r"(?:[^\W_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u00ad\u200b-\u200d\u2060\ufeff])"
_PIECE = re.compile(
    rf"(?P<word>{_INNER}(?:['\u2018\u2019\u201b\u0060\u00b4\u02bc\uff07@$*]*{_INNER})*)"
    r"|(?P<pause>\.{2,}|\u2026|\n(?!\s*\n))"
    r"|(?P<end>[.!?;\u0964\u3002\uff01\uff1f]+|\n\s*\n)"
    r"|(?P<soft>[,:()\[\]/\u2013\u2014\u060c]|(?<=\s)-+(?=\s)|[\U0001f300-\U0001faff\u2600-\u27bf])"
)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]{0,400}>")
# Dictation and old phones write "don t", "i m"; some people space letters out ("k i l l"). Same length, so offsets hold.
_SPLIT = re.compile(
    r"(?i)\b(?:do|ca|wo|did|does|is|was|could|would|should|have|has|are)n? (?=t\b)|\bi (?=(?:m|ve|ll)\b)"
)
_SPACED = re.compile(r"(?<![^\W_])(?:[a-zA-Z] ){3,}[a-zA-Z](?![^\W_])")
_AND = re.compile(r"(?<![^\W_])([a-zA-Z])&(?=[a-zA-Z](?![^\W_]))")  # A&E, B&B
_DECIMAL = re.compile(r"(?<=\d)[.](?=\d)")


@dataclass(frozen=True)
class Reading:
    """`text`: the plain words with one space before and after each. `words`: the same as a list, with '.' and ',' for
    sentence ends and pauses. `spans`: for each word its start and end in the raw text."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    _starts: tuple[int, ...]

    def indexes(self, start: int, end: int) -> tuple[int, int]:
        """First word and one past the last word of a stretch of `text`."""
        return bisect_right(self._starts, start) - 1, bisect_left(self._starts, end)

    def raw(self, first: int, last: int) -> tuple[int, int]:
        """Where words first..last-1 stand in the raw text: start and end offsets."""
        return self.spans[first][0], self.spans[last - 1][1]

    def sentence(self, first: int, last: int) -> tuple[int, int]:
        """The words (from, to) of the sentence that holds words first..last-1, at most 25 words to either side.

        The limit keeps one remark from silencing another far away when somebody writes without full stops.
        """
        begin = first
        while begin > max(0, first - _REACH) and self.words[begin - 1] != SENTENCE_END:
            begin -= 1
        finish = last
        while finish < min(len(self.words), last + _REACH) and self.words[finish] != SENTENCE_END:
            finish += 1
        return begin, finish

    def stretches(self) -> list[tuple[int, int, frozenset[str]]]:
        """Each sentence as its start and end in `text`, spaces round it included, and the set of its words.

        A sentence of more than 60 words (people who write without full stops) comes as stretches that overlap by 25 words,
        more than any pattern spans.
        """
        found = []
        begin = 0
        for place, word in enumerate((*self.words, SENTENCE_END)):
            if word == SENTENCE_END:
                for first in range(begin, max(place - _REACH, begin + 1), _LONG - _REACH):
                    last = min(first + _LONG, place)
                    if last > first:
                        end = self._starts[last - 1] + len(self.words[last - 1]) + 1
                        found.append((self._starts[first] - 1, end, frozenset(self.words[first:last])))
                begin = place + 1
        return found

    def part(self, first: int, last: int) -> str:
        """Words first..last-1 in the form of `text`."""
        return f" {' '.join(self.words[first:last])} "


def read(raw: str, spelling: Spelling) -> Reading:
    """Read any text; never raises. HTML tags and stray characters count as nothing."""
    cleaned = _TAG.sub(lambda tag: " " * len(tag.group()), raw) if "<" in raw else raw
    cleaned = _DECIMAL.sub("\u02d9", cleaned)
    cleaned = _AND.sub("\\1\u200b", cleaned)
    cleaned = _SPLIT.sub(lambda found: found.group()[:-1] + "'", cleaned)
    cleaned = _SPACED.sub(lambda found: found.group().replace(" ", "\u200b"), cleaned)
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(cleaned):
        kind = piece.lastgroup
        if kind == "word":
            plain = spelling.plain(piece.group())
        else:
            plain = (SENTENCE_END,) if kind == "end" else (PAUSE,)
            if not words or words[-1] == SENTENCE_END:
                continue
            if words[-1] == PAUSE:
                if kind == "end":
                    words[-1], spans[-1] = SENTENCE_END, piece.span()
                continue
        for word in plain:
            words.append(word)
            spans.append(piece.span())
    starts: list[int] = []
    position = 1
    for word in words:
        starts.append(position)
        position += len(word) + 1
    return Reading(f" {' '.join(words)} ", tuple(words), tuple(spans), tuple(starts))
