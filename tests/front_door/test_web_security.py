"""Sessions, form tokens, headers, limits and errors of the web chat."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from front_door.model import Conversation, Message, SafetyEvent
from front_door.timing import Limits
from tests.front_door.support import PUBLIC, House

STATIC_FILES = tuple((Path(__file__).resolve().parents[2] / "front_door" / "static").iterdir())


@pytest.mark.parametrize(
    "case", ["no token", "wrong token", "another's token", "foreign origin", "null origin", "no cookie", "not ascii"]
)
async def test_w13_a_post_that_is_not_from_our_own_page_is_403(house: House, case: str) -> None:
    """Without the session's token or from a foreign origin nothing is stored; the words stay on the page to copy."""
    async with house.browser() as browser, house.browser() as other:
        fields = {**browser.page.composer["hidden"], "message": "please help"}
        headers = {}
        if case == "no token":
            del fields["csrf"]
        elif case == "wrong token":
            fields["csrf"] = "x" * 24
        elif case == "not ascii":
            fields["csrf"] = "ü"
        elif case == "another's token":
            fields["csrf"] = other.page.composer["hidden"]["csrf"]
        elif case == "no cookie":
            browser.http.cookie_jar.clear()
        else:
            headers["Origin"] = "null" if case == "null origin" else "https://evil.example"
        page = await browser.submit(fields, headers)
    assert page.status == 403 and "please help" in page.html
    assert await house.rows(select(Message)) == []


async def test_w13_our_own_origins_may_post(house: House) -> None:
    """The origin of PUBLIC_BASE_URL; outside production also the request's own host."""
    async with house.browser() as browser:
        for origin in (PUBLIC, browser.url("/").rstrip("/")):
            assert (
                await browser.submit({**browser.page.composer["hidden"], "message": "hi"}, {"Origin": origin})
            ).status == 200


async def test_w12_in_production_the_cookie_is_a_host_cookie_and_only_the_public_origin_may_post(house: House) -> None:
    """__Host-, Secure, HttpOnly, SameSite=Lax, Path=/; the request's own host is not trusted."""
    await house.shut()
    house.changes = {"environment": "production"}
    await house.open()
    async with house.browser() as browser, browser.http.get(browser.url("/chat")) as response:
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-chat=")
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie
        own = browser.url("/").rstrip("/")
        token = cookie.split(";")[0]
        fields = {**browser.page.composer["hidden"], "message": "hi"}
        for origin, status in ((own, 403), (PUBLIC, 303)):
            headers = {"Cookie": token, "Origin": origin}
            page = await (await browser.http.get(browser.url("/chat"), headers={"Cookie": token})).text()
            fields["csrf"] = page.split('name="csrf" value="')[1].split('"')[0]
            async with browser.http.post(
                browser.url("/chat"), data=fields, headers=headers, allow_redirects=False
            ) as answer:
                assert answer.status == status


async def test_only_a_digest_of_the_session_is_stored(house: House) -> None:
    """Who reads the database cannot open a chat."""
    async with house.browser() as browser:
        await browser.send("hi")
        token = next(cookie.value for cookie in browser.http.cookie_jar)
        assert token
        found = await house.rows(select(Conversation))
    assert found[0].session_digest and token not in found[0].session_digest
    assert token.encode() not in b"".join(path.read_bytes() for path in house.path.iterdir())


@pytest.mark.parametrize(
    "path", ["/", "/chat", "/chat/print", "/chat/save", "/chat/start-again", "/nothing", "/healthz"]
)
async def test_w12_every_page_has_the_headers(house: House, path: str) -> None:
    """No storing, no framing, no foreign or inline content, no sniffing; never "no-referrer", which would break our forms."""
    assert house.client is not None
    async with house.client.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert response.headers["Cache-Control"] == "no-store"  # W11
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        html = await response.text()
    assert "style=" not in html and "onclick" not in html and "<style" not in html
    assert 'src="http' not in html


async def test_w15_the_page_and_all_it_needs_weigh_little(house: House) -> None:
    """Under 60 KB gzip in all, and every file comes from us."""
    assert house.client is not None
    total = 0
    async with house.client.get("/chat") as response:
        html = await response.text()
    total += len(gzip.compress(html.encode()))
    for file in STATIC_FILES:
        async with house.client.get(f"/static/{file.name}") as response:
            assert response.status == 200
            total += len(gzip.compress(await response.read()))
    assert total < 60_000


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/chat/x/y", 404), ("/sms", 405), ("/static/../app.py", 404)]
)
async def test_errors_are_pages_of_our_own_for_people_and_json_for_scripts(
    house: House, path: str, status: int
) -> None:
    """A heading, what to do, ways to get help; no trace, no server's own page."""
    assert house.client is not None
    async with house.client.get(path) as response:
        html = await response.text()
        assert response.status == status
        assert "Go to the chat" in html and "Other ways to get help" in html
    async with house.client.get(path, headers={"Accept": "application/json"}) as response:
        assert set(await response.json()) == {"error", "message"}


async def test_a_fault_of_ours_is_a_page_without_details_and_a_log_without_words(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500: the kind of error and its place are logged, never its message."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("canary words of a resident")

    async with house.browser() as browser:
        monkeypatch.setattr(house.engine, "submit_web", broken)
        page = await browser.send("canary words of a resident")
    assert page.status == 500 and "canary" not in page.html
    assert "ValueError" in caplog.text and "canary" not in caplog.text


async def test_when_nothing_can_be_stored_the_words_stay_and_danger_is_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Database down: 503 with Retry-After, text in the box, and the crisis reply on the page."""

    async def down(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("down"))

    async with house.browser() as browser:
        monkeypatch.setattr(house.engine, "submit_web", down)
        page = await browser.send("I want to kill myself")
    assert page.status == 503
    assert page.composer["boxes"]["message"].strip() == "I want to kill myself"
    assert any("Samaritans" in alert for alert in page.alerts)
    assert [event.flag for event in await house.rows(select(SafetyEvent))] == ["suicide_self_harm"]


async def test_g9_one_address_may_send_only_so_much_and_danger_is_answered_all_the_same(tmp_path: Path) -> None:
    """Over the limit: 429 with the words kept; a forged X-Forwarded-For changes nothing."""
    house = await House(tmp_path, limits=Limits(messages_a_minute=3, chats_a_minute=2)).start()
    try:
        async with house.browser() as browser:
            for text in ("one", "two", "three"):
                assert (await browser.send(text)).status == 200
            fields = {**browser.page.composer["hidden"], "message": "I want to kill myself"}
            page = await browser.submit(fields, {"X-Forwarded-For": "192.0.2.1"})
            assert page.status == 429 and any("Samaritans" in alert for alert in page.alerts)
            assert page.composer["boxes"]["message"].strip() == "I want to kill myself"
    finally:
        await house.close()


async def test_g9_one_address_may_open_only_so_many_chats(tmp_path: Path) -> None:
    """The third new chat of a minute is refused kindly; the open ones go on."""
    house = await House(tmp_path, limits=Limits(chats_a_minute=2)).start()
    try:
        async with house.browser() as one, house.browser() as two, house.browser() as three:
            assert (await one.send("a")).status == 200
            assert (await two.send("b")).status == 200
            assert (await three.send("c")).status == 429
            assert (await one.send("d")).status == 200
    finally:
        await house.close()


async def test_g5_overload_is_a_503_on_the_web_and_200_by_text(tmp_path: Path) -> None:
    """A queue over its mark takes no more from the web, and every text all the same."""
    house = await House(tmp_path, limits=Limits(backlog=0)).start()
    try:
        async with house.browser() as browser:
            page = await browser.send("hello")
            assert page.status == 503 and page.composer["boxes"]["message"].strip() == "hello"
        assert await house.text("SM1", "hello") == 200
    finally:
        await house.close()


async def test_w9_a_chat_left_alone_for_an_hour_shows_and_takes_nothing_more(house: House) -> None:
    """The expired page names no topic and offers a new chat."""
    from datetime import timedelta

    async with house.browser() as browser:
        page = await browser.send("a private thing")
        house.clock.offset = timedelta(minutes=61)
        refused = await browser.submit({**page.composer["hidden"], "message": "more"})
        assert refused.status == 403 and "a private thing" not in refused.html
        shown = await browser.open()
        assert "a private thing" not in shown.html and "start a new one" in shown.alerts[0]
        assert (await browser.send("a new start")).said("assistant")[-1] == "You said: a new start"


async def test_no_log_line_of_a_whole_chat_holds_its_words(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative log level, with a failing bot and refused posts."""
    caplog.set_level(logging.DEBUG)
    async with house.browser() as browser:
        await browser.send("canary one")
        house.rasa.mode = "503"
        await browser.send("canary two")
        await browser.submit({"message": "canary three"})
    assert "canary" not in caplog.text
