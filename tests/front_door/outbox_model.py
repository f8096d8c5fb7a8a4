"""A company that carries texts, and senders that stand still wherever a test wants: what `test_outbox_machine.py` plays with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import OperationalError

from common.clock import Clock
from common.database import Database
from front_door.sms.provider import Sent
from front_door.sms.sending import Outgoing
from tests.front_door import machines


class Pause:
    """Awaited, it hands itself to whoever drives the coroutine, and returns what that one sends in."""

    def __await__(self) -> Generator[Pause, Any, Any]:
        return (yield self)


@dataclass(eq=False)
class Transaction(Pause):
    """A sender is about to use the database."""


@dataclass(eq=False)
class LookUp(Pause):
    to: str
    body: str
    reference: str
    since: datetime


@dataclass(eq=False)
class Request(Pause):
    """A text handed to the company. `answer`: what is on its way back (an exception: the connection broke)."""

    to: str
    body: str
    reference: str
    at: datetime
    answer: Sent | Exception | None = None


@dataclass(frozen=True)
class Taken:
    """A text that the company took, and will deliver."""

    id: str
    request: Request
    at: datetime


@dataclass
class Company:
    """An SmsProvider. by_reference: it finds texts by our own id of them (GOV.UK Notify), else by their words (Twilio)."""

    clock: Clock
    by_reference: bool = False
    taken: list[Taken] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def carries(self, body: str) -> bool:
        return True

    async def send(self, to: str, body: str, reference: str) -> Sent:
        request = Request(to, body, reference, self.clock.now())
        self.requests.append(request)
        answer = await request
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Sent)
        return answer

    async def find_sent(self, to: str, body: str, reference: str, since: datetime) -> list[str] | None:
        found: list[str] | None = await LookUp(to, body, reference, since)
        return found

    def listed(self, wanted: LookUp) -> list[str]:
        """The truth: what it took that may be this text."""
        since = wanted.since - timedelta(seconds=60)
        return [
            one.id
            for one in self.taken
            if one.request.reference == wanted.reference
            or (
                not self.by_reference
                and (one.request.to, one.request.body) == (wanted.to, wanted.body)
                and one.at >= since
            )
        ]

    def decide(self, request: Request, how: str) -> None:
        """What becomes of a request, and what is said of it."""
        if how.startswith("taken"):
            self.taken.append(Taken(f"SM{len(self.taken) + 1}", request, self.clock.now()))
        answers: dict[str, Callable[[], Sent | Exception]] = {
            "taken": lambda: Sent("sent", self.taken[-1].id),
            "taken, then 500": lambda: Sent("unknown", error="20500"),
            "taken, then broken": lambda: RuntimeError("broken"),
            "500": lambda: Sent("unknown", error="20500"),
            "no answer": lambda: Sent("unknown", error="TimeoutError"),
            "429": lambda: Sent("wait", error="20429"),
            "429 for a while": lambda: Sent("wait", error="20429", retry_after=600.0),
            "wrong number": lambda: Sent("failed", error="21211"),
            "opted out": lambda: Sent("opted_out", error="21610"),
        }
        request.answer = answers[how]()

    async def close(self) -> None:
        """Nothing to let go."""


class Stepped(Database):
    """A database whose every use waits until the test lets it happen, or fail."""

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if await Transaction():
            raise OperationalError("the database", {}, Exception("locked"))
        return machines.run(self, function, *args, **kwargs)

    read = run


@dataclass(eq=False)
class Sending:
    """One text on its way through one sender, standing at `at`."""

    sender: str
    text: Outgoing
    steps: Coroutine[Any, Any, None]
    at: Pause | None = None

    def go_on(self, value: Any = None) -> bool:
        """To the next place where it waits for somebody; False when it is through."""
        try:
            self.at = self.steps.send(value)
        except StopIteration:
            return False
        return True
