"""One text message from the replies of one turn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from front_door.sms import segments

MAX_SEGMENTS = 3
MAX_CRISIS_SEGMENTS = 10  # a crisis reply is never cut; the provider takes 1,600 characters
MORE_NUMBER = 9
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Text:
    """A text to send, how many segments it costs, and what did not fit ("" when all did)."""

    body: str
    segments: int
    rest: str = ""


def whole(texts: Sequence[str], choices: Sequence[Mapping[str, str]]) -> str:
    """The replies of a turn as one text: a line between replies, then the choices, one numbered line each."""
    parts = [" ".join(line.split()) for text in texts for line in text.splitlines() if line.strip()]
    parts += [f"{number} {choice['label']}" for number, choice in enumerate(choices, start=1)]
    return segments.downgrade("\n".join(parts))


def fit(text: str, more: str, limit: int = MAX_SEGMENTS) -> Text:
    """`text` within `limit` segments: cut after a sentence (else after a word) and ended with `more`, the rest kept."""
    text = segments.downgrade(text).strip()
    cost = segments.count(text)
    if cost <= limit:
        return Text(text, cost)
    tail = "\n" + segments.downgrade(more)
    for cuts in (_sentence_ends(text), _word_ends(text), range(1, len(text))):
        at = _last_that_fits(text, list(cuts), tail, limit)
        if at:
            body = text[:at].rstrip() + tail
            return Text(body, segments.count(body), text[at:].lstrip())
    return Text(text, cost)


def _sentence_ends(text: str) -> list[int]:
    return [match.start() for match in _SENTENCE_END.finditer(text)]


def _word_ends(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"\s+", text)]


def _last_that_fits(text: str, cuts: list[int], tail: str, limit: int) -> int:
    """The furthest cut with which the text and its tail stay within the limit, or 0; cost grows with length."""
    low, high, best = 0, len(cuts) - 1, 0
    while low <= high:
        middle = (low + high) // 2
        if cuts[middle] and segments.count(text[: cuts[middle]].rstrip() + tail) <= limit:
            best, low = cuts[middle], middle + 1
        else:
            high = middle - 1
    return best
