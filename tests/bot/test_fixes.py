"""Each fix to Rasa works, and each is still needed: the tests named `without_it` show what Rasa does by itself.

The fix of the action calls is tested in test_fixes_actions.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from bot import fixes
from bot.errors import TurnFailed
from tests.bot.action_server import ActionServer
from tests.bot.conversations import conversation, turn
from tests.bot.tiny import DOMAIN

# --- a database outage fails the turn --------------------------------------------------------------------------------


def test_the_tracker_store_is_used_unwrapped(fixed: None, make_store: Any) -> None:
    """Our store raises for an outage; nothing may stand between it and the turn."""
    store, domain = make_store(Domain.empty()), Domain.from_yaml(DOMAIN)
    agent = Agent(domain=domain, tracker_store=store)
    assert agent.tracker_store is store
    assert store.domain.responses == domain.responses


def test_the_tracker_store_without_it(undo_fixes: None, make_store: Any) -> None:
    """Rasa by itself wraps the store in one that falls back to memory."""
    assert isinstance(Agent(domain=Domain.empty(), tracker_store=make_store()).tracker_store, FailSafeTrackerStore)


@pytest.mark.filterwarnings("ignore")
def test_an_in_memory_fallback_stops_the_start(fixed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be imported must stop the start-up: Rasa would serve from memory and forget everybody."""
    fallback = TrackerStore.create(EndpointConfig(type="bot.tracker_store.NoSuchStore"))
    assert isinstance(fallback, InMemoryTrackerStore)
    with pytest.raises(RuntimeError, match=r"endpoints\.yml"):
        Agent(domain=Domain.empty(), tracker_store=fallback)
    monkeypatch.setenv("ALLOW_MEMORY_TRACKER", "1")
    assert Agent(domain=Domain.empty(), tracker_store=fallback).tracker_store is fallback


def test_no_store_named_is_memory(fixed: None) -> None:
    """Training and `evaluate` name no store; they keep nothing, and are left alone."""
    assert isinstance(Agent(domain=Domain.empty()).tracker_store, InMemoryTrackerStore)


# --- typed slashes are text ----------------------------------------------------------------------------------------

SLASHES = ["/restart", '/tell_need{"need": "food"}', "/session_start", "/greet@0.9", "/ or /"]


def unpacked(text: str) -> Message:
    """A typed text after Rasa's own handler of slash messages, which is part of every trained model."""
    (message,) = RegexMessageHandler().process([Message({"text": text})], Domain.from_yaml(DOMAIN))
    return message


@pytest.mark.parametrize("text", SLASHES)
def test_typed_slashes_stay_text(fixed: None, text: str) -> None:
    """A resident who types a slash says words, never a command."""
    message = unpacked(text)
    assert message.data == {"text": text}


def test_typed_slashes_without_it(undo_fixes: None) -> None:
    """Rasa by itself obeys them."""
    assert unpacked("/restart").get("intent")["name"] == "restart"


async def test_typed_slashes_in_a_whole_turn(fixed: None, action_server: ActionServer, tiny_model: str) -> None:
    """The trained assistant reads the words behind the slash, and the conversation is not restarted."""
    _, tracker = await turn(tiny_model, action_server, "/restart")
    assert tracker is not None
    assert tracker.latest_message.intent["name"] != "restart"
    assert tracker.latest_message.text == "/restart"
    assert "restart" not in [event.type_name for event in tracker.events]


# --- a failure inside Rasa fails the turn -------------------------------------------------------------------------------


class BrokenWording(TemplatedNaturalLanguageGenerator):
    """Wording that cannot be produced, as when a response lacks a value."""

    async def generate(self, *args: Any, **kwargs: Any) -> Any:
        raise KeyError("no such value")


async def broken_wording(model: str, server: ActionServer) -> list[str]:
    agent = Agent.load(model, action_endpoint=EndpointConfig(server.url))
    agent.processor.nlg = BrokenWording({})
    channel = CollectingOutputChannel()
    await agent.processor.handle_message(UserMessage("hello", channel, "c1"))
    return [message["text"] for message in channel.messages]


async def test_a_failure_inside_rasa_fails_the_turn(fixed: None, action_server: ActionServer, tiny_model: str) -> None:
    """An exception of Rasa's own action ends the turn: nothing is saved and nothing is said."""
    with pytest.raises(TurnFailed):
        await broken_wording(tiny_model, action_server)


async def test_a_failure_inside_rasa_without_it(
    undo_fixes: None, action_server: ActionServer, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rasa by itself swallows it and answers with nothing."""
    monkeypatch.setenv("ALLOW_MEMORY_TRACKER", "1")
    assert await broken_wording(tiny_model, action_server) == []


# --- event classes are looked up once ----------------------------------------------------------------------------------


def test_the_event_table_gives_the_same_classes(undo_fixes: None) -> None:
    """Every event is read as the class that Rasa itself would take, also where a module adds a second one named "user"."""
    import rasa.core.test  # noqa: F401  # adds it

    of_rasa = Event.resolve_by_type
    fixes.apply()
    assert Event.resolve_by_type is not of_rasa
    names = {cls.type_name for cls in all_subclasses(Event)}
    assert len(names) > 20
    assert {name: Event.resolve_by_type(name) for name in names} == {name: of_rasa(name) for name in names}


def test_the_event_table_is_built_once(fixed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading a conversation of hundreds of events lists the classes once."""
    built = []

    def counted(cls: type) -> list[type]:
        built.append(cls)
        return all_subclasses(cls)

    monkeypatch.setattr(fixes, "all_subclasses", counted)
    events = conversation(50).current_state(EventVerbosity.ALL)["events"]
    assert len(DialogueStateTracker.from_dict("c1", events).events) == len(events)
    assert len(built) == 1


def test_an_unknown_event_is_an_error_or_the_default(fixed: None) -> None:
    """As in Rasa: an unknown name raises ValueError unless the caller gave a class to fall back to."""
    with pytest.raises(ValueError, match="no_such_event"):
        Event.resolve_by_type("no_such_event")
    assert Event.resolve_by_type("no_such_event", SlotSet) is SlotSet


# --- arguments of the command line -----------------------------------------------------------------------------------


def option(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(name) + 1]


def test_run_gets_our_files_loopback_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m bot run` alone serves our channel on loopback, on the port that the settings name."""
    monkeypatch.setenv("RASA_PORT", "5999")
    arguments = fixes.main_arguments(["run"])
    assert arguments[0] == "run"
    assert option(arguments, "--endpoints") == "endpoints.yml"
    assert option(arguments, "--credentials") == "credentials.yml"
    assert option(arguments, "--interface") == "127.0.0.1"
    assert option(arguments, "--port") == "5999"


def test_the_port_has_a_default() -> None:
    """RASA_PORT is 5005 when it is not set."""
    assert option(fixes.main_arguments(["run"]), "--port") == "5005"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (["-p", "6000"], "--port"),
        (["--port", "6000"], "--port"),
        (["--port=6000"], "--port"),
        (["-i", "::1"], "--interface"),
        (["--endpoints", "other.yml"], "--endpoints"),
        (["--credentials=other.yml"], "--credentials"),
    ],
)
def test_what_is_given_is_kept(given: list[str], name: str) -> None:
    """An argument that the caller gave, in any of its forms, is not given again."""
    arguments = fixes.main_arguments(["run", *given])
    assert arguments[1 : 1 + len(given)] == given
    assert name not in arguments[1 + len(given) :]


def test_the_shell_gets_no_credentials() -> None:
    """Rasa's shell has its own channel and knows no --credentials of ours."""
    arguments = fixes.main_arguments(["shell"])
    assert "--credentials" not in arguments
    assert option(arguments, "--endpoints") == "endpoints.yml"


@pytest.mark.parametrize("arguments", [[], ["train"], ["data", "validate"], ["--help"]])
def test_other_commands_are_left_alone(arguments: list[str]) -> None:
    """`python -m bot train` is `rasa train`."""
    assert fixes.main_arguments(arguments) == arguments
