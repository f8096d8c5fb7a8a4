"""One transaction for each function, off the event loop; readers never wait; times keep their zone."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import ForeignKey, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from common.database import (
    Base,
    Database,
    UtcDateTime,
    empty_journal,
    make_engine,
    normalise_url,
    open_database,
    wipe_what_was_deleted,
)

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=timezone.utc)


class Tables(DeclarativeBase):
    """Tables of these tests only, so that the product's own schema stays as it is."""

    metadata = type(Base.metadata)(naming_convention=Base.metadata.naming_convention)


class Person(Tables):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    seen: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Visit(Tables):
    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{path}")
    Tables.metadata.create_all(database.engine)
    yield database
    database.close()


def add(session: Session, name: str, seen: datetime | None = None) -> str:
    session.add(Person(name=name, seen=seen))
    session.flush()
    return name


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Person.name).order_by(Person.id)))


def add_and_fail(session: Session, name: str) -> None:
    add(session, name)
    raise LookupError(name)


async def test_what_returns_is_committed(db: Database) -> None:
    """The function's value comes back and its changes stay."""
    assert await db.run(add, "Ada", seen=NOON) == "Ada"
    assert await db.read(names) == ["Ada"]


async def test_what_raises_is_rolled_back(db: Database) -> None:
    """Nothing of it is stored, the error reaches the caller, and the next transaction works."""
    with pytest.raises(LookupError):
        await db.run(add_and_fail, "Ada")
    with pytest.raises(IntegrityError):
        await db.run(lambda session: [add(session, "Bob"), add(session, "Bob")])
    assert await db.read(names) == []
    await db.run(add, "Bob")
    assert await db.read(names) == ["Bob"]


def test_the_same_without_an_event_loop(db: Database) -> None:
    """`transaction` commits or rolls back as a whole too."""
    with db.transaction() as session:
        add(session, "Ada")
    with pytest.raises(LookupError), db.transaction() as session:
        add_and_fail(session, "Bob")
    with db.reading() as session:
        assert names(session) == ["Ada"]


async def test_it_runs_off_the_event_loop(db: Database) -> None:
    """A slow query must not hold up everybody else."""
    here = threading.get_ident()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    there = await db.run(lambda session: (time.sleep(0.2), threading.get_ident())[1])
    ticking.cancel()
    assert there != here and ticks >= 5


async def test_reading_never_waits_for_a_writer(db: Database, path: Path) -> None:
    """While somebody writes, readers see what was there before, at once."""
    await db.run(add, "Ada")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO person (name) VALUES ('Bob')")
    began = time.perf_counter()
    assert await db.read(names) == ["Ada"]
    assert time.perf_counter() - began < 0.5
    writer.execute("COMMIT")
    writer.close()
    assert await db.read(names) == ["Ada", "Bob"]


async def test_reading_goes_on_beside_a_slow_write_of_ours(db: Database) -> None:
    """Also when the writer is this very process."""
    begun, finish = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        add(session, "Ada")
        begun.set()
        finish.wait(5)

    writing = asyncio.create_task(db.run(slow))
    await asyncio.to_thread(begun.wait, 5)
    began = time.perf_counter()
    assert await db.read(names) == []
    assert time.perf_counter() - began < 0.5
    finish.set()
    await writing
    assert await db.read(names) == ["Ada"]


async def test_writers_wait_for_each_other(db: Database, path: Path) -> None:
    """A writer takes the lock when it begins, and waits for another process's instead of failing."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO person (name) VALUES ('Bob')")
    threading.Timer(0.2, other.execute, ["COMMIT"]).start()
    await db.run(lambda session: (session.scalar(select(func.count(Person.id))), add(session, "Ada")))
    assert await db.read(names) == ["Bob", "Ada"]
    other.close()


async def test_many_writers_at_once(db: Database) -> None:
    """Every one gets its turn; none is lost."""
    await asyncio.gather(*(db.run(add, f"person {number}") for number in range(50)))
    assert len(await db.read(names)) == 50


async def test_a_row_can_be_used_after_its_transaction(db: Database) -> None:
    """What a function returns stays readable outside, without another query."""
    await db.run(add, "Ada", seen=NOON)
    person = await db.read(lambda session: session.scalars(select(Person)).one())
    assert (person.name, person.seen) == ("Ada", NOON)


async def test_a_naive_time_is_refused(db: Database) -> None:
    """It would be an hour wrong half of the year; nothing is stored."""
    with pytest.raises(StatementError, match="zone"):
        await db.run(add, "Ada", seen=datetime(2026, 7, 1, 12, 0))
    assert await db.read(names) == []


@pytest.mark.parametrize(
    "seen",
    [NOON, NOON.astimezone(ZoneInfo("Europe/London")), NOON.astimezone(timezone(timedelta(hours=-8))), None],
    ids=["UTC", "London", "far away", "none"],
)
async def test_times_come_back_in_utc(db: Database, seen: datetime | None) -> None:
    """The same moment, aware, whatever zone it came in; and it can be compared in a query."""
    await db.run(add, "Ada", seen=seen)
    stored = await db.read(lambda session: session.scalars(select(Person.seen)).one())
    assert stored == seen and (stored is None or stored.tzinfo is timezone.utc)
    earlier = select(func.count(Person.id)).where(Person.seen < NOON + timedelta(seconds=1))
    assert await db.read(lambda session: session.scalar(earlier)) == (0 if seen is None else 1)


async def test_foreign_keys_hold(db: Database) -> None:
    """SQLite checks them only when it is told to."""
    with pytest.raises(IntegrityError):
        await db.run(lambda session: session.add(Visit(person_id=7)))


def test_sqlite_is_set_up(db: Database) -> None:
    """WAL, so that readers and a writer go side by side, and up to 5 s of waiting for another writer."""
    with db.reading() as session:
        pragmas = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "busy_timeout")]
    assert pragmas == ["wal", 1, 5000]


async def test_a_missing_table_is_an_error(path: Path) -> None:
    """An outage is an error, never an empty answer."""
    empty = open_database(f"sqlite:///{path}")
    with pytest.raises(OperationalError):
        await empty.read(names)
    empty.close()


async def test_closing_waits_for_work_under_way(db: Database, path: Path) -> None:
    """A shutdown in the middle of a write does not lose it."""
    writing = asyncio.create_task(db.run(lambda session: (time.sleep(0.2), add(session, "Ada"))))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(db.close)
    await writing
    again = sqlite3.connect(path)
    assert again.execute("SELECT name FROM person").fetchall() == [("Ada",)]
    again.close()


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("postgres://u:p@host/db", "postgresql+psycopg://u:p@host/db"),
        ("postgresql://u:p@host/db", "postgresql+psycopg://u:p@host/db"),
        ("postgresql+psycopg://u:p@host/db", "postgresql+psycopg://u:p@host/db"),
        ("sqlite:///a.db", "sqlite:///a.db"),
    ],
)
def test_postgres_addresses_get_the_driver_that_is_here(url: str, normal: str) -> None:
    """Hosts hand out addresses without a driver."""
    assert normalise_url(url) == normal
    assert make_engine(url).dialect.name in ("postgresql", "sqlite")


def test_what_was_deleted_before_is_wiped_once(tmp_path: Path) -> None:
    """A file from before deleting meant overwriting: its free pages still hold what was deleted, until the next start."""
    path = tmp_path / "old.db"
    with contextlib.closing(sqlite3.connect(path)) as old, old:
        old.execute("PRAGMA secure_delete=OFF")
        old.execute("CREATE TABLE said (words TEXT)")
        old.executemany("INSERT INTO said VALUES (?)", [(f"canary {n} " * 50,) for n in range(100)])
        old.commit()
        old.execute("DELETE FROM said")
        old.commit()
    assert b"canary" in path.read_bytes()
    engine = make_engine(f"sqlite:///{path}")
    assert wipe_what_was_deleted(engine) and not wipe_what_was_deleted(engine)
    assert b"canary" not in b"".join(file.read_bytes() for file in tmp_path.glob("old.db*"))
    engine.dispose()


def test_what_is_deleted_now_is_overwritten_at_once(tmp_path: Path) -> None:
    """In the file, and in its journal once that is emptied."""
    engine = make_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE said (words TEXT)")
        for number in range(100):
            connection.exec_driver_sql("INSERT INTO said VALUES (?)", (f"canary {number} " * 50,))
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM said WHERE rowid % 2")
        connection.exec_driver_sql("DELETE FROM said")
    empty_journal(engine)
    assert b"canary" not in b"".join(file.read_bytes() for file in tmp_path.glob("new.db*"))
    engine.dispose()
