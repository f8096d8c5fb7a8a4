"""What this process counts. No label says anything about anybody: every value comes from the lists here or from our own routes."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

CHANNELS = ("web", "sms", "terminal")
DIRECTIONS = ("in", "out")
TURN_OUTCOMES = ("answered", "failed", "given_up")
TEXT_OUTCOMES = ("sent", "unknown", "failed", "stopped", "too_old", "capped")
DELIVERIES = ("delivered", "undelivered", "failed", "sent")
OTHER = "other"
_TURN_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900)
_HTTP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


def one_of(known: tuple[str, ...], value: str | None) -> str:
    """`value` when it is one of the known ones, else "other": what a stranger or a provider wrote becomes no label."""
    return value if value in known else OTHER


class Metrics:
    """The counters of one front door, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = self._counter("messages", "Messages stored.", "direction", "channel")
        self.crisis = self._counter("crisis_replies", "Crisis replies said, by the bot or by us.", "channel")
        self.turns = self._counter("turns", "Tries of a turn, by how they ended.", "channel", "outcome")
        self.texts = self._counter("texts", "Tries to send a text, by what came of them.", "outcome")
        self.segments = self._counter("text_segments", "Segments of the texts that the provider took.")
        self.deliveries = self._counter("text_deliveries", "Delivery reports that said more than was known.", "status")
        self.turn_seconds = Histogram(
            "assistant_turn_seconds",
            "Seconds from a message's arrival to its stored reply.",
            ("channel",),
            registry=self.registry,
            buckets=_TURN_SECONDS,
        )
        self.http_seconds = Histogram(
            "assistant_http_seconds",
            "Seconds to answer a request; /sms is the webhook.",
            ("route", "status"),
            registry=self.registry,
            buckets=_HTTP_SECONDS,
        )

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"assistant_{name}", words, labels, registry=self.registry)

    def watch(self, name: str, words: str, figure: Callable[[], float]) -> None:
        """A gauge `assistant_<name>` that is asked when it is scraped; `figure` must be quick and stay in this process."""
        Gauge(f"assistant_{name}", words, registry=self.registry).set_function(figure)

    def turn(self, channel: str, outcome: str, seconds: float) -> None:
        """A try of a turn ended. seconds: since its oldest message arrived; only counted as time when it was answered."""
        channel = one_of(CHANNELS, channel)
        self.turns.labels(channel, one_of(TURN_OUTCOMES, outcome)).inc()
        if outcome == "answered":
            self.turn_seconds.labels(channel).observe(max(0.0, seconds))

    def requests(self) -> Middleware:
        """Times every request by the route that answered it. A path that is no route of ours is "other"."""

        @web.middleware
        async def time_it(request: web.Request, handler: Handler) -> web.StreamResponse:
            began, status = time.monotonic(), 500
            try:
                response = await handler(request)
                status = response.status
                return response
            except web.HTTPException as error:
                status = error.status
                raise
            finally:
                self.http_seconds.labels(_route(request), f"{status // 100}xx").observe(time.monotonic() - began)

        return time_it


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else OTHER
