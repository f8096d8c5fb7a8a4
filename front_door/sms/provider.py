"""What the front door needs of a company that carries text messages: Twilio (`twilio.py`) and GOV.UK Notify (`notify.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


class NotOurs(Exception):
    """The request is not from the provider, or not for us: missing or wrong proof, foreign account or number."""


@dataclass(frozen=True)
class ReceivedText:
    """An inbound text, before it is screened and sorted.

    sender: with its country code and a plus where it is a phone number, else a short code or a name as it came.
    opt_out_type: the keyword that the provider acted on itself ("" for none, or when it leaves all words to us).
    pictures: how many were attached. received_at: when the provider took it, where it says so.
    """

    provider_id: str
    sender: str
    body: str
    opt_out_type: str = ""
    pictures: int = 0
    received_at: datetime | None = None


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
    """One provider. `verify` raises NotOurs; no other method raises for what a stranger or a sick provider sends.

    fields: what a webhook brought, from a form or from a JSON object; an absent value is missing or "".
    """

    def verify(self, path_and_query: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> None:
        """Check that a webhook request is genuine and meant for us."""
        ...

    def inbound(self, fields: Mapping[str, str]) -> ReceivedText | None:
        """The text in an inbound request, or None when it holds none."""
        ...

    def status(self, fields: Mapping[str, str]) -> StatusReport | None:
        """The report in a status callback, or None when it holds none."""
        ...

    def carries(self, body: str) -> bool:
        """False for words that would not arrive as they are: too long, or letters that the provider swaps."""
        ...

    async def send(self, to: str, body: str, reference: str) -> Sent:
        """Send one text. `reference` is our own id of it. Not repeated inside: sending twice is worse than asking later."""
        ...

    async def find_sent(self, to: str, body: str, reference: str, since: datetime) -> list[str] | None:
        """Ids of texts that may be this one, sent since then, oldest first; None when it cannot be said."""
        ...

    async def received_since(self, since: datetime) -> list[ReceivedText] | None:
        """Every text to our number since then, oldest first; None when the list could not be read whole."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
