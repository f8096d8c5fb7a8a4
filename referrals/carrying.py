"""What every way of handing a notice over has in common."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol

from referrals.notice import Notice


class Delayed(Exception):
    """Not accepted now; a later try may succeed. The message is a reason without content."""


class Unaddressed(Delayed):
    """Nobody said yet where it goes; the message says what to set. It waits for that, however long it takes."""


class Refused(Exception):
    """Refused for good: a person must look."""


class Skipped(Exception):
    """There is nowhere to send it; the message says what to set."""


class Carrier(Protocol):
    """Hands one notice over. Returns when it was accepted; else raises Delayed, Refused or Skipped."""

    async def send(self, notice: Notice) -> None: ...


class Post(Protocol):
    """Hands one finished e-mail over, whatever it is about; `name` is what a file of it is called. Raises Delayed or Refused."""

    async def hand_over(self, message: EmailMessage, name: str) -> None: ...
