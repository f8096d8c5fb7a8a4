"""What the front door needs of a company that carries text messages. Twilio is the first; others fit the same interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from multidict import MultiMapping


class NotOurs(Exception):
    """The request is not from the provider, or not for us: missing or wrong signature, foreign account or number."""


@dataclass(frozen=True)
class ReceivedText:
    """An inbound text, before it is screened and sorted. `sender` is as the provider wrote it."""

    provider_id: str
    sender: str
    body: str
    opt_out_type: str
    pictures: int


@dataclass(frozen=True)
class StatusReport:
    """How far a text got. `rank` orders statuses (higher is later or more final); unknown ones rank lowest."""

    provider_id: str
    status: str
    rank: int
    error_code: str | None
    error_class: str | None


@dataclass(frozen=True)
class Sent:
    """What came of a send.

    sent: taken, with its id. unknown: it may have been taken. wait: not taken, try again after `retry_after` seconds if
    given. opted_out: this number has stopped texts. failed: it will never be taken.
    """

    outcome: Literal["sent", "unknown", "wait", "opted_out", "failed"]
    provider_id: str | None = None
    error: str | None = None
    retry_after: float | None = None


class SmsProvider(Protocol):
    """One provider. `verify` raises NotOurs; no other method raises for what a stranger or a sick provider sends."""

    def verify(self, path_and_query: str, headers: Mapping[str, str], form: MultiMapping[str]) -> None:
        """Check that a webhook request is genuine and meant for us."""
        ...

    def inbound(self, form: MultiMapping[str]) -> ReceivedText | None:
        """The text in an inbound request, or None when it holds none."""
        ...

    def status(self, form: MultiMapping[str]) -> StatusReport | None:
        """The report in a status callback, or None when it holds none."""
        ...

    async def send(self, to: str, body: str) -> Sent:
        """Send one text. Not repeated inside: sending twice is worse than asking later."""
        ...

    async def find_sent(self, to: str, body: str, since: datetime) -> list[str] | None:
        """Ids of texts that we sent to `to` since then with exactly this body, oldest first; None when it cannot be said."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
