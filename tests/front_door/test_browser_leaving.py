"""Leaving in a real browser that keeps whole pages for Back, and a chat that is left alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.front_door.browser_support import PHONE, Door, launch, said, send

pytestmark = pytest.mark.timeout(60)
SECRET = "my husband hits me"
WAYS = ("link", "keys", "keys in the box", "no script")


class _Elsewhere(BaseHTTPRequestHandler):
    """Plain pages of another site, which say if the browser had kept them."""

    def do_GET(self) -> None:
        body = (
            b"<!doctype html><title>Weather</title><script>onpageshow = (e) => { window.kept = e.persisted }</script>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[Door]:
    made = Door(tmp_path_factory.mktemp("door"), f"{elsewhere}/weather")
    yield made
    made.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright switches the back/forward cache off; here it stays on, as in everybody's browser."""
    with sync_playwright() as playwright:
        browser = launch(playwright, ignore_default_args=["--disable-back-forward-cache"])
        yield browser
        browser.close()


def back(page: Page) -> None:
    """One step back by the history itself: Playwright's own go_back waits for a load that a kept page never has. There may be
    no further to go."""
    with suppress(Error):  # the page that is asked goes away while it answers
        page.evaluate("history.back()")
    page.wait_for_timeout(150)


def test_w10_the_back_forward_cache_is_on_in_these_tests(chromium: Browser, elsewhere: str) -> None:
    """The control: a page of another site comes back whole (`pageshow` says persisted)."""
    page = chromium.new_context().new_page()
    page.goto(f"{elsewhere}/one")
    page.goto(f"{elsewhere}/two")
    back(page)
    page.wait_for_url("**/one", wait_until="commit", timeout=5_000)
    page.wait_for_function("window.kept === true", timeout=5_000)
    page.context.close()


@pytest.mark.parametrize("way", WAYS)
def test_w10_after_leaving_back_shows_nothing(chromium: Browser, door: Door, elsewhere: str, way: str) -> None:
    """By the link, by Shift three times (also in the box), without JavaScript: the weather comes, the session is revoked,
    and no Back or Forward shows a word of the chat; title and icon stay neutral throughout.
    """
    context = chromium.new_context(viewport=PHONE, base_url=door.url, java_script_enabled=way != "no script")
    context.set_default_timeout(8_000)
    page = context.new_page()
    page.goto(f"{elsewhere}/before")
    page.goto("/chat")
    send(page, SECRET)
    assert page.title() == "Chat"
    cookies = context.cookies(door.url)
    if way.startswith("keys"):
        page.focus("#message" if way == "keys in the box" else "a.exit")
        for _ in range(3):
            page.keyboard.press("Shift")
    else:
        page.get_by_role("link", name="Leave this page now").first.click()
    page.wait_for_url(f"{elsewhere}/weather")
    assert context.cookies(door.url) == []
    for _ in range(3):
        back(page)
        expect(page.locator("body")).not_to_contain_text(SECRET)
        assert page.title() in ("", "Chat", "Weather")
    page.goto("/chat")
    expect(page.locator("body")).not_to_contain_text(SECRET)
    context.clear_cookies()
    context.add_cookies([{key: cookie[key] for key in ("name", "value", "domain", "path")} for cookie in cookies])
    page.goto("/chat")
    expect(page.locator("body")).not_to_contain_text(SECRET)
    context.close()


def test_w10_typing_capitals_does_not_leave(page: Page, door: Door) -> None:
    """Shift with letters is writing."""
    page.goto("/chat")
    page.focus("#message")
    for letter in ("N", "H", "S"):
        page.keyboard.press(f"Shift+{letter}")
    page.wait_for_timeout(100)
    assert page.input_value("#message") == "NHS" and page.url.endswith("/chat")


@pytest.mark.parametrize("path", ["/", "/chat/print", "/chat/start-again", "/nothing-here"])
def test_w10_every_page_can_be_left_by_link_and_keys(page: Page, door: Door, path: str) -> None:
    """Not only the chat: each page has the link, and hears Shift three times."""
    page.goto(path)
    assert page.locator("header a[data-exit]").get_attribute("href") == "/exit"
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/weather")


def test_w9_a_warning_comes_at_55_minutes_and_stay_works_as_often_as_wanted(page: Page, door: Door) -> None:
    """A dialog that holds the focus; "Stay" twelve times, each a whole hour more; Escape stays too."""
    page.clock.install()
    page.goto("/chat")
    send(page, SECRET)
    dialog = page.get_by_role("dialog", name="Are you still there?")
    page.clock.fast_forward(54 * 60_000)
    expect(dialog).to_be_hidden()
    page.clock.fast_forward(2 * 60_000)
    for again in range(12):
        expect(dialog).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        assert SECRET not in dialog.inner_text()
        door.later(56 * (again + 1))
        if again == 5:
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name="Stay").click()
        expect(dialog).to_be_hidden()
        page.clock.fast_forward(55 * 60_000 + 1_000)
    door.later(56 * 12 + 59)
    assert said(page, "resident") == [SECRET]
    page.reload()
    assert said(page, "resident") == [SECRET]


def test_w9_nobody_there_the_page_closes_by_itself_and_names_no_topic(page: Page, door: Door) -> None:
    """After 60 minutes the page is replaced by an empty chat that says so; Back does not bring the words again."""
    page.clock.install()
    page.goto("/chat")
    send(page, SECRET)
    page.clock.fast_forward(56 * 60_000)
    expect(page.get_by_role("dialog")).to_be_visible()
    door.later(61)
    page.clock.fast_forward(5 * 60_000)
    expect(page.locator("#notice")).to_contain_text("had been quiet for an hour")
    expect(page.locator("body")).not_to_contain_text(SECRET)
    assert page.title() == "Chat"


def test_w9_stay_that_does_not_get_through_says_so(page: Page, door: Door) -> None:
    """Offline the dialog stays, with what to do."""
    page.clock.install()
    page.goto("/chat")
    send(page, "hello")
    page.clock.fast_forward(56 * 60_000)
    page.context.set_offline(True)
    page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    expect(page.locator("#idle-failed")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_w11_nothing_is_kept_in_the_browser_and_nothing_comes_from_elsewhere(page: Page, door: Door) -> None:
    """After a conversation: no web storage, no service worker, no database, no script-readable cookie; every request went to us."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.goto("/chat")
    send(page, SECRET)
    page.goto("/chat/print")
    kept = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, document.cookie,
        'serviceWorker' in navigator ? (await navigator.serviceWorker.getRegistrations()).length : 0]"""
    )
    assert kept == [0, 0, 0, "", 0]
    assert asked and all(url.startswith(door.url + "/") for url in asked)
