"""A failed action fails the turn: the fix to Rasa's calls of the action server works, and is still needed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import action_calls
from bot.errors import TurnFailed
from bot.secret import Cipher
from tests.bot.action_server import ActionServer
from tests.bot.conftest import KEY
from tests.bot.conversations import conversation, turn
from tests.bot.tiny import DOMAIN

ACTION = "action_refer"


async def run(server: ActionServer, tracker: DialogueStateTracker | None = None) -> list[Event]:
    """The events of one call of `action_refer`, as Rasa makes it."""
    domain = Domain.from_yaml(DOMAIN)
    action = RemoteAction(ACTION, EndpointConfig(server.url))
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)
    return await action.run(CollectingOutputChannel(), nlg, tracker or conversation(), domain)


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
    monkeypatch.setattr(action_calls, "LIMIT_SECONDS", 0.2)
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
