"""Conversations are kept whole and encrypted, one row a turn."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import (
    ActionExecuted,
    SessionStarted,
    UserUttered,
)
from rasa.utils.endpoints import EndpointConfig

from bot import tracker_store
from bot.channel import WholeReplies
from bot.errors import TurnFailed
from bot.tracker_store import BUSY_MS, ConversationStore
from tests.bot.action_server import ActionServer
from tests.bot.conversations import grow, one_turn, says, stored, tracker

MakeStore = Callable[..., ConversationStore]


async def test_a_conversation_comes_back_as_it_was(make_store: MakeStore) -> None:
    """Every event, the slots, the open form and the newest message survive a restart."""
    before = tracker(ActionExecuted("action_session_start"), SessionStarted(), *one_turn())
    await make_store().save(before)
    after = await make_store().retrieve("c1")
    assert after is not None
    assert [e.as_dict() for e in after.events] == [e.as_dict() for e in before.events]
    assert after.current_slot_values() == before.current_slot_values()
    assert after.active_loop_name == "assessment" and after.get_slot("requested_slot") == "village"
    assert after.latest_message.as_dict() == before.latest_message.as_dict()


async def test_nobody_is_new(make_store: MakeStore) -> None:
    """A conversation that was never saved is None, not an empty tracker; another one's events are not shown."""
    store = make_store()
    await store.save(tracker(*one_turn()))
    assert await store.retrieve("c2") is None


async def test_only_new_events_are_stored_one_row_a_turn(make_store: MakeStore) -> None:
    """A turn adds one row with its own events, so that the hundredth turn costs what the first did."""
    store = make_store()
    known = tracker(*one_turn(1))
    await store.save(known)
    await store.save(grow(known, one_turn(2)))  # the same object
    again = await store.retrieve("c1")
    assert again is not None
    await store.save(grow(again, one_turn(3)))  # one that was read
    assert [row.message_id for row in stored(store)] == ["m1", "m2", "m3"]
    assert [len(store._open(row.events)) for row in stored(store)] == [5, 5, 5]
    whole = await store.retrieve("c1")
    assert whole is not None
    assert [e.text for e in whole.events if isinstance(e, UserUttered)] == [
        "i am lonely 1",
        "i am lonely 2",
        "i am lonely 3",
    ]


async def test_saving_twice_stores_once(make_store: MakeStore) -> None:
    """Nothing new, nothing stored."""
    store = make_store()
    known = tracker(*one_turn())
    await store.save(known)
    await store.save(known)
    assert len(stored(store)) == 1


async def test_an_empty_tracker_is_not_stored(make_store: MakeStore) -> None:
    """Rasa saves each new tracker while it is still empty; a first turn that fails must leave nothing behind."""
    store = make_store()
    known = await store.get_or_create_tracker("c1")
    assert len(known.events) == 1 and stored(store) == []
    await store.save(grow(known, one_turn()))
    (row,) = stored(store)
    assert len(store._open(row.events)) == 6


async def test_a_whole_conversation_through_rasa(
    fixed: None, action_server: ActionServer, make_store: MakeStore, tiny_model: str
) -> None:
    """Rasa's own handling of three messages stores three rows, and each event once."""
    store = make_store()
    agent = Agent.load(tiny_model, tracker_store=store, action_endpoint=EndpointConfig(action_server.url))
    for number, text in enumerate(["hello there", "i am so lonely", "good morning"]):
        await agent.processor.handle_message(UserMessage(text, WholeReplies("web"), "c1", message_id=f"m{number}"))
    assert [row.message_id for row in stored(store)] == ["m0", "m1", "m2"]
    whole = await store.retrieve("c1")
    assert whole is not None
    assert [e.text for e in whole.events if isinstance(e, UserUttered)] == [
        "hello there",
        "i am so lonely",
        "good morning",
    ]
    assert len([e for e in whole.events if isinstance(e, SessionStarted)]) == 1


async def test_a_failed_turn_leaves_nothing(
    fixed: None, action_server: ActionServer, make_store: MakeStore, tiny_model: str
) -> None:
    """A first message whose action fails is not stored at all; afterwards the same message is the first again."""
    store = make_store()
    agent = Agent.load(tiny_model, tracker_store=store, action_endpoint=EndpointConfig(action_server.url))
    action_server.status = 500
    message = {"sender_id": "c1", "message_id": "m1"}
    with pytest.raises(TurnFailed):
        await agent.processor.handle_message(UserMessage("i am so lonely", WholeReplies("web"), **message))
    assert stored(store) == [] and await store.retrieve("c1") is None
    action_server.status = 200
    await agent.processor.handle_message(UserMessage("i am so lonely", WholeReplies("web"), **message))
    assert [row.message_id for row in stored(store)] == ["m1"]


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("assistant.db*"))


async def test_stored_bytes_hold_no_plain_text(make_store: MakeStore, tmp_path: Path) -> None:
    """Whoever copies the database files reads neither what the resident wrote nor what was answered."""
    store = make_store()
    await store.save(tracker(*one_turn()))
    raw = all_bytes(tmp_path)
    assert b"tracker_turn" in raw
    for words in (b"lonely", b"loneliness", b"Where do you live", b"Wigston", b"village"):
        assert words not in raw


async def test_the_same_turn_is_never_encrypted_alike(make_store: MakeStore) -> None:
    """Two residents who write the same words cannot be told from the bytes."""
    store = make_store()
    await store.save(tracker(says("i am lonely"), conversation="c1"))
    await store.save(tracker(says("i am lonely"), conversation="c2"))
    first, second = (row.events for row in stored(store))
    assert first[:12] != second[:12] and first != second


async def test_replies_to_a_repeated_message(make_store: MakeStore) -> None:
    """What was said in the turn of a message can be said again, and only that."""
    store = make_store()
    known = tracker(*one_turn(1))
    await store.save(known)
    await store.save(grow(known, one_turn(2)))
    (reply,) = store.replies_to("c1", "m2") or []
    assert reply["text"] == "Where do you live? 2"
    assert reply["buttons"] == [{"title": "Wigston", "payload": "Wigston"}]
    assert store.replies_to("c1", "m3") is None
    assert store.replies_to("c2", "m2") is None


async def test_a_turn_without_a_reply_is_known_too(make_store: MakeStore) -> None:
    """An empty list is an answer ("nothing was said"); None means that the message never came."""
    store = make_store()
    await store.save(tracker(says("hello", "m1"), ActionExecuted("action_listen")))
    assert store.replies_to("c1", "m1") == []


async def test_a_repeated_message_id_is_refused(make_store: MakeStore) -> None:
    """The unique index: should two processes run the same message, the second one's turn fails and is not stored."""
    store = make_store()
    await store.save(tracker(*one_turn(1)))
    with pytest.raises(TurnFailed, match="IntegrityError"):
        await store.save(tracker(*one_turn(1)))
    assert len(stored(store)) == 1


async def test_the_same_message_id_in_two_conversations_is_fine(make_store: MakeStore) -> None:
    """Message ids are unique within a conversation, not across; a turn without one may come any number of times."""
    store = make_store()
    await store.save(tracker(*one_turn(1), conversation="c1"))
    await store.save(tracker(*one_turn(1), conversation="c2"))
    await store.save(tracker(says("no id"), conversation="c1"))
    await store.save(tracker(says("no id"), conversation="c1"))
    assert len(stored(store)) == 4


async def test_keys_and_delete(make_store: MakeStore) -> None:
    """Conversations can be listed by id, and deleted without a trace."""
    store = make_store()
    await store.save(tracker(*one_turn(1), conversation="c1"))
    await store.save(tracker(*one_turn(1), conversation="c2"))
    assert sorted(await store.keys()) == ["c1", "c2"]
    await store.delete("c1")
    assert list(await store.keys()) == ["c2"] and await store.retrieve("c1") is None


def test_sqlite_is_opened_for_speed_and_short_waits(make_store: MakeStore) -> None:
    """WAL with synchronous=NORMAL: Rasa's own store spends 15 ms a turn on the slowest journal mode."""
    with make_store()._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_MS <= 250


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_every_postgres_address_gets_the_driver_that_is_here(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One DATABASE_URL serves both Pythons; this one has psycopg2."""
    monkeypatch.setenv("DATABASE_URL", f"{prefix}user@host/db")
    assert tracker_store.database_url() == "postgresql+psycopg2://user@host/db"


def test_without_an_address_it_is_the_file_of_the_product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """VAR_DIR is made when it is missing; a SQLite address is taken as it is."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "new"))
    assert tracker_store.database_url() == f"sqlite:///{tmp_path / 'new' / 'assistant.db'}"
    assert (tmp_path / "new").is_dir()
    monkeypatch.setenv("DATABASE_URL", "sqlite:////elsewhere/a.db")
    assert tracker_store.database_url() == "sqlite:////elsewhere/a.db"


async def test_while_a_turn_waits_to_be_saved_others_go_on(make_store: MakeStore, tmp_path: Path) -> None:
    """Somebody else has the only pen: the event loop runs on, and another conversation is read in the meantime."""
    store, order = make_store(), []
    await store.save(tracker(*one_turn(1)))
    writer = sqlite3.connect(tmp_path / "assistant.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    second = grow(await store.retrieve("c1"), one_turn(2))
    saving = asyncio.create_task(store.save(second))
    saving.add_done_callback(lambda _: order.append("saved"))
    await asyncio.sleep(0)
    assert await store.retrieve("c2") is None
    order.append("read")
    writer.execute("COMMIT")
    await saving
    assert order == ["read", "saved"]
    assert [row.message_id for row in stored(store)] == ["m1", "m2"]
