"""Residents who follow a script: what they say next depends only on what they were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PEOPLE = Path(__file__).with_name("people.yml")


@dataclass(frozen=True)
class Heard:
    """The replies to one message: their texts joined, the choices now open (label, value), and whether services were shown."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    services: bool = False


@dataclass(frozen=True)
class Said:
    """One message: typed text, or the value of a choice with its label as text."""

    text: str
    choice: str | None = None


@dataclass(frozen=True)
class Script:
    """See people.yml."""

    first: str
    asides: Mapping[int, str]
    answers: Mapping[str, Sequence[str]]
    typed: Mapping[str, str]
    after: Sequence[str]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Script:
        return cls(given["first"], given["asides"], given["answers"], given["typed"], given["after"])

    def everything_typed(self) -> set[str]:
        """Every text that somebody with this script may type."""
        return {self.first, *self.asides.values(), *self.typed.values(), *self.after}


@dataclass(frozen=True)
class Cast:
    """Everybody in people.yml."""

    people: tuple[Script, ...]
    circle: Script
    danger: str

    def everything_typed(self) -> list[str]:
        return sorted(set[str]().union(*(script.everything_typed() for script in (*self.people, self.circle))))


def load_cast(path: Path = PEOPLE) -> Cast:
    """The residents. Raises KeyError or yaml.YAMLError for a file that is not of that form."""
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Cast(tuple(map(Script.of, given["people"])), Script.of(given["circle"]), given["danger"])


@dataclass
class Person:
    """One resident. `next(heard)` gives the next message; `heard` is None before the first."""

    script: Script
    said: int = 0
    _taken: set[str] = field(default_factory=set)
    _after: int = 0

    def next(self, heard: Heard | None) -> Said:
        self.said += 1
        if heard is None:
            return Said(self.script.first)
        if aside := self.script.asides.get(self.said):
            return Said(aside)
        if heard.choices:
            return self._choose(heard.choices)
        for question, answer in self.script.typed.items():
            if question in heard.text.lower():
                return Said(answer)
        self._after += 1
        return Said(self.script.after[(self._after - 1) % len(self.script.after)])

    def start_again(self) -> None:
        """From here on as if nothing had been said yet."""
        self.said, self._after = 0, 0
        self._taken.clear()

    def _choose(self, choices: Sequence[tuple[str, str]]) -> Said:
        slot = choices[0][1].partition("=")[0]
        for wanted in self.script.answers.get(slot, ()):
            for label, value in choices:
                # What follows a colon is of this one question: which receiver a yes is for.
                if value.partition(":")[0] != f"{slot}={wanted}" or value in self._taken:
                    continue
                # A list of several is worked through; a single answer stays right however often it is asked.
                if len(self.script.answers[slot]) > 1:
                    self._taken.add(value)
                return Said(label, value)
        label, value = choices[-1]
        return Said(label, value)
