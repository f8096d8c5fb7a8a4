"""Which of the ranked services are shown together."""

from __future__ import annotations

from collections.abc import Sequence

from service_catalogue.ranking import Covers, Fit, Ranked


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
