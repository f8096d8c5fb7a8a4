"""Sending in a real browser: without JavaScript, with a network that fails, and after a restart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.front_door.browser_script import FIRST_WORDS, PERSON_PRESSED, QUESTION, YES
from tests.front_door.browser_support import PHONE, Door, press, said, send

pytestmark = pytest.mark.timeout(60)
FOCUS = "document.activeElement.id"


@pytest.fixture
def plain(chromium: Browser, door: Door) -> Iterator[Page]:
    """A page without JavaScript."""
    context = chromium.new_context(viewport=PHONE, base_url=door.url, java_script_enabled=False)
    context.set_default_timeout(8_000)
    yield context.new_page()
    context.close()


def test_w1_from_the_first_word_to_the_reference_without_javascript(plain: Page, door: Door) -> None:
    """Links, forms and buttons alone; refresh and Back send nothing a second time."""
    plain.goto("/")
    plain.get_by_role("link", name="Start the chat").click()
    send(plain, FIRST_WORDS)
    plain.reload()
    plain.go_back()
    plain.goto("/chat")
    assert door.texts() == [FIRST_WORDS]
    for label in (YES, QUESTION, PERSON_PRESSED):
        press(plain, label)
    assert "Your reference is AB12-CD34" in said(plain)[-1]
    assert door.texts() == [FIRST_WORDS, YES, QUESTION, PERSON_PRESSED]


def test_w1_two_quick_presses_of_send_are_one_message(page: Page, door: Door) -> None:
    """A double click on Send, and on a choice, is one message each."""
    page.goto("/chat")
    page.fill("#message", FIRST_WORDS)
    page.get_by_role("button", name="Send", exact=True).dblclick()
    page.get_by_role("button", name=YES).dblclick()
    expect(page.get_by_role("button", name=QUESTION)).to_be_visible()
    assert door.texts() == [FIRST_WORDS, YES]


@pytest.mark.parametrize("stored", [False, True], ids=["lost", "stored"])
def test_w2_an_unexpected_answer_becomes_an_ordinary_post(page: Page, door: Door, stored: bool) -> None:
    """JSON of another shape, or a page of some proxy: the form is posted as without JavaScript, and even if the first post
    had arrived there is one message.
    """

    def strange(route: Route) -> None:
        if route.request.headers.get("accept") != "application/json":
            return route.continue_()
        if stored:
            route.fetch()
            return route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")
        return route.fulfill(json={"surprise": True})

    page.goto("/chat")
    page.route("**/chat?after=*", strange)
    page.fill("#message", "hello")
    page.press("#message", "Enter")
    expect(page.locator('#history [data-from="assistant"]').last).to_contain_text("You said: hello")
    assert said(page, "resident") == ["hello"]
    assert door.texts() == ["hello"]


def test_w2_the_server_is_asked_only_while_a_reply_is_owed(page: Page, door: Door) -> None:
    """No request at all in ten quiet minutes; with a reply owed the page asks, shows it, and is quiet again."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/chat/messages" in request.url else None)
    page.clock.install()
    page.goto("/chat")
    send(page, "hello")
    page.clock.run_for(600_000)
    assert asked == []
    door.house.rasa.mode = "503"
    send(page, "still there?")
    page.clock.run_for(1_100)
    expect(page.locator("#working")).to_have_text("I am still working on a reply.")
    door.house.rasa.mode = "ok"
    for _ in range(20):
        page.clock.run_for(1_100)
        if "You said: still there?" in said(page):
            break
        page.wait_for_timeout(100)
    assert said(page)[-1] == "You said: still there?"
    count = len(asked)
    page.clock.run_for(600_000)
    assert 0 < count == len(asked)


@pytest.mark.parametrize("choice", [False, True], ids=["typed", "pressed"])
@pytest.mark.parametrize("arrived", [False, True], ids=["cut-before", "cut-after"])
def test_w3_a_cut_network_keeps_the_words_and_trying_again_is_one_message(
    page: Page, door: Door, choice: bool, arrived: bool
) -> None:
    """ "Not sent", the text still in the box, "Try again"; whether or not the first try had arrived: one message."""
    cut = [True]

    def broken(route: Route) -> None:
        if not cut[0]:
            return route.continue_()
        if arrived:
            route.fetch()
        return route.abort("connectionreset")

    page.goto("/chat")
    send(page, "choices")
    page.route("**/chat?after=*", broken)
    if choice:
        page.get_by_role("button", name="Yes", exact=True).click()
    else:
        page.fill("#message", "I have a dog")
        page.press("#message", "Enter")
    expect(page.locator("#not-sent")).to_contain_text("Not sent")
    assert page.input_value("#message") == ("" if choice else "I have a dog")
    cut[0] = False
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#log li").last).to_contain_text("You chose live=yes" if choice else "You said: I have a dog")
    expect(page.locator("#unsent")).to_be_hidden()
    assert door.texts() == ["choices", "Yes" if choice else "I have a dog"]
    assert page.input_value("#message") == ""
    assert page.evaluate(FOCUS) == "message"


def test_w3_what_could_not_be_sent_goes_by_itself_when_the_network_is_back(page: Page, door: Door) -> None:
    """The browser says that it is online again: the message is sent, once."""
    page.goto("/chat")
    page.context.set_offline(True)
    page.fill("#message", "hello")
    page.press("#message", "Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#log li").last).to_contain_text("You said: hello")
    assert door.texts() == ["hello"]


def test_w3_reload_and_restart_show_the_same_transcript(page: Page, door: Door) -> None:
    """The server holds the transcript: a new view of the page, or a new process, shows every line once."""
    page.goto("/chat")
    send(page, "one")
    send(page, "two")
    before = said(page), said(page, "resident")
    page.reload()
    assert (said(page), said(page, "resident")) == before
    door.call(door.house.restart)
    page.reload()
    assert (said(page), said(page, "resident")) == before
    send(page, "three")
    assert said(page, "resident") == ["one", "two", "three"]


def test_w2_an_older_phone_can_send_and_sees_no_dialog(page: Page, door: Door) -> None:
    """Without AbortSignal.timeout, requestSubmit and dialogs: Enter sends, and nobody is asked whether they are there."""
    page.add_init_script(
        "delete AbortSignal.timeout; delete HTMLFormElement.prototype.requestSubmit; delete HTMLDialogElement.prototype.showModal"
    )
    page.goto("/chat")
    page.fill("#message", FIRST_WORDS)
    page.press("#message", "Enter")
    expect(page.get_by_role("button", name=YES)).to_be_visible()
    assert door.texts() == [FIRST_WORDS]
    expect(page.locator("#idle")).to_be_hidden()


def test_w3_a_half_written_sentence_never_goes_by_itself(page: Page, door: Door) -> None:
    """What was changed after it failed waits for the resident, even when the network is back."""
    page.goto("/chat")
    page.context.set_offline(True)
    page.fill("#message", FIRST_WORDS)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.fill("#message", "I mean that")
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    assert door.texts() == [] and page.input_value("#message") == "I mean that"


def test_w1_two_presses_of_talk_to_a_person_are_one_message(page: Page, door: Door) -> None:
    """The button stays where it is, so a second press finds it again."""
    page.goto("/chat")
    page.locator(".strip__person button").dblclick()
    expect(page.locator("#log li[data-from=resident]")).to_have_count(1)
    page.wait_for_timeout(200)
    assert len(door.texts()) == 1
