"""What the property tests of the queue and of the outbox share: databases, and how many plays of how many steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import delete

from common import encryption
from common.database import Base, Database, open_database
from front_door.claiming import Lease
from front_door.inbox import Accepted
from front_door.model import Conversation, DeliveryStatus, Message, OutboxText, SafetyEvent, SeenText
from front_door.saying import Voice
from front_door.sms import seen
from front_door.sms.inbox import InboundText, accept_text
from front_door.sms.text_rules import TextRules
from front_door.timing import Limits
from tests import postgres
from tests.front_door.support import CRISIS, DATA, PUBLIC, SECRET, words

FLAG = "suicide_self_harm"
NUMBERS = ("+447700900123", "+447700900124")
SORRY, GAVE_UP = "There is a delay.", "That did not work."
_TABLES = (SafetyEvent, OutboxText, DeliveryStatus, SeenText, Message, Conversation)  # children first
_PLENTY = Limits(texts_a_minute=10**6)


class PowerCut(Exception):
    """Stands for a process that ends between the last statement and the commit."""


@cache
def voice() -> Voice:
    """Words that are easily told apart, and no daily limit."""
    texts = TextRules.load(DATA, PUBLIC)
    texts = replace(texts, day=replace(texts.day, number=10**6, everybody=10**6))
    return Voice(replace(words(), apology=SORRY, gave_up=GAVE_UP), lambda *_: CRISIS, texts)


def run(db: Database, function: Callable[..., Any], *args: Any, cut: bool = False) -> Any:
    """One transaction of the product; with `cut` the power fails before its commit."""
    with db.transaction() as session:
        result = function(session, *args)
        if cut:
            session.flush()
            raise PowerCut
        return result


def take_text(
    db: Database, sid: str, number: str, body: str, flags: tuple[str, ...], lease: Lease, now: datetime, said: Voice,
    cut: bool = False,
) -> Accepted:  # fmt: skip
    """A text comes in, as the webhook takes it."""
    text = InboundText(sid, number, encryption.active().digest(number), True, body, "", 0, flags, now)
    rest = (lease, now, said, _PLENTY, "advanced", timedelta(days=30), timedelta(hours=4))
    accepted: Accepted = run(db, seen.once, sid, now, accept_text, text, *rest, cut=cut)
    return accepted


@contextmanager
def database(kind: str) -> Iterator[Database]:
    """ "sqlite" (in memory) or "postgresql" (skips the test where it is not installed), with all tables."""
    encryption.use(encryption.Cipher(SECRET))
    if kind == "sqlite":
        yield from _made("sqlite://")
    elif postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    else:
        with postgres.running() as server:
            yield from _made(server.database())


def _made(url: str) -> Iterator[Database]:
    db = open_database(url)
    Base.metadata.create_all(db.engine)
    yield db
    db.close()


def emptied(db: Database) -> Database:
    """The same database with nothing in it."""
    with db.transaction() as session:
        for table in _TABLES:
            session.execute(delete(table))
    return db


def play(machine: Callable[[Database], RuleBasedStateMachine], db: Database, plays: int, steps: int) -> None:
    """The same plays each time, so that what one run finds the next one finds too. With `Phase.shrink` a play that fails is made
    as short as it can be, which takes minutes.
    """
    chosen = settings(
        max_examples=plays,
        stateful_step_count=steps,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: machine(emptied(db)), settings=chosen)  # type: ignore[arg-type]
