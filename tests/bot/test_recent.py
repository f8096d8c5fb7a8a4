"""Conversations kept in memory: used only while the table says nothing newer, and never after a failed turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import UserUttered
from rasa.utils.endpoints import EndpointConfig

from bot.channel import WholeReplies
from bot.errors import TurnFailed
from bot.recent import SECONDS, Recent
from bot.tracker_store import ConversationStore
from tests.bot.action_server import ActionServer
from tests.bot.conversations import grow, one_turn, stored, tracker

MakeStore = Callable[..., ConversationStore]


def statements(store: ConversationStore) -> list[str]:
    """Every statement that the store sends from now on."""
    sent: list[str] = []

    @sa.event.listens_for(store._engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(" ".join(statement.split()))

    return sent


async def test_a_conversation_in_memory_is_not_read_again(make_store: MakeStore) -> None:
    """One small question to the table (is this the newest?) instead of every event, and the next save adds one row."""
    store = make_store()
    await store.save(tracker(*one_turn(1)))
    sent = statements(store)
    known = await store.retrieve("c1")
    assert known is not None and len(known.events) == 5
    assert len(sent) == 1 and "LIMIT" in sent[0] and ".events" not in sent[0]
    await store.save(grow(known, one_turn(2)))
    assert len(sent) == 2 and sent[1].startswith("INSERT")


async def test_a_conversation_that_another_bot_went_on_with_is_read_again(make_store: MakeStore) -> None:
    """The table is the truth: a row that this process did not write makes it forget what it knew."""
    here, there = make_store(), make_store()
    await here.save(tracker(*one_turn(1)))
    known = await there.retrieve("c1")
    assert known is not None
    await there.save(grow(known, one_turn(2)))
    again = await here.retrieve("c1")
    assert again is not None and len(again.events) == 10


async def test_a_conversation_that_moves_to_another_bot_and_back_is_right_at_both(make_store: MakeStore) -> None:
    """A bot dies, its conversations move, it comes back: each goes on from the newest turn, and every turn is stored once."""
    bots = [make_store(), make_store()]
    for number, bot in enumerate((0, 0, 1, 1, 0, 1, 0), start=1):
        known = await bots[bot].retrieve("c1") or tracker()
        assert [event.text for event in known.events if isinstance(event, UserUttered)] == [
            f"i am lonely {earlier}" for earlier in range(1, number)
        ]
        await bots[bot].save(grow(known, one_turn(number)))
    assert [row.message_id for row in stored(bots[0])] == [f"m{number}" for number in range(1, 8)]


async def test_an_erased_conversation_is_forgotten(make_store: MakeStore) -> None:
    """Whoever erases the rows, here or in another process, has erased the conversation."""
    here, there = make_store(), make_store()
    await here.save(tracker(*one_turn(1)))
    await there.delete("c1")
    assert await here.retrieve("c1") is None
    assert len(here._recent) == 0


async def test_an_erased_conversation_leaves_the_memory_without_another_message(make_store: MakeStore) -> None:
    """Erased by another process: nobody needs to write before it is gone here too; what was not erased stays."""
    here, there = make_store(), make_store()
    here._tidy_seconds = 0.01
    await here.save(tracker(*one_turn(1)))
    await asyncio.sleep(0.05)
    assert len(here._recent) == 1
    await there.delete("c1")
    for _ in range(100):
        if not len(here._recent):
            break
        await asyncio.sleep(0.01)
    assert len(here._recent) == 0 and here._tidying is None


async def test_a_quiet_conversation_leaves_the_memory_without_another_message(make_store: MakeStore) -> None:
    """The quarter of an hour ends by itself."""
    store, now = make_store(), [0.0]
    store._recent, store._tidy_seconds = Recent(now=lambda: now[0]), 0.01
    await store.save(tracker(*one_turn(1)))
    now[0] = SECONDS
    for _ in range(100):
        if not len(store._recent):
            break
        await asyncio.sleep(0.01)
    assert len(store._recent) == 0


async def test_a_row_id_that_is_used_again_is_another_row(make_store: MakeStore) -> None:
    """SQLite gives the id of an erased row to the next one: what was saved when tells them apart."""
    here, there = make_store(), make_store()
    await here.save(tracker(*one_turn(1)))
    await there.delete("c1")
    await there.save(tracker(*one_turn(2)))
    assert len(stored(here)) == 1 and stored(here)[0].id == 1
    found = await here.retrieve("c1")
    assert found is not None
    assert [event.text for event in found.events if isinstance(event, UserUttered)] == ["i am lonely 2"]


async def test_who_takes_a_conversation_has_it_alone(make_store: MakeStore) -> None:
    """The object is taken out: until it is saved, whoever asks gets the conversation as the table has it."""
    store = make_store()
    await store.save(tracker(*one_turn(1)))
    taken = await store.retrieve("c1")
    assert taken is not None
    grow(taken, one_turn(2))
    fresh = await store.retrieve("c1")
    assert fresh is not None and fresh is not taken and len(fresh.events) == 5


async def test_a_failed_turn_is_not_remembered(
    fixed: None, action_server: ActionServer, make_store: MakeStore, tiny_model: str
) -> None:
    """Rasa works on the very object that was in memory; after a failure the next try starts from the last whole turn."""
    store = make_store()
    agent = Agent.load(tiny_model, tracker_store=store, action_endpoint=EndpointConfig(action_server.url))

    async def say(number: int) -> None:
        message = UserMessage("i am so lonely", WholeReplies("web"), "c1", message_id=f"m{number}")
        await agent.processor.handle_message(message)

    await say(1)
    before = await make_store().retrieve("c1")
    action_server.status = 500
    with pytest.raises(TurnFailed):
        await say(2)
    after = await store.retrieve("c1")
    assert before is not None and after is not None
    assert [event.as_dict() for event in after.events] == [event.as_dict() for event in before.events]


async def test_memory_is_bounded() -> None:
    """The conversations that were used longest ago are forgotten first."""
    recent = Recent(most=3)
    for number in range(5):
        recent.put(f"c{number}", tracker(*one_turn(number)), (number, 0.0))
    assert len(recent) == 3
    assert recent.take("c1", (1, 0.0)) is None and recent.take("c4", (4, 0.0)) is not None


async def test_a_quiet_conversation_is_forgotten() -> None:
    """What a resident said does not lie in memory for longer than a quarter of an hour of quiet."""
    now = [0.0]
    recent = Recent(now=lambda: now[0])
    recent.put("c1", tracker(*one_turn(1)), (1, 0.0))
    now[0] = SECONDS - 1
    recent.put("c2", tracker(*one_turn(1)), (2, 0.0))
    now[0] = SECONDS
    assert recent.take("c3", (3, 0.0)) is None
    assert len(recent) == 1 and recent.take("c2", (2, 0.0)) is not None


async def test_an_older_version_is_not_used() -> None:
    """Only a tracker that holds everything up to the newest row is used; one that does not is dropped."""
    recent = Recent()
    recent.put("c1", tracker(*one_turn(1)), (1, 0.0))
    assert recent.take("c1", (2, 0.0)) is None and len(recent) == 0


async def test_the_file_is_opened_once(make_store: MakeStore) -> None:
    """SQLAlchemy 1.4 opens a SQLite file anew for each statement: three times a turn, a sixth of the bot's work."""
    store = make_store()
    opened: list[object] = []
    sa.event.listen(store._engine, "connect", lambda *connection: opened.append(connection))
    store._engine.dispose()
    known = tracker(*one_turn(1))
    await store.save(known)
    for number in range(2, 8):
        store.replies_to("c1", f"m{number}")
        known = await store.retrieve("c1")
        assert known is not None
        await store.save(grow(known, one_turn(number)))
    assert len(opened) == 1
