"""The bot's channel over HTTP, with a trained model: who is let in, what comes back, and that no message runs twice."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import register
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from bot.channel import FrontDoorChannel, ParseChannel
from bot.lock_store import TurnLocks
from bot.secret import Cipher
from bot.smoke import Known
from tests.bot.action_server import ActionServer
from tests.bot.conftest import KEY
from tests.bot.turns import body


class Bot:
    """The channel served by Sanic as Rasa serves it, with a tiny assistant behind."""

    def __init__(
        self, base: str, app: Sanic, channel: FrontDoorChannel, client: aiohttp.ClientSession, actions: ActionServer
    ) -> None:
        self.base, self.app, self.channel, self.client, self.actions = base, app, channel, client, actions

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.client.get(self.base + path) as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, data: bytes, key: str = "") -> tuple[int, Any]:
        async with self.client.post(self.base + path, data=data, headers={"X-Internal-Key": key}) as answer:
            return answer.status, await answer.json()

    async def turn(self, **changes: Any) -> tuple[int, Any]:
        return await self.post("/webhooks/front_door/turn", body(**changes), Cipher(KEY).sign("internal", "rasa"))


@pytest.fixture
async def bot(
    fixed: None, tiny_model: str, make_store: Any, action_server: ActionServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bot]:
    monkeypatch.setattr(Sanic, "test_mode", True)  # lets several servers start in one process
    app = Sanic(f"bot_{uuid.uuid4().hex}", configure_logging=False)
    channel = FrontDoorChannel([Known("i am so lonely these days", intent="tell_need", entities=("loneliness",))])
    register([channel, ParseChannel()], app, route="/webhooks/")
    app.ctx.agent = Agent.load(
        tiny_model,
        tracker_store=make_store(),
        lock_store=TurnLocks(),
        action_endpoint=EndpointConfig(action_server.url),
    )
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
    await server.startup()
    async with aiohttp.ClientSession() as client:
        yield Bot(f"http://127.0.0.1:{listening.getsockname()[1]}", app, channel, client, action_server)
    server.close()
    await server.wait_closed()


async def test_a_turn_is_answered(bot: Bot) -> None:
    """Replies come back with their choices; the key is that of the front door."""
    status, answer = await bot.turn(text="hello there")
    assert status == 200
    assert answer == {
        "replies": [
            {
                "text": "Hello.\n\nWhat is going on?",
                "choices": [{"label": "I feel lonely", "value": "lonely"}],
                "data": {},
            }
        ],
        "repeated": False,
    }


@pytest.mark.parametrize("key", ["", "wrong", "schlüssel", Cipher(KEY).sign("internal", "actions")])
async def test_a_call_without_the_key_is_refused(bot: Bot, key: str) -> None:
    """Nobody but the front door gets an answer: 403, and nothing is run."""
    status, answer = await bot.post("/webhooks/front_door/turn", body(), key)
    assert (status, answer) == (403, {"error": "forbidden"})
    assert bot.actions.asked == []


async def test_a_bad_turn_is_400(bot: Bot) -> None:
    """The reason is named, so that a mistake in the front door is found."""
    status, answer = await bot.turn(channel="pigeon")
    assert status == 400 and answer["error"] == "bad_request" and "channel" in answer["detail"]


async def test_a_repeated_message_runs_nothing_twice(bot: Bot) -> None:
    """The same message id gives the same replies from the store, and no action is called again."""
    first = await bot.turn()
    again = await bot.turn()
    assert first == (200, {"replies": again[1]["replies"], "repeated": False})
    assert again[0] == 200 and again[1]["repeated"] is True
    assert bot.actions.asked == ["action_refer"]


async def test_the_same_message_twice_at_once_runs_once(bot: Bot) -> None:
    """Also when the repeat comes while the first is still at work."""
    bot.actions.delay = 0.1
    answers = await asyncio.gather(bot.turn(), bot.turn())
    assert sorted(answer["repeated"] for _, answer in answers) == [False, True]
    assert bot.actions.asked == ["action_refer"]


async def test_a_failed_turn_is_503_and_may_come_again(bot: Bot) -> None:
    """The action fails: 503, nothing said or stored; the same message then succeeds."""
    bot.actions.status = 500
    assert await bot.turn() == (503, {"error": "turn_failed"})
    bot.actions.status = 200
    status, answer = await bot.turn()
    assert status == 200 and answer["repeated"] is False
    assert [reply["text"] for reply in answer["replies"]] == ["Your referral has been sent."]


async def test_an_unexpected_error_is_503_and_tells_no_words(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of our own is a failed turn too, and neither the answer nor the log holds what the resident wrote."""
    assert (await bot.get("/webhooks/front_door/"))[0] == 200
    bot.app.ctx.agent.processor.graph_runner = None
    status, answer = await bot.turn(text="hello there you old rogue")
    assert (status, answer) == (503, {"error": "turn_failed"})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
    assert ours and not any("rogue" in line for line in ours)


async def test_a_choice_is_obeyed_not_read(bot: Bot) -> None:
    """The words of a chosen button never reach the classifier."""
    status, answer = await bot.turn(text="i am so lonely", choice="lonely")
    assert status == 200 and [reply["text"] for reply in answer["replies"]] == ["You chose."]


async def test_a_typed_slash_is_no_command(bot: Bot) -> None:
    """`/restart` typed by a resident is answered like any words."""
    await bot.turn(text="hello there")
    status, answer = await bot.turn(text="/restart", message_id="m2")
    assert status == 200 and answer["replies"]
    tracker = await bot.app.ctx.agent.tracker_store.retrieve("c1")
    assert "restart" not in [event.type_name for event in tracker.events]


async def test_ready_when_the_model_passes_its_smoke_test(bot: Bot) -> None:
    """200 once a known sentence is understood by the loaded model."""
    assert await bot.get("/webhooks/front_door/") == (200, {"ready": True, "problem": None})


async def test_not_ready_without_a_model(bot: Bot) -> None:
    """Until the model is loaded: 503, for the check and for a turn."""
    bot.app.ctx.agent = None
    status, answer = await bot.get("/webhooks/front_door/")
    assert status == 503 and answer == {"ready": False, "problem": "model not loaded"}
    status, answer = await bot.turn()
    assert status == 503 and answer["error"] == "not_ready"


async def test_not_ready_on_another_tracker_store(bot: Bot, tiny_model: str) -> None:
    """A bot that keeps conversations in memory must not be given any."""
    bot.app.ctx.agent = Agent.load(tiny_model)
    assert await bot.get("/webhooks/front_door/") == (503, {"ready": False, "problem": "wrong tracker store"})


async def test_not_ready_when_the_model_talks_nonsense(bot: Bot) -> None:
    """A model that does not understand a known sentence is not used; once it has understood them it is not asked again."""
    bot.channel._known = [
        Known("i am so lonely these days", intent="tell_need"),
        Known("hello", intent="no_such_intent"),
    ]
    status, answer = await bot.get("/webhooks/front_door/")
    assert status == 503 and answer["problem"] == "the model failed its smoke test: 'hello'"
    assert (await bot.turn())[0] == 503
    bot.channel._known = bot.channel._known[:1]
    assert (await bot.turn())[0] == 200
    bot.channel._known = [Known("hello", intent="no_such_intent")]
    assert (await bot.get("/webhooks/front_door/"))[0] == 200


async def test_parse_tells_how_a_text_is_understood(bot: Bot) -> None:
    """In development: Rasa's own parse result."""
    status, answer = await bot.post("/model/parse", b'{"text": "i am so lonely these days"}')
    assert status == 200 and answer["intent"]["name"] == "tell_need"
    assert {"need": "loneliness"}.items() <= {e["entity"]: e["value"] for e in answer["entities"]}.items()


@pytest.mark.parametrize("bad", [b"", b"[]", b"{}", b'{"text": 7}', b"not json"])
async def test_parse_refuses_other_forms(bot: Bot, bad: bytes) -> None:
    """Anything but JSON with a text is 400."""
    assert (await bot.post("/model/parse", bad))[0] == 400


async def test_parse_is_not_there_in_production(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Production answers 404 whatever is sent."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert (await bot.post("/model/parse", b'{"text": "hello"}'))[0] == 404
