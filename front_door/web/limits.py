"""How much one address may do in a minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable


class PerMinute:
    """`take(key)` is False when `limit` were taken for this key within the last 60 seconds. Kept in memory only."""

    def __init__(self, limit: int, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._now = now
        self._taken: dict[str, deque[float]] = {}

    def take(self, key: str) -> bool:
        taken = self._recent(key)
        if len(taken) >= self._limit:
            return False
        taken.append(self._now())
        return True

    def has_room(self, key: str) -> bool:
        return len(self._recent(key)) < self._limit

    def _recent(self, key: str) -> deque[float]:
        if len(self._taken) > 10_000:
            self._forget()
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= self._now() - 60:
            taken.popleft()
        return taken

    def _forget(self) -> None:
        start = self._now() - 60
        self._taken = {key: times for key, times in self._taken.items() if times and times[-1] > start}
