"""The order of services: pure rules over entries of the catalogue.

Nobody is shut out but by a plain statement: another area, or help that is not an ordinary service. Everything else
only moves a service up or down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from service_catalogue.eligibility import ADULT
from service_catalogue.local import COUNTY, NATIONAL, NEIGHBOURS, NeedCodes
from service_catalogue.snapshot import Entry

_FULL, _IN_PASSING, _LOOSE = 1.0, 0.5, 0.25  # how far a code covers a need
_STRONG, _SOME = 0.6, 0.25  # scores of the text search

Covers = tuple[tuple[str, float], ...]


class Fit(IntEnum):
    """How well a service is meant for this person; lower comes first."""

    ORDINARY = 0
    FOR_A_GROUP = 1  # a group that the person has not shown they belong to, or help in a crisis first of all
    WRONG_AGE = 2
    THROUGH_PROFESSIONAL = 3


@dataclass(frozen=True)
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
    ) -> None:
        self._areas = areas_of(district)
        self._district = district
        self._codes = codes
        self._age = age
        self._shown = shown
        self._day = today.isoformat()
        self._answers: dict[str, list[tuple[str, bool]]] = {}  # code -> the asked needs it answers, and whether loosely
        for need in needs:
            for code in codes.codes_for(need):
                self._answers.setdefault(code, []).append((need, code in codes.loose.get(need, ())))

    def allows(self, entry: Entry) -> bool:
        """Hard filters: its area, and no hand-off (First Contact Plus, coordinators, directories) and no pure crisis line."""
        return (
            not self._areas.isdisjoint(entry.areas)
            and self._codes.hand_off.isdisjoint(entry.codes)
            and not (entry.codes and self._codes.crisis.issuperset(entry.codes))
        )

    def rank(self, entry: Entry, *, text: float, open_now: bool) -> Ranked:
        """`text`: the score of the text search, 0 to 1. The order, smallest first: help without a professional's referral;
        asked for by name; meant for this person; covers more of the needs; fits their words; local before national;
        verified before unverified; an asked need is what it is there for; the district's own before the county's; open
        now; then by lot, another one every day."""
        covers, fit = self.coverage(entry), self.fit(entry)
        order = (
            fit is Fit.THROUGH_PROFESSIONAL,
            text < _STRONG,
            fit,
            -sum(weight for _, weight in covers),
            text < _SOME,
            NATIONAL in entry.areas,
            not entry.verified,
            not entry.codes or entry.codes[0] not in self._answers,
            self._district not in entry.areas,
            not open_now,
            self._lot(entry.id),
        )
        return Ranked(entry, covers, fit, order)

    def coverage(self, entry: Entry) -> Covers:
        """Fully when a code of the need is its first or second one, half when it stands further down, a quarter when the
        code answers the need only loosely."""
        covered: dict[str, float] = {}
        for position, code in enumerate(entry.codes):
            for need, loosely in self._answers.get(code, ()):
                weight = _LOOSE if loosely else _FULL if position < 2 else _IN_PASSING
                covered[need] = max(weight, covered.get(need, 0.0))
        return tuple(sorted(covered.items()))

    def fit(self, entry: Entry) -> Fit:
        """A service for two groups at once (disabled children) is meant for someone who showed both."""
        if entry.referral_route == "professional":
            return Fit.THROUGH_PROFESSIONAL
        if self._wrong_age(entry):
            return Fit.WRONG_AGE
        if not entry.groups <= self._shown or (entry.codes and entry.codes[0] in self._codes.crisis):
            return Fit.FOR_A_GROUP
        return Fit.ORDINARY

    def _wrong_age(self, entry: Entry) -> bool:
        if self._age is None:
            return entry.audience == "young"
        if entry.minimum_age is None and entry.maximum_age is None:
            return entry.audience == ("adult" if self._age < ADULT else "young")
        return not (entry.minimum_age or 0) <= self._age <= (entry.maximum_age or 200)

    def _lot(self, id: str) -> int:
        return int.from_bytes(hashlib.blake2b((self._day + id).encode(), digest_size=6).digest(), "big")


def choose(ranked: Sequence[Ranked], limit: int) -> list[Ranked]:
    """The first `limit`, so that between them they cover as many of the asked needs as can be: each next one is, of the
    services that add to what is covered, the best meant and then the one that adds most; when none adds anything, the
    first in order. Services that need a professional's referral stand last.
    """
    # Of services that cover the same needs alike, only the first in order can be the next one.
    alike: dict[tuple[Fit, Covers], list[Ranked]] = {}
    for one in sorted(ranked, key=lambda one: one.order, reverse=True):
        alike.setdefault((one.fit, one.covers), []).append(one)
    chosen: list[Ranked] = []
    covered: dict[str, float] = {}

    def rank(kind: list[Ranked]) -> tuple[bool, Fit, float, tuple[float, ...]]:
        one = kind[-1]
        adds = sum(max(0.0, weight - covered.get(need, 0.0)) for need, weight in one.covers) if chosen else 0.0
        return not adds, one.fit if adds else Fit.ORDINARY, -adds, one.order

    while alike and len(chosen) < limit:
        kind = min(alike.values(), key=rank)
        best = kind.pop()
        chosen.append(best)
        if not kind:
            del alike[best.fit, best.covers]
        for need, weight in best.covers:
            covered[need] = max(weight, covered.get(need, 0.0))
    return sorted(chosen, key=lambda one: one.fit is Fit.THROUGH_PROFESSIONAL)
