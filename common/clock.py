"""The one clock. Everything that needs the time takes a `Clock`, so tests and CLOCK can move it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
OFFSET_VARIABLE = "CLOCK_OFFSET_SECONDS"  # set by the supervisor so that restarted processes agree


@dataclass
class Clock:
    """Real time plus an offset (zero unless CLOCK is set)."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        return datetime.now(timezone.utc) + self.offset

    def london(self) -> datetime:
        """The time now, aware, on the clocks of Leicestershire."""
        return self.now().astimezone(LONDON)


class FrozenClock(Clock):
    """A clock for tests: it stands still until `advance` is called."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at if at.tzinfo else at.replace(tzinfo=LONDON)

    def now(self) -> datetime:
        return self._at.astimezone(timezone.utc)

    def advance(self, by: timedelta) -> None:
        self._at = (self._at.astimezone(timezone.utc) + by).astimezone(LONDON)


def parse_clock(text: str) -> datetime:
    """An ISO time as CLOCK gives it; without a zone it is London time. Raises ValueError when it is not ISO."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=LONDON)


def clock_for(setting: str | None, env: Mapping[str, str] | None = None) -> Clock:
    """The clock of this process: the supervisor's offset if it handed one on, else CLOCK counted from now.

    Raises ValueError for a setting that is no time, and for any offset in production.
    """
    env = os.environ if env is None else env
    if env.get(OFFSET_VARIABLE):
        offset = timedelta(seconds=float(env[OFFSET_VARIABLE]))
        if offset and env.get("ENVIRONMENT", "").strip() == "production":
            raise ValueError(f"{OFFSET_VARIABLE} moves the clock, and production refuses to start with it")
        return Clock(offset)
    if setting:
        return Clock(parse_clock(setting) - datetime.now(timezone.utc))
    return Clock()
