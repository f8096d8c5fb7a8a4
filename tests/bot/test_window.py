"""A long conversation through a window: the same words, the same rows, and a bounded number of events to walk through."""

from __future__ import annotations

import json
import random
import tarfile
from collections.abc import Callable

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    Event,
    LoopInterrupted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import tracker_store, window
from bot.channel import WholeReplies
from bot.speed import newest_states
from bot.tracker_store import ConversationStore
from bot.window import KEPT, LONG, STATES, narrowed
from tests.bot.action_server import ActionServer
from tests.bot.conftest import ROOT
from tests.bot.conversations import one_turn, says, stored
from tests.bot.tiny import DOMAIN

MakeStore = Callable[..., ConversationStore]
MODEL = ROOT / "models" / "assistant.tar.gz"
WORDS = ("hello there", "i am so lonely", "my village is wigston", "who won the football last night", "good morning")


def known(events: list[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c1", events, Domain.from_yaml(DOMAIN).slots)


# One turn, as any of these may follow any other.
PIECES: tuple[Callable[[], list[Event]], ...] = (
    lambda: [ActionExecuted("assessment"), ActiveLoop("assessment"), SlotSet("requested_slot", "village")],
    lambda: [ActionExecuted("assessment"), ActiveLoop(None), SlotSet("requested_slot", None)],
    lambda: [ActionExecutionRejected("assessment"), ActionExecuted("action_refer")],
    lambda: [LoopInterrupted(True)],
    lambda: [SlotSet("village", "Wigston")],
    lambda: [SlotSet("reference", None)],
    lambda: [SlotSet("reference", "R1"), BotUttered("Sent.")],
    lambda: [AllSlotsReset()],
    lambda: [ConversationPaused()],
)


@pytest.mark.parametrize("seed", range(12))
def test_the_window_has_the_state_of_the_whole(seed: int) -> None:
    """Slots, form, pause, newest message and action are those of the whole conversation, and so is what rules look at; also when
    the conversation has gone on, and was narrowed again and again."""
    draw, domain = random.Random(seed), Domain.from_yaml(DOMAIN)
    whole, narrow = known([]), known([])
    for number in range(draw.randint(40, 90)):
        turn: list[Event] = [ActionExecuted("action_listen"), says(f"message {number}", f"m{number}")]
        turn += [event for make in draw.choices(PIECES, k=draw.randint(0, 4)) for event in make()]
        for event in turn:
            whole.update(event)
            narrow.update(event)
        assert newest_states(narrow, domain, 8) == newest_states(whole, domain, 8)
        if draw.random() < 0.8:
            narrow = narrowed(narrow)
        assert narrow.current_slot_values() == whole.current_slot_values()
        assert narrow.active_loop_name == whole.active_loop_name
        assert narrow.is_active_loop_rejected == whole.is_active_loop_rejected
        assert narrow.is_active_loop_interrupted == whole.is_active_loop_interrupted
        assert narrow.is_paused() == whole.is_paused()
        assert narrow.latest_message is whole.latest_message
        assert narrow.latest_action_name == whole.latest_action_name
    assert len(whole.events) > 100 and narrow.standing


def test_no_rule_is_longer_than_what_the_window_leaves() -> None:
    """Of the trained assistant: a rule that had more states would see the window's beginning for that of the conversation."""
    if not MODEL.exists():
        pytest.skip("there is no trained model: `make setup` trains it")
    with tarfile.open(MODEL) as archive:
        name = next(name for name in archive.getnames() if name.endswith("rule_policy.json"))
        lookup = json.loads(archive.extractfile(name).read())["lookup"]  # type: ignore[union-attr]
    rules = [*lookup["rules"], *lookup["rules_for_loop_unhappy_path"]]
    assert len(rules) > 50 and max(len(json.loads(rule)) for rule in rules) < STATES


def test_a_short_conversation_is_left_alone() -> None:
    """Most conversations never meet the window."""
    short = known([event for number in range(LONG // 5) for event in one_turn(number)])
    assert len(short.events) == LONG and narrowed(short) is short


def test_the_window_begins_where_the_bot_waited() -> None:
    """Some of the newest events stay, from a wait for a message on; before them only what stands for the others."""
    long = known([event for number in range(100) for event in one_turn(number)])
    narrow = narrowed(long)
    kept = list(narrow.events)[narrow.standing :]
    assert KEPT <= len(kept) < LONG
    assert isinstance(kept[0], ActionExecuted) and kept[0].action_name == "action_listen"
    assert kept == list(long.events)[-len(kept) :]
    assert narrow.standing < 12


async def play(
    model: str, server: ActionServer, store: ConversationStore, seed: int, turns: int = 45
) -> tuple[list[list[str]], int]:
    """What is said in a random conversation, and the most events that one turn had to walk through."""
    agent = Agent.load(model, tracker_store=store, action_endpoint=EndpointConfig(server.url))
    draw, said, most = random.Random(seed), [], 0
    for number in range(turns):
        values = [None, "Wigston", "Syston"]
        server.body = {
            "events": [{"event": "slot", "name": draw.choice(["village", "reference"]), "value": draw.choice(values)}],
            "responses": [{"text": f"Answer {number}"}],
        }
        channel = WholeReplies("web")
        message = UserMessage(draw.choice(WORDS), channel, "c1", message_id=f"m{number}")
        await agent.processor.handle_message(message)
        said.append([reply["text"] for reply in channel.messages])
        tracker = await store.retrieve("c1")
        assert tracker is not None
        most = max(most, len(tracker.events))
        store._recent.put("c1", tracker, stored(store)[-1].id)
    return said, most


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_long_conversations_go_as_they_would_without_it(
    fixed: None,
    action_server: ActionServer,
    make_store: MakeStore,
    tiny_model: str,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """The same messages are answered in the same words, and the table holds the same events, with and without the window."""
    store = make_store()
    with_window, walked = await play(tiny_model, action_server, store, seed)
    rows = kinds(store)
    await store.delete("c1")
    monkeypatch.setattr(tracker_store, "narrowed", lambda tracker: tracker)
    without, walked_without = await play(tiny_model, action_server, make_store(), seed)
    assert with_window == without
    assert rows == kinds(store)
    assert walked < LONG + 60 < walked_without


def kinds(store: ConversationStore) -> list[list[str]]:
    """The kinds of the stored events, turn by turn."""
    return [[event["event"] for event in store._open(row.events)] for row in stored(store)]


async def test_a_long_conversation_is_narrowed_when_it_is_read(make_store: MakeStore) -> None:
    """After a restart too, and only what is new is stored then."""
    store = make_store()
    await store.save(known([event for number in range(60) for event in one_turn(number)]))
    tracker = await make_store().retrieve("c1")
    assert tracker is not None and len(tracker.events) < LONG
    for event in one_turn(61):
        tracker.update(event)
    await store.save(tracker)
    assert [len(store._open(row.events)) for row in stored(store)] == [300, 5]


def test_a_turn_that_never_waits_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place to cut at the conversation stays whole."""
    monkeypatch.setattr(window, "LONG", 5)
    odd = known([says(f"message {number}") for number in range(60)])
    assert narrowed(odd) is odd
