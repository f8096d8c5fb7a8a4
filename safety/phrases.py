"""The small language in which the patterns are written, and its translation into regular expressions.

    want to die          these words, one after another (a comma between them does not matter)
    (kill|hurt) myself   one of several; an alternative may have several words
    [really] want        may be missing
    suicid*              any word that begins so
    {partner}            one of the words listed under that name in the data file
    him ~ hit            up to three words between
    him ... hit          up to nine words between, never across the end of a sentence

A gap never swallows "not", "never" or "without": they would turn the meaning round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_PIECE = re.compile(r"\.\.\.|[~()\[\]|]|\{[a-z_]+\}|[^\s~()\[\]|{}]+")
_BETWEEN = "(?: ,)? "
_GAPS = {"~": 3, "...": 9}
_GAP_WORD = r"(?: (?!(?:not|never|without) )[^ .]+)"
_SAME_SOUND = {"to": "to|2|too", "my": "my|me|mi", "for": "for|4"}

Key = tuple[str, bool]
"""A word and whether it is only the beginning of a word."""


class PhraseError(ValueError):
    """A pattern is not well formed; the message says where."""


@dataclass(frozen=True)
class Phrase:
    """A translated pattern. A sentence without any word of `keys`, or of each set in `needs`, cannot match."""

    source: str
    regex: re.Pattern[str]
    keys: frozenset[Key]
    needs: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class _Piece:
    regex: str
    keys: frozenset[Key] | None  # None: this piece may be missing
    words: frozenset[str]
    needs: tuple[frozenset[str], ...] = ()


# Words too frequent to look patterns up by.
_COMMON_WORDS = """
about after again all alone always and any anymore are been being because before but cant day did does done down
even every feel feeling for from get gets getting going got had has have having head her here him his home house
how into just keep keeps know last life like little long made make makes me mine more much mum my need needs
never nobody not nothing now off old only one other our out over people really right said same say says school
she since some someone something still take than that the their them then there they thing things think thinking
this time to today told too took two very want wanted wants was way week well went were what when where which
while who why will with without work would year years you your night
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def _cost(keys: frozenset[Key]) -> int:
    return sum(8 if word in _COMMON or len(word) < 3 else 1 for word, _ in keys)


class Language:
    """Translates patterns. `lists`: the named lists; `plain`: turns one typed word into plain words."""

    def __init__(self, lists: Mapping[str, Iterable[str]], plain: Callable[[str], tuple[str, ...]]) -> None:
        self._plain = plain
        self._lists: dict[str, _Piece] = {}
        for name, items in lists.items():
            self._lists[name] = self._either([self._sequence(_PIECE.findall(item)) for item in items], name)

    def translate(self, source: str) -> Phrase:
        """A pattern ready to match. Raises PhraseError when it is not well formed."""
        try:
            piece = self._sequence(_PIECE.findall(source))
        except PhraseError as error:
            raise PhraseError(f"{source!r}: {error}") from None
        if piece.keys is None:
            raise PhraseError(f"{source!r}: needs at least one word that must be there")
        return Phrase(source, re.compile(f"(?<= ){piece.regex}(?= )"), piece.keys, piece.needs)

    def words(self, source: str) -> frozenset[str]:
        """Every plain word that a pattern names outside named lists, for the spelling to know."""
        return self._sequence(_PIECE.findall(source)).words

    def _sequence(self, tokens: list[str]) -> _Piece:
        rest = list(tokens)
        piece = self._until(rest, "")
        if rest:
            raise PhraseError(f"{' '.join(tokens)!r}: brackets do not match")
        return piece

    def _until(self, rest: list[str], closing: str) -> _Piece:
        """Reads alternatives up to the closing bracket."""
        branches: list[_Piece] = []
        while True:
            branches.append(self._branch(rest))
            if rest and rest[0] == "|":
                rest.pop(0)
                continue
            if closing and (not rest or rest.pop(0) != closing):
                raise PhraseError(f"a bracket is not closed with {closing!r}")
            return self._either(branches, "alternatives")

    def _branch(self, rest: list[str]) -> _Piece:
        regex, keys, words = "", [], frozenset[str]()
        while rest and rest[0] not in "|)]":
            token = rest.pop(0)
            if token in _GAPS:
                regex += f"{_GAP_WORD}{{0,{_GAPS[token]}}}?"
                continue
            if token == "[":
                inner = self._until(rest, "]")
                if not regex:
                    raise PhraseError("a pattern or alternative cannot begin with something that may be missing")
                regex += f"(?:{_BETWEEN}(?:{inner.regex}))?"
                words |= inner.words
                continue
            piece = self._until(rest, ")") if token == "(" else self._word(token)
            regex += (_BETWEEN if regex else "") + piece.regex
            words |= piece.words
            if piece.keys is not None:
                keys.append(piece.keys)
        if not regex or regex.startswith("(?: (?!"):
            raise PhraseError("a pattern or alternative is empty or begins with a gap")
        whole = tuple(frozenset(word for word, _ in one) for one in keys if not any(beginning for _, beginning in one))
        return _Piece(regex, min(keys, key=_cost, default=None), words, whole)

    def _word(self, token: str) -> _Piece:
        if token.startswith("{"):
            name = token[1:-1]
            if name not in self._lists:
                raise PhraseError(f"there is no list {name!r}")
            return self._lists[name]
        if token.endswith("*"):
            return _Piece(re.escape(token[:-1]) + "[^ .,]*", frozenset([(token[:-1], True)]), frozenset())
        plain = self._plain(token)
        if not plain:
            raise PhraseError(f"{token!r} is not a word")
        spelt = [f"(?:{_SAME_SOUND[word]})" if word in _SAME_SOUND else re.escape(word) for word in plain]
        options = [word for word in plain if word not in _SAME_SOUND]
        keys = min((frozenset([(word, False)]) for word in options), key=_cost, default=None)
        return _Piece(_BETWEEN.join(spelt), keys, frozenset(plain))

    @staticmethod
    def _either(branches: list[_Piece], name: str) -> _Piece:
        if not branches:
            raise PhraseError(f"the list {name!r} is empty")
        if len(branches) == 1:
            return branches[0]
        keys: frozenset[Key] | None = frozenset()
        for branch in branches:
            keys = None if keys is None or branch.keys is None else keys | branch.keys
        longest_first = sorted({branch.regex for branch in branches}, key=lambda regex: (-len(regex), regex))
        words = frozenset[str]().union(*(branch.words for branch in branches))
        return _Piece(f"(?:{'|'.join(longest_first)})", keys, words)
