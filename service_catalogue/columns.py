"""What the order of services rests on, as columns over a whole catalogue: thousands one by one would take too long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from service_catalogue.entry import Entry
from service_catalogue.local import NATIONAL, NeedCodes

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

_FULL, _IN_PASSING, _LOOSE = 1.0, 0.5, 0.25  # how far a code covers a need
_CAPACITY = {"full": 2, "waiting": 1}
NO_AGE_LIMIT = 200
_NOWHERE = np.zeros(0, dtype=np.int64)


class Columns:
    """Each column has one value for each of `entries`, in their order."""

    def __init__(self, entries: Sequence[Entry], codes: NeedCodes) -> None:
        self._codes = codes
        self._size = len(entries)

        def flags(holds: Callable[[Entry], bool]) -> Flags:
            return np.fromiter((holds(entry) for entry in entries), dtype=np.bool_, count=len(entries))

        def numbers(value: Callable[[Entry], int]) -> npt.NDArray[np.int64]:
            return np.fromiter((value(entry) for entry in entries), dtype=np.int64, count=len(entries))

        self.national = flags(lambda entry: NATIONAL in entry.areas)
        self.unverified = flags(lambda entry: not entry.verified)
        self.professional = flags(lambda entry: entry.referral_route == "professional")
        self.young = flags(lambda entry: entry.audience == "young")
        self.adult = flags(lambda entry: entry.audience == "adult")
        self.crisis = flags(lambda entry: bool(entry.codes) and entry.codes[0] in codes.crisis)
        self.has_ages = flags(lambda entry: entry.minimum_age is not None or entry.maximum_age is not None)
        self.youngest = numbers(lambda entry: entry.minimum_age or 0)
        self.oldest = numbers(lambda entry: entry.maximum_age or NO_AGE_LIMIT)
        self.capacity = numbers(lambda entry: _CAPACITY.get(entry.capacity, 0))  # room first, then a wait, then full
        self.checked = numbers(lambda entry: entry.checked_on.toordinal() if entry.checked_on else 0)  # days
        self._groups = list({entry.groups for entry in entries})
        number_of = {groups: number for number, groups in enumerate(self._groups)}
        self._group = numbers(lambda entry: number_of[entry.groups])
        self._main: dict[str, list[int]] = {}
        self._stands: dict[str, list[tuple[int, int, float]]] = {}  # code -> service, position, how sure
        for place, entry in enumerate(entries):
            if entry.codes:
                self._main.setdefault(entry.codes[0], []).append(place)
            for position, (code, sure) in enumerate(zip(entry.codes, entry.sureness, strict=True)):
                self._stands.setdefault(code, []).append((place, position, sure))
        self._carrying = {
            code: np.array([place for place, _, _ in stands], dtype=np.int64) for code, stands in self._stands.items()
        }
        self._covers: dict[str, Numbers] = {}

    def covers(self, need: str) -> Numbers:
        """How far each service covers a need, 0 to 1: fully when a code of the need is its first or second one, half when
        it stands further down, a quarter when the code answers the need only loosely; each times how sure the code is."""
        if need not in self._covers:
            found = np.zeros(self._size)
            for code in self._codes.codes_for(need):
                loosely = code in self._codes.loose.get(need, ())
                for place, position, sure in self._stands.get(code, ()):
                    weight = (_LOOSE if loosely else _FULL if position < 2 else _IN_PASSING) * sure
                    found[place] = max(weight, found[place])
            self._covers[need] = found
        return self._covers[need]

    def answering(self, codes: Iterable[str]) -> Flags:
        """Whether the service carries one of these codes."""
        found = np.zeros(self._size, dtype=np.bool_)
        for code in codes:
            found[self._carrying.get(code, _NOWHERE)] = True
        return found

    def there_for(self, codes: Iterable[str]) -> Flags:
        """Whether one of these codes is what the service is there for first of all."""
        found = np.zeros(self._size, dtype=np.bool_)
        for code in codes:
            found[self._main.get(code, [])] = True
        return found

    def for_others(self, shown: frozenset[str]) -> Flags:
        """Whether it is for a group of people that is not among `shown`; for two groups at once, both must be."""
        return np.array([not groups <= shown for groups in self._groups], dtype=np.bool_)[self._group]
