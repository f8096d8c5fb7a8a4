"""A referral is stored and announced once, wherever the process dies: by a fault at each statement, or killed outright."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from common.chain import lock_head
from common.chain_head import write_head
from common.database import Database
from referrals.delivery import LEASE, MAIL, WEBHOOKS, deliver_due
from referrals.model import ConsentEvent, Delivery, Referral, ReferralEvent
from referrals.notice import Notice
from referrals.request import ReferralRequest
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import SATURDAY, another, copy_data, given

TRIES = 420
TEAM = "Test Warm Homes"
EVERYTHING = (*MAIL, *WEBHOOKS)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")


class Fault(Exception):
    """The database, the disk or the code gave way."""


def throw() -> None:
    raise Fault


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Bomb:
    """Goes off before or after the `at`th statement, or before a commit; counted over everything this database does."""

    def __init__(self, db: Database, at: int, go_off: Callable[[], None]) -> None:
        self.steps, self._at, self._go_off = 0, at, go_off
        self._hooks = [
            (db.engine, name, self._step) for name in ("before_cursor_execute", "after_cursor_execute", "commit")
        ]
        for hook in self._hooks:
            event.listen(*hook)

    def _step(self, *_: Any) -> None:
        if self.steps == self._at:
            self._at = -1
            self._go_off()
        self.steps += 1

    def remove(self) -> None:
        for hook in self._hooks:
            event.remove(*hook)


@dataclass(frozen=True)
class Post:
    """The receiver's side: each line of the file is an id that arrived."""

    path: Path

    async def send(self, notice: Notice) -> None:
        with self.path.open("a") as file:
            file.write(f"{notice.kind} {notice.reference} {notice.message_id}\n")

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines()


@pytest.fixture
def facts(tmp_path: Path) -> TeamFacts:
    """A provider that is told by e-mail and by webhook."""
    data = copy_data(tmp_path)
    (data / "destinations.yml").write_text(
        f"receivers: [{{destination: provider, team: {TEAM}, confirmed_by: Test Person,"
        " webhook: {name: warm, url: 'https://example.org/in'}}]"
    )
    return TeamFacts.load(data)


class InPlace(Database):
    """The same transactions without a thread: 420 lives have no time to wait for one, and a process that forks has none."""

    async def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        with self.transaction() as session:
            return function(session, *args, **kwargs)


def request(number: int) -> ReferralRequest:
    return another(number, destination="provider", team=TEAM, consent=given("provider", TEAM))


def live(db: Database, facts: TeamFacts, number: int, post: Post, told: Callable[[str], Any]) -> None:
    """One whole life: store, tell the resident, announce."""
    with db.transaction() as session:
        reference = submit(session, request(number), now=SATURDAY, team=facts).reference
    told(reference)
    asyncio.run(deliver_due(db, post, SATURDAY, EVERYTHING))


def killed(db: Database, facts: TeamFacts, number: int, post: Post, at: int) -> str:
    """Live in a process of its own that is killed at step `at`; returns the reference that it had told, or ""."""
    db.engine.dispose()  # no connection is carried over into the other process
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            Bomb(db, at, die)
            live(db, facts, number, post, lambda reference: os.write(writing, reference.encode()))
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def failed(db: Database, facts: TeamFacts, number: int, post: Post, at: int) -> str:
    """Live with a fault at step `at`; returns the reference that was told, or ""."""
    bomb, told = Bomb(db, at, throw), list[str]()
    with contextlib.suppress(Fault):
        live(db, facts, number, post, told.append)
    bomb.remove()
    return "".join(told)


def test_g1_killed_at_every_step_no_referral_is_lost_or_doubled(db: Database, facts: TeamFacts, tmp_path: Path):
    """420 lives, cut short at each step in turn by a fault, and by SIGKILL, then tried again as the front door does: each is
    stored once with one consent, under the reference that was told, and each notice arrives under one id."""
    post = Post(tmp_path / "post.txt")
    db = InPlace(db.engine)
    with db.transaction() as session:  # as a start does
        write_head(session, lock_head(session, SATURDAY))
    whole = Bomb(db, -2, throw)
    live(db, facts, TRIES, post, lambda reference: None)
    whole.remove()
    assert 40 < whole.steps < TRIES // 4, whole.steps
    cut = 0
    for number in range(TRIES):
        end = failed if number % 4 else killed  # a process costs more than a fault; each step has both
        told = end(db, facts, number, post, (number if number % 4 else number // 4) % whole.steps)
        again = set()
        for _ in range(2):
            with db.transaction() as session:
                stored = submit(session, request(number), now=SATURDAY, team=facts)
                again.add(stored.reference)
            cut += not stored.already
        assert len(again) == 1 and (not told or {told} == again), (end.__name__, number)
    while asyncio.run(deliver_due(db, post, SATURDAY + LEASE, EVERYTHING)):
        pass
    assert 0 < cut < TRIES  # some died before the commit, some after it
    with db.reading() as session:
        count = {table: session.scalar(select(func.count()).select_from(table)) for table in (Referral, ConsentEvent)}
        received = session.scalar(select(func.count()).where(ReferralEvent.what == "received"))
        deliveries = session.scalars(select(Delivery)).all()
    assert set(count.values()) == {received} == {TRIES + 1}
    assert {(one.kind, one.state) for one in deliveries} == {("email", "sent"), ("webhook", "sent")}
    arrived = [line.split() for line in post.lines()]
    assert {identity for *_, identity in arrived} == {one.message_id for one in deliveries}
    assert len(set(map(tuple, arrived))) == len(deliveries) == 2 * (TRIES + 1)
