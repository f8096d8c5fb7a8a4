"""Which services of a catalogue each topic of the thesaurus means, and so how well services answer a resident's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from service_catalogue.entry import Entry
from service_catalogue.text import stem as stem_of
from service_catalogue.text import tokens
from service_catalogue.thesaurus import Thesaurus
from service_catalogue.topics import Scores

_BY_PLACE = (1.0, 0.8)  # what a code counts as a service's first or second one; further down _LATER
_LATER = 0.6
_SHARP, _FULL = (
    6.0,
    4.5,
)  # sharp: the best topic decides, near ones add a little; full: half a link is far less than half
_SMALL = 0.45  # topics with less than this part of the best one are left out

Part = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


class Links:
    """Made once for each reading of the catalogue; `known`: the need codes there are."""

    def __init__(self, entries: Sequence[Entry], thesaurus: Thesaurus, known: frozenset[str]) -> None:
        self._size = len(entries)
        self._codes: dict[str, dict[int, float]] = {}
        self._words: dict[str, set[int]] = {}
        for place, entry in enumerate(entries):
            for position, code in enumerate(entry.codes):
                weight = _BY_PLACE[position] if position < len(_BY_PLACE) else _LATER
                self._codes.setdefault(code, {}).setdefault(place, weight)
            text = f"{entry.name} {entry.organisation} {entry.summary} {entry.eligibility}"
            for word in {stem_of(word) for word in tokens(text)}:
                self._words.setdefault(word, set()).add(place)
        self._parts = [self._part(topic.finds, known) for topic in thesaurus.topics]

    def relevance(self, topics: Scores) -> npt.NDArray[np.float64]:
        """For each service (in the order of `entries`) 0 to about 2: how far it answers topics with these scores."""
        found = np.zeros(self._size)
        best = topics.max(initial=0.0)
        for number in np.flatnonzero(topics > best * _SMALL) if best else ():
            places, links = self._parts[number]
            found[places] += topics[number] ** _SHARP * links
        relevance: npt.NDArray[np.float64] = found ** (1 / _SHARP)
        return relevance

    def _part(self, finds: Sequence[Sequence[str]], known: frozenset[str]) -> Part:
        met: dict[int, float] = {}
        for alternatives in finds:
            best: dict[int, float] = {}
            for one in alternatives:
                for place, weight in self._meeting(one, known).items():
                    best[place] = max(weight, best.get(place, 0.0))
            for place, weight in best.items():
                met[place] = met.get(place, 0.0) + weight / len(finds)
        places = np.fromiter(met, dtype=np.int64, count=len(met))
        return places, np.fromiter(met.values(), dtype=np.float64, count=len(met)) ** _FULL

    def _meeting(self, one: str, known: frozenset[str]) -> Mapping[int, float]:
        if one in known:
            return self._codes.get(one, {})
        groups = [self._words.get(stem_of(word), set()) for word in tokens(one)]
        return dict.fromkeys(set.intersection(*groups), 1.0) if groups else {}
