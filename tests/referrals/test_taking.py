"""Who has a referral: one winner, whoever else pressed the button at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.database import Database
from referrals import handling
from referrals.model import NEW, TAKEN, Referral, ReferralEvent
from tests.referrals.support import SATURDAY, TEAM

TRIES = 1000
Action = Callable[[Session, Referral, str], bool]


def taking(session: Session, referral: Referral, who: str) -> bool:
    return handling.take(session, referral, who=who, now=SATURDAY)


def stored(db: Database, count: int) -> list[int]:
    """Ids of so many new referrals. Without packets: what is in them plays no part here."""
    with db.transaction() as session:
        rows = [
            Referral(
                reference=f"REF-{number}",
                idempotency_key=f"key {number}",
                conversation="c",
                channel="web",
                destination="first_contact_plus",
                team=TEAM,
                tier="enhanced",
                reasons=[],
                created_at=SATURDAY,
                due_at=SATURDAY,
                promised=False,
                promise_text="",
                packet={},
            )
            for number in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def race(db: Database, ids: list[int], act: Action, names: tuple[str, ...] = ("amina", "bob")) -> list[tuple[int, str]]:
    """Everybody acts on every referral, together on each; returns (id, name) for every time that it worked."""
    won: list[tuple[int, str]] = []
    start = threading.Barrier(len(names))

    def work(who: str) -> None:
        for number in ids:
            start.wait(30)
            with db.transaction() as session:
                if act(session, session.get_one(Referral, number), who):
                    won.append((number, who))

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


def test_d1_two_take_at_once_a_thousand_times_and_one_wins_each_time(any_db: Database) -> None:
    """Exactly one winner of every try; the row and the audit name the winner, and the loser can be told who it is."""
    ids = stored(any_db, TRIES)
    won = race(any_db, ids, taking)
    assert len(won) == TRIES and {number for number, _ in won} == set(ids)
    with any_db.reading() as session:
        assert dict(session.execute(select(Referral.id, Referral.taken_by)).all()) == dict(won)
        audit = select(ReferralEvent.referral_id, ReferralEvent.who).where(ReferralEvent.what == "taken")
        assert Counter(map(tuple, session.execute(audit))) == Counter(won)
        assert set(session.scalars(select(Referral.state))) == {TAKEN}


def test_d1_giving_and_putting_back_at_once_leaves_one_truth(any_db: Database) -> None:
    """A lead gives it on while the holder puts it back: one of the two happened, never half of each."""
    ids = stored(any_db, 50)
    with any_db.transaction() as session:
        for number in ids:
            assert taking(session, session.get_one(Referral, number), "amina")

    def act(session: Session, referral: Referral, who: str) -> bool:
        if who == "lead":
            return handling.assign(session, referral, to="bob", holder="amina", who=who, now=SATURDAY)
        return handling.release(session, referral, holder="amina", who=who, now=SATURDAY)

    won = dict(race(any_db, ids, act, ("lead", "amina")))
    assert len(won) == 50
    with any_db.reading() as session:
        for number, state, holder in session.execute(select(Referral.id, Referral.state, Referral.taken_by)):
            assert (state, holder) == ((TAKEN, "bob") if won[number] == "lead" else (NEW, None))
        moved = ReferralEvent.what.in_((handling.ASSIGNED, handling.RELEASED))
        assert session.scalar(select(func.count()).select_from(ReferralEvent).where(moved)) == 50


@pytest.fixture
def one(db: Database) -> int:
    return stored(db, 1)[0]


def test_d1_given_only_when_it_is_still_with_whom_the_page_said(db: Database, one: int) -> None:
    """A page that is out of date moves nothing."""
    with db.transaction() as session:
        referral = session.get_one(Referral, one)
        assert not handling.assign(session, referral, to="bob", holder="amina", who="lead", now=SATURDAY)
        assert handling.assign(session, referral, to="bob", holder="", who="lead", now=SATURDAY)
        assert not handling.assign(session, referral, to="amina", holder="", who="lead", now=SATURDAY)
        assert not handling.release(session, referral, holder="amina", who="amina", now=SATURDAY)
        assert not handling.release(session, referral, holder="", who="amina", now=SATURDAY)
        assert (referral.state, referral.taken_by) == (TAKEN, "bob")
        assert handling.release(session, referral, holder="bob", who="bob", now=SATURDAY)
        assert (referral.state, referral.taken_by, referral.taken_at) == (NEW, None, None)
        session.refresh(referral)
        assert [(e.what, e.detail) for e in referral.events][-2:] == [("assigned", "bob"), ("released", "bob")]


def test_d3_only_a_finished_one_is_opened_again_and_then_it_waits(db: Database, one: int) -> None:
    """With its reason in the audit; who had it, the outcome and the end are gone from the row."""
    later = SATURDAY + timedelta(days=1)
    with db.transaction() as session:
        referral = session.get_one(Referral, one)
        assert not handling.reopen(session, referral, reason="by_mistake", who="lead", now=later)
        assert taking(session, referral, "bob")
        assert not handling.reopen(session, referral, reason="by_mistake", who="lead", now=later)
        assert handling.finish(session, referral, outcome="declined", who="bob", now=later)
        assert handling.reopen(session, referral, reason="by_mistake", who="lead", now=later)
        assert (referral.state, referral.taken_by, referral.outcome, referral.done_at) == (NEW, None, None, None)
        session.refresh(referral)
        assert [(e.what, e.detail, e.who) for e in referral.events][-1] == ("reopened", "by_mistake", "lead")
        assert [r.id for r in handling.open_referrals(session)] == [one]
