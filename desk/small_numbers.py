"""Small numbers are hidden so that nobody can work them out (counts.yml).

What is published depends on nothing that is hidden: every number of 1 to `smallest` - 1 gives the same output, and where a part is
that small, no part is given at all, only their sum. Totals add up what is shown. So there is nothing to subtract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from common.local_data import LocalDataError, read_yaml

FILE = "counts.yml"


@dataclass(frozen=True)
class CountRules:
    """smallest: the smallest number above 0 that is shown. weeks_shown: how many weeks the page holds."""

    smallest: int
    weeks_shown: int

    @classmethod
    def load(cls, data_dir: Path) -> CountRules:
        """Raises LocalDataError naming file and key for what is missing or makes no sense."""
        path = data_dir / FILE
        raw = read_yaml(path)
        found = {}
        for key, least, most in (("smallest", 2, 100), ("weeks_shown", 1, 53)):
            value = raw.get(key)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise LocalDataError(f"{path}: {key} must be a whole number from {least} to {most}, not {value!r}")
            found[key] = value
        return cls(**found)


@dataclass(frozen=True)
class Shown:
    """What may be seen of one number. total: None when it is too small. parts: None when they may not be seen."""

    total: int | None
    parts: Mapping[str, int] | None

    @property
    def nothing(self) -> bool:
        return self.total == 0


def shown(parts: Mapping[str, int], smallest: int, settled: bool = True) -> Shown:
    """What may be seen of a number that is the sum of these parts. settled: False while parts still change into each other."""
    total = sum(parts.values())
    if 0 < total < smallest:
        return Shown(None, None)
    small = any(0 < part < smallest for part in parts.values())
    return Shown(total, None if small or not settled else {name: part for name, part in parts.items() if part})


def sum_of_shown(several: Iterable[Shown]) -> int:
    """The sum of the numbers that are seen; those that are not are left out of it."""
    return sum(one.total or 0 for one in several)
