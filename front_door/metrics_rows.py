"""Counts what transactions stored, once they are committed: whoever writes a message or a text need not know of metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, sessionmaker

from front_door.metrics import CHANNELS, DELIVERIES, DIRECTIONS, TEXT_OUTCOMES, Metrics, one_of
from front_door.model import DeliveryStatus, Message, OutboxText
from front_door.sms.budget import LIMITS

_PENDING = "metrics"  # in session.info: what to count when the transaction is committed
_CLOSED = {
    "texts stopped": "stopped",
    "too old": "too_old",
    "outcome unknown": "too_old",
    **dict.fromkeys(LIMITS, "capped"),
}


def count_rows(sessions: sessionmaker[Session], metrics: Metrics) -> Callable[[], None]:
    """Count what sessions of this maker commit. Returns a function that ends it."""

    def flushed(session: Session, _context: Any) -> None:
        counts = session.info.setdefault(_PENDING, [])
        for row in session.new:
            counts.extend(_of_new(row, metrics))
        for row in (*session.new, *session.dirty):
            counts.extend(_of_changed(row, metrics))

    def committed(session: Session) -> None:
        for count in session.info.pop(_PENDING, []):
            count()

    def rolled_back(session: Session) -> None:
        session.info.pop(_PENDING, None)

    listeners = (("after_flush", flushed), ("after_commit", committed), ("after_rollback", rolled_back))
    for name, function in listeners:
        event.listen(sessions, name, function)

    def end() -> None:
        for name, function in listeners:
            event.remove(sessions, name, function)

    return end


def _of_new(row: object, metrics: Metrics) -> list[Callable[[], None]]:
    if not isinstance(row, Message):
        return []
    channel = one_of(CHANNELS, row.channel)
    counts: list[Callable[[], None]] = [metrics.messages.labels(one_of(DIRECTIONS, row.direction), channel).inc]
    if row.direction == "out" and row.kind == "crisis":
        counts.append(metrics.crisis.labels(channel).inc)
    return counts


def _of_changed(row: object, metrics: Metrics) -> list[Callable[[], None]]:
    if isinstance(row, OutboxText) and _became(row, "state") in ("sent", "unknown", "failed"):
        outcome = _CLOSED.get(row.error or "", row.state) if row.state == "failed" else row.state
        counts: list[Callable[[], None]] = [metrics.texts.labels(one_of(TEXT_OUTCOMES, outcome)).inc]
        if row.state == "sent":
            segments = row.segments
            counts.append(lambda: metrics.segments.inc(segments))
        return counts
    if isinstance(row, DeliveryStatus) and (status := _became(row, "status")):
        return [metrics.deliveries.labels(one_of(DELIVERIES, status.lower())).inc]
    return []


def _became(row: object, name: str) -> str | None:
    """The new value of a column that this flush wrote; None when it did not change."""
    history = inspect(row).attrs[name].history
    return history.added[0] if history.added else None
