"""Playing conversations against a door: what is counted, and what a failure does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.doors import Failed, FrontDoor, StockDoor, heard
from bench.load import play
from bench.people import Heard, Said, load_cast

PEOPLE = load_cast().people


class Echo:
    """Answers at once; keeps how many talk at the same time. Fails at message `fails_at`."""

    talking = most = 0

    def __init__(self, fails_at: int = 0) -> None:
        self._fails_at = fails_at
        self._said = 0

    async def open(self) -> None:
        Echo.talking += 1
        Echo.most = max(Echo.most, Echo.talking)

    async def say(self, said: Said) -> Heard:
        self._said += 1
        await asyncio.sleep(0)
        if self._said == self._fails_at:
            raise Failed("no reply")
        if self._said == 5:
            Echo.talking -= 1
        return Heard("Your reference is ABC-123." if self._said == 4 else "", services=self._said == 2)


@pytest.fixture(autouse=True)
def nobody_talks() -> None:
    Echo.talking = Echo.most = 0


async def test_every_message_is_timed_and_counted() -> None:
    """Turns, searches and referrals of all conversations, never more at once than asked for."""
    played = await play(Echo, PEOPLE, conversations=10, at_once=3, turns=5)
    assert (played.turns, played.searches, played.referrals, played.failures) == (50, 10, 10, [])
    assert Echo.most <= 3 and played.seconds > 0 and played.turns_a_second > 0


async def test_a_failure_ends_its_conversation_only() -> None:
    """It is reported, and the others go on."""
    doors = iter([Echo(fails_at=2), Echo(), Echo()])
    played = await play(lambda: next(doors), PEOPLE, conversations=3, at_once=1, turns=5)
    assert played.turns == 1 + 5 + 5 and played.failures == ["no reply"]


# --- the doors -----------------------------------------------------------------------------------------------------------

Serve = Callable[[web.Application], "asyncio.Future[str]"]


class Chat:
    """A front door of four lines: keeps what it was sent."""

    def __init__(self, *answers: dict[str, object]) -> None:
        self.answers = list(answers)
        self.posts: list[dict[str, str]] = []
        self.headers: list[tuple[str | None, str | None]] = []

    async def show(self, request: web.Request) -> web.Response:
        answer = web.json_response({"messages": [], "hidden": {"csrf": "form-token", "client_id": "p.1"}})
        answer.set_cookie("chat", "a-session")
        return answer

    async def post(self, request: web.Request) -> web.Response:
        self.posts.append(await request.json())
        self.headers.append((request.headers.get("X-Forwarded-For"), request.cookies.get("chat")))
        return web.json_response(self.answers.pop(0))


REPLY = {
    "text": "Is that right?",
    "choices": [{"label": "Yes", "value": "needs_right=yes"}],
    "services": [{"name": "A"}],
}


async def test_the_front_door_is_used_as_a_script_would() -> None:
    """The form's token, the session's cookie, an address of one's own, and an id for each message; a choice goes by its value."""
    chat = Chat({"messages": [REPLY], "owed": False}, {"messages": [REPLY], "owed": False})
    app = web.Application()
    app.add_routes([web.get("/chat", chat.show), web.post("/chat", chat.post)])
    async with TestServer(app) as server, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        door = FrontDoor(http, str(server.make_url("")).rstrip("/"), "10.0.0.7")
        await door.open()
        assert await door.say(Said("hello")) == heard([REPLY])
        await door.say(Said("Yes", "needs_right=yes"))
    assert chat.posts == [
        {"csrf": "form-token", "client_id": "bench-1", "message": "hello"},
        {"csrf": "form-token", "client_id": "bench-2", "choice": "needs_right=yes"},
    ]
    assert chat.headers == [("10.0.0.7", "a-session")] * 2


async def test_a_reply_that_is_owed_is_waited_for_by_the_same_id() -> None:
    """The same message is never sent as another one."""
    chat = Chat({"messages": [], "owed": True}, {"messages": [REPLY], "owed": False})
    app = web.Application()
    app.add_routes([web.get("/chat", chat.show), web.post("/chat", chat.post)])
    async with TestServer(app) as server, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        door = FrontDoor(http, str(server.make_url("")).rstrip("/"), "10.0.0.7")
        await door.open()
        assert (await door.say(Said("hello"))).services
    assert [post["client_id"] for post in chat.posts] == ["bench-1", "bench-1"]


async def test_a_refusal_is_a_failure() -> None:
    """Nothing that was not answered counts as a turn."""
    app = web.Application()
    chat = Chat()
    app.add_routes([web.get("/chat", chat.show)])
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        door = FrontDoor(http, str(server.make_url("")).rstrip("/"), "10.0.0.7")
        await door.open()
        with pytest.raises(Failed, match="405"):
            await door.say(Said("hello"))


async def test_stock_rasa_is_used_as_its_buttons_use_it() -> None:
    """A choice is the payload of an intent; replies come in Rasa's own form."""
    got: list[dict[str, str]] = []

    async def webhook(request: web.Request) -> web.Response:
        got.append(await request.json())
        button = {"title": "Yes", "payload": "needs_right=yes"}
        return web.json_response(
            [{"text": "Hello."}, {"custom": {"services": [1]}}, {"text": "Right?", "buttons": [button]}]
        )

    app = web.Application()
    app.add_routes([web.post("/webhooks/rest/webhook", webhook)])
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        door = StockDoor(http, str(server.make_url("")).rstrip("/"))
        await door.open()
        answer = await door.say(Said("hello"))
        await door.say(Said("Yes", "needs_right=yes"))
    assert answer == Heard("Hello.\n\nRight?", (("Yes", "needs_right=yes"),), True)
    assert [call["message"] for call in got] == ["hello", '/choose{"choice": "needs_right=yes"}']
    assert got[0]["sender"] == got[1]["sender"]
