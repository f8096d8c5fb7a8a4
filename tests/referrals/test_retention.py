"""How long a referral, and all that hangs on it, is kept: a whole life in steps, searched byte by byte after each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import desk.retention
import front_door.cleaning
import referrals.retention
import service_catalogue.retention
from common.chain_check import check
from common.clock import FrozenClock
from common.database import Base, Database, open_database
from common.encryption import Cipher, use
from common.keys import open_cipher
from common.purging import purge
from common.retention_limits import Retention
from common.rotation import rotate
from common.settings import load
from desk import person
from front_door.cleaning import clean
from front_door.safeguarding.handling import close
from front_door.safeguarding.model import SafetyCase
from launch import tables
from referrals import handling
from referrals.counts import Cell, WeeklyCount, kept
from referrals.model import DONE, TAKEN, WITHDRAWN, ConsentEvent, Referral
from tests.front_door.lives import TRACKER, Life, ciphertexts, live, mail, pass_time, readable, traces
from tests.front_door.support import SECRET
from tests.referrals.support import DATA

LIMITS = Retention.load(DATA)
NUMBER = "+447700900321"
DAY = timedelta(days=1)
REFERRAL = {"own", "name", "matters", "note", "stafftext", "agreed", "number", "plain", "reference", "conversation"}
SAFETY = {"danger", "crisis", "safetynote", "conversation", "digest"}  # the digest: of the number, to find it again
REPORT = {"report"}
CHAT = {"said", "data", "heard", "choice", "texted", "remembered", "list", "digest"}


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 21, 12))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    assert tables
    use(Cipher(SECRET))
    made = open_database(f"sqlite:///{tmp_path / 'life.db'}")
    Base.metadata.create_all(made.engine)
    TRACKER.create(made.engine)
    log = logging.FileHandler(tmp_path / "everything.log")
    logging.getLogger().addHandler(log)
    yield made
    logging.getLogger().removeHandler(log)
    log.close()
    made.close()


async def start(db: Database, clock: FrozenClock, folder: Path, tag: str = "canary") -> Life:
    life = await db.run(live, clock, tag, NUMBER)
    await mail(db, clock, folder / "var")
    return life


def settle(session: Session, life: Life, now: datetime) -> None:
    """Staff take the referral and finish it, and close the safety entry."""
    referral = handling.find(session, life.reference)
    assert referral is not None and handling.take(session, referral, who="amina", now=now)
    assert handling.finish(session, referral, outcome="helped", who="amina", now=now)
    case = session.scalars(sa.select(SafetyCase)).one()
    assert close(session, case, outcome="spoke", reason="canary-reason", seen=1, who="amina", now=now)


async def test_nothing_is_left_of_a_whole_life_when_its_time_is_over(
    db: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    """Chat 30 days, referral until taken and then 90 days, audit and safety record two years: after each step a search of
    database, journal, mail and logs finds what should be there and nothing else."""
    life = await start(db, clock, tmp_path)
    chats = ciphertexts(db, "canary")
    assert len(chats) >= 12
    assert traces(db, tmp_path, life, chats) == REFERRAL | SAFETY | REPORT | CHAT | {"ciphertext"}
    await pass_time(db, clock, tmp_path, LIMITS, LIMITS.chat_with_referral)
    assert traces(db, tmp_path, life, chats) >= CHAT - {"list"}
    await pass_time(db, clock, tmp_path, LIMITS, timedelta(seconds=1))
    kept_now = ciphertexts(db, "canary")
    gone = [one for one in chats if one not in kept_now]
    assert len(gone) >= 7
    assert traces(db, tmp_path, life, gone) == REFERRAL | SAFETY | REPORT

    await pass_time(db, clock, tmp_path, LIMITS, 500 * DAY)  # nobody took it: open, so it stays, and the lead sees it
    assert traces(db, tmp_path, life, gone) == REFERRAL | SAFETY
    (waiting,) = await db.read(referrals.retention.still_open, LIMITS, clock.now())
    assert waiting.reference == life.reference

    await db.run(settle, life, clock.now())
    await pass_time(db, clock, tmp_path, LIMITS, LIMITS.referral)
    assert traces(db, tmp_path, life, gone) >= REFERRAL | SAFETY | {"reason"}
    everything = [*chats, *ciphertexts(db, "canary")]
    await pass_time(db, clock, tmp_path, LIMITS, timedelta(seconds=1))
    assert traces(db, tmp_path, life, everything) == {
        "reference",
        "conversation",
    }  # the audit's, and the safety record's
    assert not list((tmp_path / "var" / "mail").glob(f"{life.reference}*"))
    with db.reading() as session:
        assert {row.what for row in session.scalars(sa.select(handling.ReferralEvent))} >= {"received", "taken", "done"}
        assert check(session).whole

    await pass_time(db, clock, tmp_path, LIMITS, LIMITS.audit)
    assert traces(db, tmp_path, life, everything) == set()
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(handling.ReferralEvent)) == 0
        assert check(session).whole
        counted = kept(session, waiting.created_at.date() - 7 * DAY)
    monday = datetime(2026, 11, 16).date()
    assert counted[Cell(monday, "sms", "conversation")] == counted[Cell(monday, "sms", "finished", "referred")] == 1
    assert counted[Cell(monday, "sms", "referral", "first_contact_plus", "enhanced")] == 1
    assert (
        counted[Cell(monday, "sms", "promise", "kept")]
        == counted[Cell(monday, "sms", "flag", "suicide_self_harm")]
        == 1
    )


async def test_an_abandoned_chat_leaves_nothing_after_seventy_two_hours(
    db: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    """But for what a red flag made an entry of."""
    life = await start(db, clock, tmp_path)
    await db.run(lambda session: session.execute(sa.update(Referral).values(conversation="of somebody else")))
    before = ciphertexts(db, "canary")
    await pass_time(db, clock, tmp_path, LIMITS, LIMITS.chat + timedelta(seconds=1))
    left = traces(db, tmp_path, life, [one for one in before if one not in ciphertexts(db, "canary")])
    assert left & (CHAT - SAFETY) == set() and "ciphertext" not in left


@pytest.mark.parametrize(("days", "there"), [(0, 1), (14, 1), (15, 0)])
async def test_a_referral_that_took_long_stays_two_weeks_after_it_was_finished(
    db: Database, clock: FrozenClock, tmp_path: Path, days: int, there: int
) -> None:
    """Finished 200 days after it was taken: not gone with the next clean-up, so that a mistake can be put right."""
    await start(db, clock, tmp_path)
    taken = clock.now() - 200 * DAY
    await db.run(
        lambda session: session.execute(sa.update(Referral).values(state=DONE, taken_at=taken, done_at=clock.now()))
    )
    await pass_time(db, clock, tmp_path, LIMITS, days * DAY)
    assert await db.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Referral))) == there


@pytest.mark.parametrize(("days", "there"), [(30, 1), (31, 0)])
async def test_a_referral_that_was_taken_back_goes_after_thirty_days(
    db: Database, clock: FrozenClock, tmp_path: Path, days: int, there: int
) -> None:
    """Counted from the day it was taken back."""
    await start(db, clock, tmp_path)

    def withdraw(session: Session) -> None:
        session.execute(sa.update(ConsentEvent).values(withdrawn_at=clock.now()))
        session.execute(sa.update(Referral).values(state=WITHDRAWN))

    await db.run(withdraw)
    await pass_time(db, clock, tmp_path, LIMITS, days * DAY)
    assert await db.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Referral))) == there


async def test_a_run_that_is_killed_is_done_again_and_counts_once(
    db: Database, clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted and deleted in one transaction: a kill before its end undoes both, and the next run does both."""
    await start(db, clock, tmp_path)
    await db.run(
        lambda session: session.execute(
            sa.update(Referral).values(state=DONE, taken_at=clock.now(), done_at=clock.now())
        )
    )
    clock.advance(91 * DAY)

    def dies(session: Session, limits: Retention, now: datetime) -> int:
        referrals.retention.referrals(session, limits, now)
        session.flush()
        raise SystemError

    assert await purge(db, {"referrals": dies}, LIMITS, clock.now()) == {}
    count = sa.select(sa.func.count()).select_from(WeeklyCount)
    assert await db.read(lambda session: session.scalar(count)) == 0
    for _ in range(3):
        await purge(db, referrals.retention.STEPS, LIMITS, clock.now(), pause=0)
    assert await db.read(lambda session: session.scalar(count)) == 2


async def test_a_step_that_fails_keeps_no_other_from_its_work(
    db: Database, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Its name and the kind of fault are logged, never what was in the row."""

    def fails(session: Session, limits: Retention, now: datetime) -> int:
        raise ValueError("private words")

    done: list[int] = []

    def works(session: Session, limits: Retention, now: datetime) -> int:
        done.append(1)
        return 2 - len(done)

    assert await purge(db, {"bad": fails, "good": works}, LIMITS, clock.now(), pause=0) == {"good": 1}
    assert "bad: ValueError" in caplog.text and "private" not in caplog.text


def test_every_table_has_a_rule() -> None:
    """A table without one fails here: say in the `RULES` of its room when its rows go, and add the step that does it."""
    rules: dict[str, Any] = {}
    for room in (front_door.cleaning, referrals.retention, desk.retention, service_catalogue.retention):
        assert not rules.keys() & room.RULES.keys()
        rules.update(room.RULES)
    assert set(rules) == {
        table.name for table in Base.metadata.sorted_tables if table.name not in ("person", "visit")
    } | {TRACKER.name}


def test_an_open_referral_is_never_deleted_however_old(db: Database, clock: FrozenClock) -> None:
    """New or taken, whatever the limit."""
    with db.transaction() as session:
        life = live(session, clock, "canary", NUMBER)
        for state in ("new", TAKEN):
            session.execute(sa.update(Referral).values(state=state, taken_at=clock.now()))
            assert referrals.retention.past_time(session, LIMITS, clock.now() + 5000 * DAY) == []
        assert life.reference


async def test_clean_up_erasure_and_key_rotation_on_either_database(any_db: Database, clock: FrozenClock) -> None:
    """The two databases lock and compare bytes in different ways; residents write while it runs."""
    TRACKER.create(any_db.engine, checkfirst=True)
    old, new = "the key of last year and longer than that", "the key of this year and longer than that"
    open_cipher(load({"SECRET_KEY": old}), any_db)
    first, second = (
        await any_db.run(live, clock, "canary", NUMBER),
        await any_db.run(live, clock, "sparrow", "+447700900322"),
    )
    cipher = open_cipher(load({"SECRET_KEY": new, "OLD_SECRET_KEYS": old}), any_db)
    third, done = await asyncio.gather(
        any_db.run(live, clock, "wren", "+447700900323"),
        asyncio.to_thread(lambda: sum(one.renewed + one.lost for one in rotate(any_db, cipher, pause=0))),
    )
    assert done > 20 and all(one.renewed == 0 for one in rotate(any_db, cipher, pause=0, write=False))
    open_cipher(load({"SECRET_KEY": new}), any_db)
    clock.advance(DAY)
    _, others = await asyncio.gather(
        any_db.run(live, clock, "robin", "+447700900324"),
        person.erase(any_db, clock, Path("nowhere"), first.reference, "lead"),
    )
    assert others == ()
    clock.advance(31 * DAY)
    await clean(any_db, LIMITS, clock.now(), desk.retention.STEPS, pause=0)
    read = readable(any_db)
    assert "canary" not in read and "sparrow-said" not in read and "sparrow-own" in read and "robin-own" in read
    assert {second.reference, third.reference} < set(
        await any_db.read(lambda session: session.scalars(sa.select(Referral.reference)).all())
    )
    with any_db.transaction() as session:
        session.execute(sa.update(Referral).values(state=DONE, taken_at=clock.now(), done_at=clock.now()))
    clock.advance(91 * DAY)
    await clean(any_db, LIMITS, clock.now(), desk.retention.STEPS, pause=0)
    assert await any_db.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Referral))) == 0
    TRACKER.drop(any_db.engine)
