"""Cuts JSON text into records without parsing it: an array, an envelope around one, lines of JSON, or one record.

The text comes in pieces and only the record under way is kept, so memory does not grow with the feed. A record that is
broken or nested too deeply is handed out as such; the ones after it are still found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from service_catalogue.feeds.limits import FeedError, Limits

LIST_KEYS = ("contents", "content", "services", "items", "results", "data")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_MARK = re.compile(rf'(?P<string>{_STRING})|(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<torn>")', re.DOTALL)
_WHOLE_STRING = re.compile(_STRING, re.DOTALL)
_SPACE = re.compile(r"[\s\ufeff\x00\x1e]*")
_BARE = re.compile(r"[^\s,\]}]*")
_STEP = 64 * 1024


@dataclass
class Slice:
    """The text of one record as it was published. `problem`: "" or "too_deep", "too_long", "cut_off"."""

    text: str
    problem: str = ""


@dataclass
class Cutter:
    """Iterate over it for the slices. Afterwards `envelope` holds the JSON text of the fields around the list, and
    `cut_off` says that the text ended in the middle."""

    pieces: Iterable[str]
    limits: Limits
    envelope: dict[str, str] = field(default_factory=dict)
    cut_off: bool = False
    is_list: bool = False
    _text: str = ""
    _at: int = 0
    _more: Iterator[str] = field(default_factory=lambda: iter(()))

    def __iter__(self) -> Iterator[Slice]:
        self._more = iter(self.pieces)
        start = self._peek()
        if start == "":
            raise FeedError("the feed is empty")
        if start not in "[{":
            raise FeedError("the feed is a web page, not JSON" if start == "<" else "the feed is not JSON")
        lines = self._looks_like_lines()
        while start := self._peek():
            if lines:
                yield self._measured(self._line())
            elif start == "[":
                self._at += 1
                self.is_list = True
                yield from self._array()
            elif start == "{":
                yield from self._object()
            else:  # something stray behind the end: the next line may be good again
                yield Slice(self._line())

    def _array(self) -> Iterator[Slice]:
        while True:
            start = self._peek()
            if start == "":
                self.cut_off = True
                return
            if start == "]":
                self._at += 1
                return
            if start in ",}:":
                self._at += 1
                continue
            yield self._value()

    def _object(self) -> Iterator[Slice]:
        """An envelope when one of its fields is a list of records, else a record itself."""
        self._at += 1
        members: dict[str, str] = {}
        problem, found_list = "", False
        while True:
            start = self._peek()
            if start == "":
                self.cut_off, problem = True, problem or "cut_off"
                break
            if start == "}":
                self._at += 1
                break
            if start in ",:]":
                self._at += 1
                continue
            key = self._value().text
            if self._peek() != ":":
                problem = problem or "cut_off"
                continue
            self._at += 1
            value_start = self._peek()
            if key.strip('"') in LIST_KEYS and value_start == "[" and "id" not in members and '"id"' not in members:
                self._at += 1
                found_list = self.is_list = True
                yield from self._array()
                continue
            if value_start == "":
                continue
            value = self._value()
            problem = problem or value.problem
            members[key] = value.text
            if sum(map(len, members.values())) > self.limits.record_chars:
                raise FeedError("the feed holds one object that is too long to be a service")
        if found_list:
            self.envelope.update({key.strip('"'): text for key, text in members.items()})
        else:
            yield Slice("{" + ",".join(f"{key}:{text}" for key, text in members.items()) + "}", problem)

    def _value(self) -> Slice:
        """The value that begins here, and steps past it."""
        step = _STEP
        while True:
            end, deep = self._end_of_value()
            if end is not None:
                text = self._text[self._at : end]
                self._at = end
                return Slice(text, "too_deep" if deep else "")
            if len(self._text) - self._at > self.limits.record_chars:
                if deep:
                    raise FeedError(f"the feed is nested more than {self.limits.depth} levels deep")
                raise FeedError("a record of the feed is too long, or a quotation mark is missing in it")
            if not self._read(step):
                text, self._at = self._text[self._at :], len(self._text)
                self.cut_off = True
                return Slice(text, "too_deep" if deep else "cut_off")
            step *= 2

    def _end_of_value(self) -> tuple[int | None, bool]:
        start = self._text[self._at]
        if start == '"':
            whole = _WHOLE_STRING.match(self._text, self._at)
            return (whole.end() if whole else None), False
        if start not in "[{":
            bare = _BARE.match(self._text, self._at)
            end = bare.end() if bare else self._at
            return (max(end, self._at + 1) if end < len(self._text) else None), False
        depth, deepest = 0, 0
        for mark in _MARK.finditer(self._text, self._at):
            kind = mark.lastgroup
            if kind == "open":
                depth += 1
                deepest = max(deepest, depth)
            elif kind == "close":
                depth -= 1
                if depth == 0:
                    return mark.end(), deepest > self.limits.depth
            elif kind == "torn":
                break
        return None, deepest > self.limits.depth

    def _looks_like_lines(self) -> bool:
        """One record a line: the first line ends like a whole object and the second one begins like one."""
        if len(self._text) < _STEP:
            self._read(_STEP)
        first, _, rest = self._text[self._at :].partition("\n")
        lines = first.startswith("{") and not first.rstrip().endswith(("[", "{", ",", ":")) and rest.lstrip()[:1] == "{"
        self.is_list = lines
        return lines

    def _measured(self, text: str) -> Slice:
        depth = deepest = 0
        for mark in _MARK.finditer(text):
            depth += {"open": 1, "close": -1}.get(mark.lastgroup or "", 0)
            deepest = max(deepest, depth)
        return Slice(text, "too_deep" if deepest > self.limits.depth else "")

    def _line(self) -> str:
        while (end := self._text.find("\n", self._at)) < 0 and self._read(_STEP):
            if len(self._text) - self._at > self.limits.record_chars:
                raise FeedError("the feed is not JSON")
        end = len(self._text) if end < 0 else end
        text, self._at = self._text[self._at : end], end
        return text

    def _peek(self) -> str:
        """The next character that is no space, or "" at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read(_STEP):
                return ""

    def _read(self, at_least: int) -> bool:
        """Take in more text and drop what is done with. False at the end of the feed."""
        got: list[str] = []
        while sum(map(len, got)) < at_least:
            piece = next(self._more, None)
            if piece is None:
                break
            got.append(piece)
        self._text, self._at = self._text[self._at :] + "".join(got), 0
        return any(got)
