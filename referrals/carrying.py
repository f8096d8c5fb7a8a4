"""What every way of handing a notice over has in common."""

from __future__ import annotations

from typing import Protocol

from referrals.notice import Notice


class Delayed(Exception):
    """Not accepted now; a later try may succeed. The message is a reason without content."""


class Refused(Exception):
    """Refused for good: a person must look."""


class Skipped(Exception):
    """There is nowhere to send it; the message says what to set."""


class Carrier(Protocol):
    """Hands one notice over. Returns when it was accepted; else raises Delayed, Refused or Skipped."""

    async def send(self, notice: Notice) -> None: ...
