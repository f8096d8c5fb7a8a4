"""The order of services: pure rules over entries of the catalogue.

Nobody is shut out but by a plain statement: another area, an age limit, another gender only, or help that is not an
ordinary service. Everything else only moves a service up or down.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from service_catalogue.eligibility import ADULT
from service_catalogue.entry import Entry
from service_catalogue.freshness import year_before
from service_catalogue.local import COUNTY, NATIONAL, NEIGHBOURS, NeedCodes

_FULL, _IN_PASSING, _LOOSE = 1.0, 0.5, 0.25  # how far a code covers a need
_STRONG = 0.6  # score of the text search from which a service was asked for by name
_BANDS = (1.5, 3.0, 6.0, 12.0, 25.0)  # miles; nobody minds smaller differences
_BAND_UNKNOWN = 3
_STEPS = 8  # relevance to the words is compared in steps of this part of the best one
_CAPACITY = {"full": 2, "waiting": 1}

Covers = tuple[tuple[str, float], ...]
Met = Mapping[str, bool | None]


class Fit(IntEnum):
    """How well a service is meant for this person; lower comes first."""

    ORDINARY = 0
    FOR_A_GROUP = 1  # a group that the person has not shown they belong to, or help in a crisis first of all
    WRONG_AGE = 2
    THROUGH_PROFESSIONAL = 3


# What is left of a service's relevance when the search is by words alone: there the words say who it is for, too.
_LEFT = {Fit.ORDINARY: 1.0, Fit.FOR_A_GROUP: 0.95, Fit.WRONG_AGE: 0.8, Fit.THROUGH_PROFESSIONAL: 0.7}
_OWN_DISTRICT, _MISSED, _UNSURE = 1.08, 0.85, 0.97


@dataclass(slots=True)
class Facts:
    """What was found out about a service for this question. `named`: the score of the text search, 0 to 1; `relevance`:
    how far it answers the words, beside the best one, 0 to 1; `met`: the wishes, see `match.meets`; `miles`: to its
    nearest venue, None when not known."""

    named: float = 0.0
    relevance: float = 0.0
    met: Met | None = None
    miles: float | None = None
    open_now: bool = False


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
    ) -> None:
        self.areas = areas_of(district)
        self._needs = bool(needs)
        self._district = district
        self._codes = codes
        self._age = age
        self._shown = shown
        self._day = today.isoformat()
        self._fresh_from = year_before(today)
        self._answers: dict[str, list[tuple[str, bool]]] = {}  # code -> the asked needs it answers, and whether loosely
        for need in needs:
            for code in codes.codes_for(need):
                self._answers.setdefault(code, []).append((need, code in codes.loose.get(need, ())))

    def allows(self, entry: Entry) -> bool:
        """Hard filters: its area, and whether it is listed at all."""
        return not self.areas.isdisjoint(entry.areas) and listed(entry, self._codes, self._needs)

    def rank(self, entry: Entry, facts: Facts) -> Ranked:
        """The order, smallest first. Where needs were asked for: help without a professional's referral; asked for by
        name; meant for this person; covers more of the needs; misses fewer wishes; fits the words. By words alone: how
        well it fits the words, less for what it misses. Then, in both: local before national; verified before
        unverified; checked within a year; has room; an asked need is what it is there for; the district's own; nearer;
        open now; then by lot, another one every day."""
        covers, fit = self.coverage(entry), self.fit(entry)
        met = tuple(facts.met.values()) if facts.met else ()
        first: tuple[float, ...]
        if self._needs:
            first = (
                fit is Fit.THROUGH_PROFESSIONAL,
                facts.named < _STRONG,
                fit,
                -round(sum([weight for _, weight in covers]), 2),
                2 * met.count(False) + met.count(None) if met else 0,
                -round(facts.relevance * _STEPS),
            )
        else:
            own = _OWN_DISTRICT if self._district in entry.areas else 1.0
            left = facts.relevance * _LEFT[fit] * own
            first = (-round(left * _MISSED ** met.count(False) * _UNSURE ** met.count(None), 2),)
        order = (
            *first,
            NATIONAL in entry.areas,
            not entry.verified,
            entry.checked_on is None or entry.checked_on < self._fresh_from,
            _CAPACITY.get(entry.capacity, 0),
            not entry.codes or entry.codes[0] not in self._answers,
            self._district not in entry.areas,
            _BAND_UNKNOWN if facts.miles is None else bisect_left(_BANDS, facts.miles),
            not facts.open_now,
            self._lot(entry.id),
        )
        return Ranked(entry, covers, fit, order)

    def coverage(self, entry: Entry) -> Covers:
        """Fully when a code of the need is its first or second one, half when it stands further down, a quarter when the
        code answers the need only loosely; each times how sure the code is."""
        covered: dict[str, float] = {}
        for position, code in enumerate(entry.codes):
            for need, loosely in self._answers.get(code, ()):
                weight = (_LOOSE if loosely else _FULL if position < 2 else _IN_PASSING) * entry.sureness[position]
                covered[need] = max(weight, covered.get(need, 0.0))
        return tuple(sorted(covered.items())) if len(covered) > 1 else tuple(covered.items())

    def fit(self, entry: Entry) -> Fit:
        """A service for two groups at once (disabled children) is meant for someone who showed both."""
        if entry.referral_route == "professional":
            return Fit.THROUGH_PROFESSIONAL
        if self._wrong_age(entry):
            return Fit.WRONG_AGE
        if not entry.groups <= self._shown or (self._needs and entry.codes and entry.codes[0] in self._codes.crisis):
            return Fit.FOR_A_GROUP
        return Fit.ORDINARY

    def _wrong_age(self, entry: Entry) -> bool:
        if self._age is None:
            return entry.audience == "young"
        if entry.minimum_age is None and entry.maximum_age is None:
            return entry.audience == ("adult" if self._age < ADULT else "young")
        return not (entry.minimum_age or 0) <= self._age <= (entry.maximum_age or 200)

    def _lot(self, id: str) -> int:
        return zlib.crc32((self._day + id).encode())
