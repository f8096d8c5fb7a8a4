"""Figures that only the database knows: what waits, since when, and what is overdue. Asked when they are scraped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from front_door.model import WAITING, Message, OutboxText
from front_door.sms.sending import UNFINISHED
from referrals import model as referrals

logger = logging.getLogger(__name__)
OUTBOX_STATES = (*UNFINISHED, "failed")
_NOTICES = (referrals.WAITING, referrals.SENDING)


@dataclass(frozen=True)
class Figures:
    """Counts, and ages in seconds (0 when nothing waits)."""

    queue: int = 0
    queue_age: float = 0.0
    outbox: dict[str, int] = field(default_factory=dict)
    outbox_age: float = 0.0
    referrals_open: int = 0
    referrals_overdue: int = 0
    notices_waiting: int = 0


def read_figures(session: Session, now: datetime) -> Figures:
    """One look at the database."""
    waiting = session.execute(
        select(func.count(), func.min(Message.created_at)).where(Message.direction == "in", Message.state.in_(WAITING))
    ).one()
    states = session.execute(
        select(OutboxText.state, func.count(), func.min(OutboxText.created_at))
        .where(OutboxText.state.in_(OUTBOX_STATES))
        .group_by(OutboxText.state)
    ).all()
    unsent = [oldest for state, _, oldest in states if state in UNFINISHED]
    still_open = referrals.Referral.state.in_(referrals.OPEN)
    overdue = (still_open, referrals.Referral.due_at < now)
    return Figures(
        queue=waiting[0],
        queue_age=_age(waiting[1], now),
        outbox={state: count for state, count, _ in states},
        outbox_age=max((_age(oldest, now) for oldest in unsent), default=0.0),
        referrals_open=_count(session, referrals.Referral, still_open),
        referrals_overdue=_count(session, referrals.Referral, *overdue),
        notices_waiting=_count(session, referrals.Delivery, referrals.Delivery.state.in_(_NOTICES)),
    )


def _count(session: Session, table: type, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


class DatabaseFigures(Collector):
    """`refresh()` reads the figures with a thread of its own and a time limit; `collect()` tells the newest ones.

    A database that does not answer keeps one thread and one connection waiting at most, whatever the number of scrapes, and never
    one of those that chat uses. While it does not answer only `assistant_database_up 0` is told: an old figure would be a lie.
    """

    def __init__(self, db: Database, clock: Clock, seconds: float = 1.0) -> None:
        self._db = db
        self._clock = clock
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, "metrics")
        self._asking: asyncio.Future[Figures] | None = None
        self._figures: Figures | None = None

    async def refresh(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().run_in_executor(self._thread, self._read)
            self._asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(self._seconds):
                self._figures = await asyncio.shield(self._asking)
        except (SQLAlchemyError, TimeoutError) as error:
            logger.warning("metrics: database: %s", type(error).__name__)
            self._figures = None

    def _read(self) -> Figures:
        with self._db.reading() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text(f"SET LOCAL statement_timeout = {int(self._seconds * 1000)}"))
            return read_figures(session, self._clock.now())

    def collect(self) -> Iterable[Metric]:
        found = self._figures
        yield _gauge("database_up", "1 when the figures of the database could be read.", float(found is not None))
        if found is None:
            return
        yield _gauge("queue_messages", "Residents' messages that wait for an answer.", found.queue)
        yield _gauge("queue_oldest_seconds", "How long the oldest of them has waited.", found.queue_age)
        outbox = GaugeMetricFamily("assistant_outbox_texts", "Texts that are not sent, by state.", labels=("state",))
        for state in OUTBOX_STATES:
            outbox.add_metric((state,), found.outbox.get(state, 0))
        yield outbox
        yield _gauge("outbox_oldest_seconds", "How long the oldest unsent text has waited.", found.outbox_age)
        yield _gauge("referrals_open", "Referrals that are not done.", found.referrals_open)
        yield _gauge("referrals_overdue", "Open referrals past their due time.", found.referrals_overdue)
        yield _gauge("notices_waiting", "E-mail notices to the team not yet handed over.", found.notices_waiting)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"assistant_{name}", words, value=value)
