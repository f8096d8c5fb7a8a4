"""Cutting a text into the word pieces that the sentence network knows (BERT's "WordPiece", without capitals)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

_START, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_MOST, _LONGEST = 128, 40  # pieces of a text, letters of a word that is looked at
_WORD = re.compile(r"\w+|[^\w\s]")


class WordPieces:
    """`numbers`: word piece -> its number. Pieces that go on a word begin with ##."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers

    @classmethod
    def load(cls, path: Path) -> WordPieces:
        """From a file with one piece a line; the line's place is its number. Raises OSError."""
        lines = path.read_text(encoding="utf-8").split("\n")
        return cls({piece: number for number, piece in enumerate(lines) if piece})

    def ids(self, text: str) -> list[int]:
        """The numbers of the pieces, with the marks of start and end; at most 128, the rest is left out."""
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
        found: list[int] = []
        for word in _WORD.findall(plain):
            found += self._word(word)
            if len(found) >= _MOST - 2:
                break
        return [self._numbers[_START], *found[: _MOST - 2], self._numbers[_END]]

    def _word(self, word: str) -> list[int]:
        found: list[int] = []
        start = 0
        while start < len(word) <= _LONGEST:
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                if piece in self._numbers:
                    found.append(self._numbers[piece])
                    start = end
                    break
            else:
                return [self._numbers[_UNKNOWN]]
        return found or [self._numbers[_UNKNOWN]]
