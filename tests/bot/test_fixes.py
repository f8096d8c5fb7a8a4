"""Each fix to Rasa works, and each is still needed: the tests named `without_it` show what Rasa does by itself."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from bot import fixes
from bot.errors import TurnFailed
from bot.secret import Cipher
from tests.bot.action_server import ActionServer
from tests.bot.conftest import KEY
from tests.bot.tiny import DOMAIN

ACTION = "action_refer"


def conversation(turns: int = 3) -> DialogueStateTracker:
    """A conversation of `turns` messages, the newest not answered yet."""
    events: list[Event] = []
    for number in range(turns):
        events += [ActionExecuted("action_listen"), UserUttered(f"message {number}", {"name": "tell_need"})]
        events += [BotUttered(f"reply {number}")] if number < turns - 1 else [SlotSet("reference", "R1")]
    return DialogueStateTracker.from_events("c1", events, Domain.from_yaml(DOMAIN).slots)


async def run(server: ActionServer, tracker: DialogueStateTracker | None = None) -> list[Event]:
    """The events of one call of `action_refer`, as Rasa makes it."""
    domain = Domain.from_yaml(DOMAIN)
    action = RemoteAction(ACTION, EndpointConfig(server.url))
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)
    return await action.run(CollectingOutputChannel(), nlg, tracker or conversation(), domain)


# --- a failed action fails the turn ---------------------------------------------------------------------------------


async def test_an_action_gives_its_events_and_replies(fixed: None, action_server: ActionServer) -> None:
    """What the action says comes first, then what it records; a response of the domain may be named."""
    action_server.body = {
        "events": [{"event": "slot", "name": "reference", "value": "R2"}],
        "responses": [{"text": "Sent.", "buttons": [{"title": "Yes", "payload": "yes"}]}, {"response": "utter_sent"}],
    }
    first, second, slot = await run(action_server)
    assert isinstance(first, BotUttered) and first.text == "Sent."
    assert first.data["buttons"] == [{"title": "Yes", "payload": "yes"}]
    assert second.text == "Your referral has been sent."
    assert slot == SlotSet("reference", "R2")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": "action failed"}),
        (404, {"error": "no such action"}),
        (403, {"error": "forbidden"}),
        (500, "<html>oops</html>"),
        (400, "<html>bad request</html>"),
        (400, {"error": "no action named"}),
        (200, "not JSON"),
        (200, ""),
        (200, "null"),
        (200, "[]"),
        (200, {"events": "none", "responses": []}),
        (200, {"events": [{"name": "reference"}], "responses": []}),
        (200, {"events": [{"event": "no_such_event"}], "responses": []}),
        (200, {"events": [], "responses": ["a text"]}),
        (200, {"events": [], "responses": [{"buttons": 7}]}),
    ],
)
async def test_every_bad_answer_fails_the_turn(
    fixed: None, action_server: ActionServer, status: int, body: Any
) -> None:
    """An action that answers anything but a valid result has not worked, and the turn must not go on as if it had."""
    action_server.status, action_server.body = status, body
    with pytest.raises(TurnFailed):
        await run(action_server)


async def test_a_hanging_action_fails_the_turn_in_time(
    fixed: None, action_server: ActionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resident waits for an action no longer than its limit (shortened here)."""
    monkeypatch.setattr(fixes, "ACTION_LIMIT_SECONDS", 0.2)
    action_server.delay = 5.0
    began = time.perf_counter()
    with pytest.raises(TurnFailed):
        await run(action_server)
    assert time.perf_counter() - began < 1.0


async def test_a_dead_action_server_fails_the_turn(fixed: None, action_server: ActionServer) -> None:
    """A refused connection is a failed turn, also when an earlier call had worked; the next one works again."""
    await run(action_server)
    await action_server.stop()
    with pytest.raises(TurnFailed):
        await run(action_server)
    await action_server.start()
    assert await run(action_server) == []


async def test_no_action_endpoint_fails_the_turn(fixed: None) -> None:
    """Without an address for actions nothing can be done for the resident."""
    domain = Domain.from_yaml(DOMAIN)
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)
    with pytest.raises(TurnFailed, match="action_endpoint"):
        await RemoteAction(ACTION, None).run(CollectingOutputChannel(), nlg, conversation(), domain)


async def test_a_rejection_stays_a_rejection(fixed: None, action_server: ActionServer) -> None:
    """Status 400 that names the action is how a form refuses to run: Rasa's own handling goes on."""
    action_server.status, action_server.body = 400, {"action_name": ACTION, "error": "not now"}
    with pytest.raises(ActionExecutionRejection) as caught:
        await run(action_server)
    assert caught.value.action_name == ACTION and "not now" in str(caught.value)


def test_rasa_does_not_catch_a_failed_turn() -> None:
    """Rasa catches Exception around every action, so the failure must be none."""
    assert not issubclass(TurnFailed, Exception)


async def test_the_actions_know_who_calls(fixed: None, action_server: ActionServer) -> None:
    """Each call carries the key that the action server checks, and one connection serves many calls."""
    for _ in range(3):
        await run(action_server)
    expected = Cipher(KEY).sign("internal", "actions")
    assert [headers["X-Internal-Key"] for headers in action_server.headers] == [expected] * 3
    assert len(action_server.connections) == 1


async def test_the_address_may_come_from_the_environment(
    fixed: None, action_server: ActionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACTIONS_URL goes before the address in endpoints.yml, which may belong to somebody else's start."""
    monkeypatch.setenv("ACTIONS_URL", action_server.url)
    domain = Domain.from_yaml(DOMAIN)
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)
    action = RemoteAction(ACTION, EndpointConfig("http://127.0.0.1:9/webhook"))
    assert await action.run(CollectingOutputChannel(), nlg, conversation(), domain) == []
    assert action_server.asked == [ACTION]


async def test_the_payload_is_lean(fixed: None, action_server: ActionServer) -> None:
    """An action gets the slots, the forms and what happened since the newest message, not the whole conversation."""
    await run(action_server)
    (call,) = action_server.calls
    assert set(call) == {"next_action", "sender_id", "tracker", "domain", "version"}
    assert call["next_action"] == ACTION and call["sender_id"] == "c1"
    assert [event["event"] for event in call["tracker"]["events"]] == ["user", "slot"]
    assert call["tracker"]["events"][0]["text"] == "message 2"
    assert call["tracker"]["latest_message"]["text"] == "message 2"
    assert call["tracker"]["slots"]["reference"] == "R1"
    assert call["domain"]["forms"] == {"assessment": {"required_slots": ["village"]}}
    assert "responses" not in call["domain"]


async def test_the_payload_does_not_grow_with_the_conversation(fixed: None, action_server: ActionServer) -> None:
    """The hundredth message costs what the second did."""
    await run(action_server, conversation(2))
    await run(action_server, conversation(100))
    short, long = (len(json.dumps(call)) for call in action_server.calls)
    assert long < short * 1.1


async def test_the_schema_is_read_once(
    fixed: None, action_server: ActionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Building the validator took 30 of the 50 ms of a turn: after the start nobody asks for the schema again."""

    def again() -> None:
        raise AssertionError("the schema was read again")

    monkeypatch.setattr(RemoteAction, "action_response_format_spec", staticmethod(again))
    assert await run(action_server) == []


async def turn(model: str, server: ActionServer, text: str) -> tuple[list[str], DialogueStateTracker | None]:
    """What a tiny assistant says to one message, and the tracker it saved."""
    agent = Agent.load(model, action_endpoint=EndpointConfig(server.url))
    channel = CollectingOutputChannel()
    try:
        await agent.processor.handle_message(UserMessage(text, channel, "c1"))
    finally:
        tracker = await agent.tracker_store.retrieve("c1")
    return [message["text"] for message in channel.messages], tracker


async def test_a_failed_action_is_followed_by_nothing(
    fixed: None, action_server: ActionServer, tiny_model: str
) -> None:
    """In a whole turn: the failure reaches the caller and the confirmation that the rule has next is not spoken."""
    said, _ = await turn(tiny_model, action_server, "i am so lonely")
    assert action_server.asked == [ACTION] and said == ["Your referral has been sent."]
    action_server.status = 500
    with pytest.raises(TurnFailed):
        await turn(tiny_model, action_server, "i am so lonely")


async def test_a_failed_action_without_it(undo_fixes: None, action_server: ActionServer, tiny_model: str) -> None:
    """Rasa by itself says "your referral has been sent" after the action failed."""
    action_server.status = 500
    said, tracker = await turn(tiny_model, action_server, "i am so lonely")
    assert said == ["Your referral has been sent."]
    assert tracker is not None
    assert ACTION in [event.action_name for event in tracker.events if isinstance(event, ActionExecuted)]


# --- a database outage fails the turn --------------------------------------------------------------------------------


def test_the_tracker_store_is_used_unwrapped(fixed: None, make_store: Any) -> None:
    """Our store raises for an outage; nothing may stand between it and the turn."""
    store, domain = make_store(), Domain.from_yaml(DOMAIN)
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

SLASHES = ['/restart', '/tell_need{"need": "food"}', "/session_start", "/greet@0.9", "/ or /"]


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
    events = conversation(50).current_state(fixes.EventVerbosity.ALL)["events"]
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
