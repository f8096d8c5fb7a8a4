"""A database that is locked, gone or unreadable fails the turn soon, and nothing is stored."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import TurnFailed
from bot.tracker_store import BUSY_MS, ConversationStore, turns
from tests.bot.conversations import grow, one_turn, stored, tracker

MakeStore = Callable[..., ConversationStore]


def lock(path: Path, exclusive: bool = False) -> sqlite3.Connection:
    """Another process that holds the write lock, or (exclusive) lets nobody read either."""
    other = sqlite3.connect(path, isolation_level=None, timeout=1)
    if exclusive:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
    else:
        other.execute("BEGIN IMMEDIATE")
    return other


async def test_a_locked_database_fails_the_save_soon(make_store: MakeStore, tmp_path: Path) -> None:
    """While another writer is busy everybody waits on the event loop, so the wait is short; then the same save works."""
    store = make_store()
    known = tracker(*one_turn(1))
    await store.save(known)
    grow(known, one_turn(2))
    other = lock(tmp_path / "assistant.db")
    began = time.perf_counter()
    with pytest.raises(TurnFailed, match="could not be saved"):
        await store.save(known)
    waited = time.perf_counter() - began
    assert BUSY_MS / 1000 * 0.8 <= waited <= BUSY_MS / 1000 * 2 + 0.2
    other.rollback()
    other.close()
    assert len(stored(store)) == 1
    await store.save(known)
    assert [len(store._open(row.events)) for row in stored(store)] == [5, 5]


async def test_a_locked_database_fails_the_read_soon(make_store: MakeStore, tmp_path: Path) -> None:
    """A tracker that cannot be read is a failed turn, never an empty conversation."""
    store = make_store()
    await store.save(tracker(*one_turn(1)))
    store._engine.dispose()  # nobody can lock out a connection that is open
    other = lock(tmp_path / "assistant.db", exclusive=True)
    began = time.perf_counter()
    with pytest.raises(TurnFailed, match="could not be read"):
        await store.retrieve("c1")
    assert time.perf_counter() - began <= BUSY_MS / 1000 * 3 + 0.2
    with pytest.raises(TurnFailed, match="could not be read"):
        store.replies_to("c1", "m1")
    other.rollback()
    other.close()
    assert await store.retrieve("c1") is not None


def lose(folder: Path, what: str) -> None:
    if what == "folder":
        folder.rename(folder.with_name(folder.name + "-gone"))
        return
    for path in folder.glob("assistant.db*"):
        path.unlink()


@pytest.mark.parametrize("loss", ["file", "folder"])
async def test_a_missing_database_fails_the_turn(make_store: MakeStore, tmp_path: Path, loss: str) -> None:
    """The database file, or the disk that holds it, is gone: every use fails the turn, at once."""
    store = make_store()
    await store.save(tracker(*one_turn(1)))
    lose(tmp_path, loss)
    began = time.perf_counter()
    with pytest.raises(TurnFailed):
        await store.retrieve("c1")
    with pytest.raises(TurnFailed):
        store.replies_to("c1", "m1")
    with pytest.raises(TurnFailed):
        await store.save(tracker(*one_turn(2)))
    assert time.perf_counter() - began <= BUSY_MS / 1000


async def test_a_database_put_back_is_used_at_once(make_store: MakeStore, tmp_path: Path) -> None:
    """A copy that is put in the file's place is what is read and written from then on, not the file that was open before."""
    store = make_store()
    await store.save(tracker(*one_turn(1)))
    with sqlite3.connect(tmp_path / "copy.db") as copy, sqlite3.connect(tmp_path / "assistant.db") as source:
        source.backup(copy)
    await store.save(tracker(*one_turn(2), conversation="c2"))
    lose(tmp_path, "file")
    (tmp_path / "copy.db").rename(tmp_path / "assistant.db")
    assert await store.retrieve("c1") is not None and await store.retrieve("c2") is None
    await store.save(tracker(*one_turn(3), conversation="c3"))
    assert [row.conversation for row in stored(make_store())] == ["c1", "c3"]


async def test_another_key_fails_the_turn(make_store: MakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a changed SECRET_KEY an old conversation cannot be read; it must not look like a new one."""
    await make_store().save(tracker(*one_turn(1)))
    monkeypatch.setenv("SECRET_KEY", "another key for tests only, 32 characters")
    store = make_store()
    with pytest.raises(TurnFailed, match="InvalidTag"):
        await store.retrieve("c1")
    with pytest.raises(TurnFailed, match="InvalidTag"):
        store.replies_to("c1", "m1")


async def test_changed_bytes_fail_the_turn(make_store: MakeStore) -> None:
    """A row that somebody changed is noticed by whoever reads it."""
    await make_store().save(tracker(*one_turn(1)))
    store = make_store()
    (row,) = stored(store)
    with store._engine.begin() as connection:
        connection.execute(turns.update().values(events=row.events[:-1] + bytes([row.events[-1] ^ 1])))
    with pytest.raises(TurnFailed):
        await store.retrieve("c1")
