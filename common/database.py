"""One SQL database: SQLite in WAL mode by default, PostgreSQL by DATABASE_URL. Each room declares its tables on `Base`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
P = ParamSpec("P")
_WIPED = 1  # in a SQLite file's user_version

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every table of ours."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC. A naive time is refused: it would be an hour wrong half of the year."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


def normalise_url(url: str) -> str:
    """`postgres://` and `postgresql://` addresses get the driver that is installed here (psycopg 3)."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def make_engine(url: str) -> Engine:
    """An engine with foreign keys on; SQLite in WAL mode, waiting up to 5 s for another writer (in a worker thread)."""
    url = normalise_url(url)
    if not make_url(url).get_backend_name().startswith("sqlite"):
        return create_engine(url, pool_size=8, max_overflow=4, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5})

    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        # secure_delete: what is deleted is overwritten, so that no copy of the file holds it any more.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        # A transaction that may write takes the write lock at once: upgrading a read lock later fails with "locked"
        # without waiting, whatever the busy time-out says.
        connection.exec_driver_sql(
            "BEGIN IMMEDIATE" if not connection.get_execution_options().get("read_only") else "BEGIN"
        )

    return engine


def wipe_what_was_deleted(engine: Engine) -> bool:
    """Once for a SQLite file: rebuild it, so that nothing deleted before deleting meant overwriting is left in its free pages.
    False when it was done before, or somebody else uses the file now (then the next start tries again)."""
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        raw = connection.connection.cursor()
        if raw.execute("PRAGMA user_version").fetchone()[0] >= _WIPED:
            return False
        try:
            raw.execute("PRAGMA busy_timeout=200")
            raw.execute("VACUUM")
            raw.execute(f"PRAGMA user_version={_WIPED}")
        except sqlite3.OperationalError:
            return False
        finally:
            raw.execute("PRAGMA busy_timeout=5000")
            raw.close()
    empty_journal(engine)
    return True


def empty_journal(engine: Engine) -> None:
    """SQLite's journal still holds what was deleted or replaced until it is emptied. Where somebody reads at this moment it is left
    for the next time; other databases look after theirs by themselves."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("PRAGMA busy_timeout=200")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.execute("PRAGMA busy_timeout=5000")
        raw.close()


class Database:
    """Sessions for the rooms. A handler writes `await db.run(function, args...)`; the function gets a session inside one
    transaction (committed when it returns, rolled back when it raises) and runs in a worker thread, off the event loop.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sessions = sessionmaker(engine, expire_on_commit=False)
        self._reads = sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False)
        workers = 1 if engine.dialect.name == "sqlite" else 8
        self._writer = ThreadPoolExecutor(workers, "database")
        self._reader = ThreadPoolExecutor(4, "database-read")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session in one transaction, for code that is not on an event loop."""
        with self.sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, and so never waits for a writer."""
        with self._reads.begin() as session:
            yield session

    async def run(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function(session, *args, **kwargs)` in one transaction, off the event loop."""
        return await self._in_thread(self._writer, self.transaction, function, args, kwargs)

    async def read(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run`, for functions that only read."""
        return await self._in_thread(self._reader, self.reading, function, args, kwargs)

    async def _in_thread(self, pool, opener, function, args, kwargs):  # type: ignore[no-untyped-def]
        def work():  # type: ignore[no-untyped-def]
            with opener() as session:
                return function(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(pool, work)

    def close(self) -> None:
        """Wait for work under way, then close every connection."""
        self._writer.shutdown()
        self._reader.shutdown()
        self.engine.dispose()


def open_database(url: str) -> Database:
    return Database(make_engine(url))
