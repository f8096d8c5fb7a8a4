"""Reading and choosing in a real browser: what a screen reader is told, options by Tab, by typing and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.front_door.browser_script import FIRST_WORDS, PERSON_PRESSED, QUESTION, YES
from tests.front_door.browser_support import Door, press, said, send

pytestmark = pytest.mark.timeout(60)
FOCUS = "document.activeElement.id"


def test_w4_the_log_is_empty_at_load_and_each_reply_is_announced_once(page: Page, door: Door) -> None:
    """role=log with a name, history outside it, additions only; the focus stays in the box."""
    page.goto("/chat")
    log = page.get_by_role("log", name="New messages")
    expect(log).to_have_text("")
    page.evaluate(
        """() => { window.heard = []; new MutationObserver((changes) => changes.forEach((c) =>
        c.addedNodes.forEach((n) => window.heard.push(n.textContent)))).observe(document.getElementById('log'),
        {childList: true, subtree: true, characterData: true}); }"""
    )
    for text in ("one", "two"):
        send(page, text)
        assert page.evaluate(FOCUS) == "message"
    heard = [" ".join(text.split()) for text in page.evaluate("window.heard")]
    assert heard == ["You: one", "Assistant: You said: one", "You: two", "Assistant: You said: two"]
    page.reload()
    expect(log).to_have_text("")
    assert said(page)[1:] == ["You said: one", "You said: two"]


def test_w5_options_are_a_named_group_between_the_log_and_the_box(page: Page, door: Door) -> None:
    """In the order of the page: log, options, box. The count is told, Tab reaches each, Enter presses it, the focus goes to
    the box.
    """
    page.goto("/chat")
    send(page, FIRST_WORDS)
    group = page.get_by_role("group", name="Choose an answer, or type your own (2 choices)")
    expect(group).to_be_visible()
    assert "2 choices follow" in page.locator("#log li").last.inner_text()
    order = "['log', 'choices', 'message'].map((id) => document.getElementById(id))"
    assert page.evaluate(f"(([a, b, c]) => a.compareDocumentPosition(b) & b.compareDocumentPosition(c) & 4)({order})")
    page.focus("#message")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == YES
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=QUESTION)).to_be_visible()
    assert page.evaluate(FOCUS) == "message"


@pytest.mark.parametrize("typed", ["1", "one", "yes that's right"])
def test_w5_what_is_shown_as_a_button_can_be_typed(page: Page, door: Door, typed: str) -> None:
    """Its number or its label; a synonym goes to the bot as words."""
    page.goto("/chat")
    send(page, FIRST_WORDS)
    send(page, typed)
    assert door.house.rasa.turns[-1]["choice"] == "needs_right=yes"


def test_w5_the_whole_journey_by_keyboard_alone(page: Page, door: Door) -> None:
    """Tab, Enter and letters: from the landing page to the reference."""

    def tab_to(words: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if words in page.evaluate("document.activeElement.textContent + document.activeElement.id"):
                return
        raise AssertionError(f"Tab never reached {words}")

    page.goto("/")
    tab_to("Start the chat")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat")
    tab_to("message")
    page.keyboard.type(FIRST_WORDS)
    page.keyboard.press("Enter")
    for label in (YES, QUESTION, PERSON_PRESSED):
        expect(page.get_by_role("button", name=label)).to_be_visible()
        page.evaluate("document.getElementById('main').focus()")
        tab_to(label)
        page.keyboard.press("Enter")
    expect(page.get_by_text("Your reference is")).to_be_visible()


def test_progress_says_where_the_conversation_is(page: Page, door: Door) -> None:
    """ "Step 2 of 4", from the question that is open; nothing once all is sent; the same after a reload."""
    page.goto("/chat")
    step = page.locator("#progress")
    expect(step).to_have_text("Step 1 of 4: what is going on")
    send(page, FIRST_WORDS)
    press(page, YES)
    expect(step).to_have_text("Step 2 of 4: a few questions")
    press(page, QUESTION)
    expect(step).to_have_text("Step 3 of 4: services that may help")
    page.reload()
    expect(step).to_have_text("Step 3 of 4: services that may help")
    press(page, PERSON_PRESSED)
    expect(step).to_have_text("")
