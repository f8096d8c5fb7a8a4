"""The order of services: pure rules over entries of the catalogue.

Nobody is shut out but by a plain statement: another area, an age limit, another gender only, or help that is not an
ordinary service. Everything else only moves a service up or down.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from service_catalogue.columns import Columns, Flags, Numbers
from service_catalogue.eligibility import ADULT
from service_catalogue.entry import Entry
from service_catalogue.freshness import year_before
from service_catalogue.local import COUNTY, NATIONAL, NEIGHBOURS, NeedCodes

_STRONG = 0.6  # score of the text search from which a service was asked for by name
_BANDS = (1.5, 3.0, 6.0, 12.0, 25.0)  # miles; nobody minds smaller differences
_BAND_UNKNOWN = 3
_STEPS = 8  # relevance to the words is compared in steps of this part of the best one

Covers = tuple[tuple[str, float], ...]
Places = npt.NDArray[np.int64]


class Fit(IntEnum):
    """How well a service is meant for this person; lower comes first."""

    ORDINARY = 0
    FOR_A_GROUP = 1  # a group that the person has not shown they belong to, or help in a crisis first of all
    WRONG_AGE = 2
    THROUGH_PROFESSIONAL = 3


# What is left of a service's relevance when the search is by words alone: there the words say who it is for, too.
_LEFT = np.array([1.0, 0.95, 0.8, 0.7])  # by Fit
_OWN_DISTRICT, _MISSED, _UNSURE = 1.08, 0.85, 0.97


@dataclass(frozen=True)
class Facts:
    """What was found out about some services for this question, a value for each. `named`: the score of the text search,
    0 to 1; `relevance`: how far it answers the words, beside the best one, 0 to 1; `missed`, `unsure`: of how many wishes
    it is known, and of how many it is not known, that or whether it misses them; `miles`: to its nearest venue, nan when
    not known; `own`: whether it serves the person's own district by name."""

    named: Numbers
    relevance: Numbers
    missed: Numbers
    unsure: Numbers
    miles: Numbers
    own: Flags


@dataclass(slots=True)
class Ranked:
    """A service, how far it covers each asked need (0 to 1; needs it does not cover left out), and its place in the order."""

    entry: Entry
    covers: Covers
    fit: Fit
    order: tuple[float, ...]


def areas_of(district: str | None) -> frozenset[str]:
    """The areas whose services a resident of `district` may use. Leicester and Rutland stand for themselves; a district
    that is not known stands for anywhere in the county."""
    if district is None:
        return frozenset((COUNTY, NATIONAL))
    return frozenset((district, NATIONAL) if district in NEIGHBOURS else (district, COUNTY, NATIONAL))


def listed(entry: Entry, codes: NeedCodes, for_need: bool) -> bool:
    """Never the doors that the assistant itself opens (First Contact Plus, coordinators); for a need, no other hand-off to
    people and no pure crisis line. Who describes a link worker or a crisis line in words is shown one."""
    if entry.name in codes.own_doors:
        return False
    if not for_need or not entry.codes:
        return True
    hand_off = entry.codes[0] in codes.hand_off and COUNTY in entry.areas
    return not hand_off and not codes.crisis.issuperset(entry.codes)


class Rules:
    """The rules for one question. `age` None stands for an adult of unknown age; `shown`: the groups that the person
    belongs to, as far as they said. Raises ValueError for an unknown need."""

    def __init__(
        self,
        needs: Sequence[str],
        district: str | None,
        codes: NeedCodes,
        *,
        age: int | None = None,
        shown: frozenset[str] = frozenset(),
        today: date,
        is_open: Callable[[str], bool],
    ) -> None:
        self.areas = areas_of(district)
        self._needs = tuple(sorted(needs))
        self._answers = frozenset(code for need in needs for code in codes.codes_for(need))
        self._district = district
        self._codes = codes
        self._age = age
        self._shown = shown
        self._day = today.isoformat()
        self._fresh_from = year_before(today).toordinal()
        self._is_open = is_open

    def allows(self, entry: Entry) -> bool:
        """Hard filters: its area, and whether it is listed at all."""
        return not self.areas.isdisjoint(entry.areas) and listed(entry, self._codes, bool(self._needs))

    def rank(
        self, entries: Sequence[Entry], columns: Columns, places: Places, facts: Facts, limit: int
    ) -> list[Ranked]:
        """The services at `places` that can be among the first `limit`, whichever of them are shown together.

        The order, smallest first. Where needs were asked for: help without a professional's referral; asked for by
        name; meant for this person; covers more of the needs; misses fewer wishes; fits the words. By words alone: how
        well it fits the words, less for what it misses. Then, in both: local before national; verified before
        unverified; checked within a year; has room; an asked need is what it is there for; the district's own; nearer;
        open now; then by lot, another one every day."""
        fit = self._fit(columns)[places]
        covers = np.zeros((len(places), len(self._needs)))
        for number, need in enumerate(self._needs):
            covers[:, number] = columns.covers(need)[places]
        other = ~facts.own
        first: tuple[npt.NDArray[Any], ...]
        if self._needs:
            first = (
                fit == Fit.THROUGH_PROFESSIONAL,
                facts.named < _STRONG,
                fit,
                -np.round(covers.sum(axis=1), 2),
                2 * facts.missed + facts.unsure,
                -np.round(facts.relevance * _STEPS),
            )
        else:
            left = facts.relevance * _LEFT[fit] * np.where(other, 1.0, _OWN_DISTRICT)
            first = (-np.round(left * _MISSED**facts.missed * _UNSURE**facts.unsure, 2),)
        keys = (
            *first,
            columns.national[places],
            columns.unverified[places],
            columns.checked[places] < self._fresh_from,
            columns.capacity[places],
            ~columns.there_for(self._answers)[places],
            other,
            np.where(np.isnan(facts.miles), _BAND_UNKNOWN, np.searchsorted(_BANDS, facts.miles)),
        )
        return [
            Ranked(
                entry := entries[places[at]],
                tuple((need, weight) for need, weight in zip(self._needs, covers[at].tolist(), strict=True) if weight),
                Fit(fit[at]),
                (level, not self._is_open(entry.opening_hours), self._lot(entry.id)),
            )
            for at, level in _front(keys, np.column_stack((fit, covers)), limit)
        ]

    def _fit(self, columns: Columns) -> npt.NDArray[np.int64]:
        """A service for two groups at once (disabled children) is meant for someone who showed both."""
        group = columns.for_others(self._shown)
        if self._needs:
            group |= columns.crisis
        if self._age is None:
            wrong_age = columns.young
        else:
            limits = (columns.youngest <= self._age) & (self._age <= columns.oldest)
            wrong_age = np.where(columns.has_ages, ~limits, columns.adult if self._age < ADULT else columns.young)
        return np.select(
            (columns.professional, wrong_age, group),
            (Fit.THROUGH_PROFESSIONAL, Fit.WRONG_AGE, Fit.FOR_A_GROUP),
            Fit.ORDINARY,
        )

    def _lot(self, id: str) -> int:
        return zlib.crc32((self._day + id).encode())


def _front(keys: Sequence[npt.NDArray[Any]], alike: Numbers, limit: int) -> list[tuple[int, int]]:
    """Of those whose row in `alike` is the same, the first `limit` by `keys` and all that stand level with the last of
    these; with the level that each stands on, 0 for the best."""
    order = np.lexsort(keys[::-1])
    steps = np.zeros(len(order), dtype=np.bool_)
    for key in keys:
        steps[1:] |= key[order[1:]] != key[order[:-1]]
    kept: dict[bytes, tuple[int, int]] = {}  # how many of a kind there are so far, and the level of the last
    front = []
    for at, level in zip(order.tolist(), np.cumsum(steps).tolist(), strict=True):
        kind = alike[at].tobytes()
        count, last = kept.get(kind, (0, -1))
        if count < limit or level == last:
            kept[kind] = (count + 1, level)
            front.append((at, level))
    return front
