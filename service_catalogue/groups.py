"""Which services are for one group of people, and which groups a person has shown they belong to (catalogue_groups.yml)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from service_catalogue.local import Group
from service_catalogue.text import tokens


def groups_of(name: str, eligibility: str, codes: Sequence[str], groups: Iterable[Group]) -> frozenset[str]:
    """The groups that a service is for, by its main need code, its "who it is for" and its name; none for most."""
    name, who = name.casefold(), eligibility.casefold()
    return frozenset(
        group.name
        for group in groups
        if (codes and codes[0] in group.first_code)
        or any(_begins(who, phrase) for phrase in group.eligibility)
        or any(word in name for word in group.named)
    )


def groups_shown(needs: Iterable[str], words: str, groups: Iterable[Group]) -> frozenset[str]:
    """The groups that a person's needs and words show them to belong to, or to care for. Nothing is guessed beyond that."""
    said = _as_said(words)
    asked = frozenset(needs)
    return frozenset(
        group.name for group in groups if group.needs & asked or any(_as_said(word) in said for word in group.words)
    )


@lru_cache(maxsize=1024)
def _as_said(word: str) -> str:
    return f" {' '.join(tokens(word))} "


def _begins(text: str, phrase: str) -> bool:
    return text.startswith(phrase) and (not phrase[-1].isalpha() or not text[len(phrase) : len(phrase) + 1].isalpha())
