"""Stops asking a bot that does not answer, and finds out when it does again."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row; while open, one call is let through every `pause` seconds as a trial."""

    def __init__(self, failures: int, pause: float, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._pause = pause
        self._now = now
        self._failures = 0
        self._next_trial = 0.0
        self._last_success: float | None = None

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit

    @property
    def troubled(self) -> bool:
        """True when the newest call that ended failed."""
        return self._failures > 0

    @property
    def trial_due(self) -> bool:
        return self.is_open and self.seconds_to_trial() == 0

    def allow(self) -> bool:
        """Whether a call may be made now; asking while open takes the trial."""
        if not self.is_open:
            return True
        if self._now() < self._next_trial:
            return False
        self._next_trial = self._now() + self._pause
        return True

    def seconds_to_trial(self) -> float:
        return max(0.0, self._next_trial - self._now()) if self.is_open else 0.0

    def succeeded(self) -> None:
        self._failures = 0
        self._last_success = self._now()

    def failed(self) -> None:
        self._failures += 1
        if self.is_open:
            self._next_trial = self._now() + self._pause

    def succeeded_within(self, seconds: float) -> bool:
        return self._last_success is not None and self._now() - self._last_success <= seconds
