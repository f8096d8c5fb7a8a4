"""The stretches of a long message that are read one by one, so that no message is too long and none costs too much time.

A short message is one stretch. Needs and red flags are taken from the stretch that speaks of them most, so the last line of
4,500 characters counts as much as the first.
"""

from __future__ import annotations

import re

WHOLE = 150  # words: up to this many a message is read in one piece
LENGTH = 60  # words in a stretch of a longer one
OVERLAP = 8  # words that two stretches share, where no sentence ends between them
_WORD = re.compile(r"\S+")
_END = re.compile(r"[.!?\n]\S*$|[,;:]$")


def windows(text: str) -> list[str]:
    """The stretches, in order; each ends with a sentence or a clause where one ends in its second half."""
    words = list(_WORD.finditer(text))
    if len(words) <= WHOLE:
        return [text]
    found, first = [], 0
    while first < len(words):
        last = min(first + LENGTH, len(words))
        rest = len(words) - last
        if rest:
            cut = next((end for end in range(last, first + LENGTH // 2, -1) if _END.search(words[end - 1][0])), None)
            last, following = (cut, cut) if cut else (last, last - OVERLAP)
        else:
            following = last
        found.append(text[words[first].start() : words[last - 1].end()])
        first = following
    return found
