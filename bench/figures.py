"""Figures from measurements: percentiles, and one table row of a round of conversations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from bench.load import Played


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank). Raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def milliseconds(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the longest, in milliseconds with one decimal, of seconds."""
    if not values:
        return {}
    found = {f"p{round(share * 100)}_ms": percentile(values, share) for share in (0.5, 0.95, 0.99)}
    return {name: round(value * 1000, 1) for name, value in (found | {"max_ms": max(values)}).items()}


def round_figures(played: Played, used: dict[str, float], memory: dict[str, float]) -> dict[str, Any]:
    """One round for the report: turns a second, percentiles, processor milliseconds a turn and memory (MB, PSS) by process."""
    turns = max(played.turns, 1)
    return {
        "turns": played.turns,
        "seconds": round(played.seconds, 2),
        "turns_a_second": round(played.turns_a_second, 1),
        **milliseconds(played.latencies),
        "searches": played.searches,
        "referrals": played.referrals,
        "failures": len(played.failures),
        "first_failures": sorted(set(played.failures))[:3],
        "cpu_ms_a_turn": {name: round(seconds * 1000 / turns, 2) for name, seconds in used.items()},
        "memory_mb": memory,
    }
