"""What is Twilio's own: its lists of many pages, and where its credentials may go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from front_door.sms.http import retry_after
from front_door.sms.twilio import Twilio
from tests.fakes.twilio import FakeTwilio
from tests.front_door.support import MOBILE, settings


@pytest.fixture
async def fake() -> FakeTwilio:
    return FakeTwilio()


async def provider_at(app: web.Application) -> tuple[Twilio, TestServer]:
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.01)
    base = str(server.make_url("")).rstrip("/")
    return Twilio(settings(twilio_api_base_url=base), aiohttp.ClientSession(), 0.5), server


@pytest.fixture
async def provider(fake: FakeTwilio) -> AsyncIterator[Twilio]:
    made, server = await provider_at(fake.app())
    yield made
    await made.close()
    await server.close()


async def test_a_sent_text_is_found_on_any_page_of_the_list(fake: FakeTwilio, provider: Twilio) -> None:
    """A busy number's list has many pages; other words, other times and texts to us are not it."""
    fake.page_size = 2
    now = datetime.now(timezone.utc)
    for words in ("first", "lost", "third", "fourth", "fifth"):
        assert (await provider.send(MOBILE, words, "r")).outcome == "sent"
    fake.receive("SMin", MOBILE, "lost")
    (found,) = await provider.find_sent(MOBILE, "lost", "r", now) or []
    assert found == fake.messages[1]["sid"]
    assert await provider.find_sent(MOBILE, "never", "r", now) == []
    assert await provider.find_sent(MOBILE, "lost", "r", now + timedelta(minutes=5)) == []
    fake.look_ups_fail = True
    assert await provider.find_sent(MOBILE, "lost", "r", now) is None


async def test_texts_to_us_are_read_over_midnight_and_without_pictures_being_fetched(
    fake: FakeTwilio, provider: Twilio
) -> None:
    """Lists are by UTC day; what is older than asked for is left out. Oldest first."""
    fake.page_size = 1
    now = datetime.now(timezone.utc)
    fake.receive("SM1", MOBILE, "too old", at=now - timedelta(hours=30))
    fake.receive("SM2", MOBILE, "yesterday", at=now - timedelta(hours=24))
    fake.receive("SM3", "82228", "today", at=now - timedelta(minutes=1), pictures=2)
    found = await provider.received_since(now - timedelta(hours=26))
    assert found is not None
    assert [(text.body, text.sender, text.pictures) for text in found] == [
        ("yesterday", MOBILE, 0),
        ("today", "82228", 2),
    ]


@pytest.mark.parametrize("onward", ["https://evil.example/2010-04-01/x", "//evil.example/2010-04-01/x", 7])
async def test_credentials_follow_no_link_to_another_place(onward: object) -> None:
    """A list that leads elsewhere, or redirects, counts as not readable."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"messages": [], "next_page_uri": onward})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    made, server = await provider_at(app)
    assert await made.received_since(datetime.now(timezone.utc)) is None
    assert len(asked) == 1
    await made.close()
    await server.close()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_never_followed(status: int) -> None:
    """A send that is redirected was not taken; it waits until somebody mends the address."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    made, server = await provider_at(app)
    assert (await made.send(MOBILE, "hello", "r")).outcome == "wait"
    assert await made.received_since(datetime.now(timezone.utc)) is None
    assert asked == ["POST", "GET"]
    await made.close()
    await server.close()


@pytest.mark.parametrize(
    ("messages"),
    [[None], [{"sid": 7}], [{"sid": "SM1"}], [{"sid": "SM1", "from": None, "direction": "inbound"}], "none"],
)
async def test_a_list_of_another_form_harms_nothing(messages: object) -> None:
    """Whatever a sick provider answers, nothing is raised and nothing is made up."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"messages": messages, "next_page_uri": None})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    made, server = await provider_at(app)
    assert not await made.received_since(datetime.now(timezone.utc))
    assert not await made.find_sent(MOBILE, "hello", "r", datetime.now(timezone.utc))
    await made.close()
    await server.close()


def test_a_pause_is_read_as_number_or_date() -> None:
    """RFC 9110; anything else is no pause of the provider's."""
    assert retry_after({"Retry-After": "120"}) == 120.0 and retry_after({}) is None
    for odd in ("soon", "-1", "１２", ""):
        assert retry_after({"Retry-After": odd}) is None
    at = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=90), usegmt=True)
    assert 80 < (retry_after({"Retry-After": at}) or 0) <= 90
    past = format_datetime(datetime.now(timezone.utc) - timedelta(hours=1), usegmt=True)
    assert retry_after({"Retry-After": past}) == 0.0


def test_twilio_carries_any_letter_up_to_its_limit() -> None:
    """1,600 characters (error 21617)."""
    made = Twilio(settings(), None)  # type: ignore[arg-type]
    assert made.carries("ગુજરાતી 😀") and made.carries("x" * 1_600)
    assert not made.carries("x" * 1_601) and not made.carries("")
