"""The resident's page while a person is there, in a real browser: lines come by themselves, with who speaks, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from front_door.model import Conversation
from tests.front_door.browser_support import PHONE, Door, said, send
from tests.front_door.takeover_support import JOINED_WORDS, RULES, join, release, speak

pytestmark = pytest.mark.timeout(120)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NOW = {"override": "safety"}  # whatever the day on which this runs


@pytest.fixture
def chat(page: Page, door: Door) -> Iterator[Page]:
    """A chat whose person has joined, and whose page knows it."""
    page.goto("/chat")
    send(page, "hello")
    yield page


def check(page: Page) -> None:
    found = Axe().run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    )
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_persons_lines_come_by_themselves(chat: Page, door: Door) -> None:
    """After the resident's next message the page knows; then each line appears without a post, in a log that is read out; what is
    typed meanwhile stays, and so does the place. After the release the page is quiet again.
    """
    door.call(_join_newest, door, door.call(_newest, door))
    chat.fill("#message", "is anybody there")
    chat.press("#message", "Enter")
    expect(chat.locator('[data-from="assistant"]').last).to_contain_text(JOINED_WORDS)
    check(chat)
    chat.fill("#message", "half a sent")
    assert door.call(speak, door.house, "Yes. I am here.") == ""
    person = chat.locator('#log [data-from="person"]')
    expect(person).to_have_count(1, timeout=10_000)
    expect(person).to_contain_text(RULES.speakers["adviser"])
    assert chat.input_value("#message") == "half a sent" and chat.evaluate("document.activeElement.id") == "message"
    assert door.call(release, door.house) == ""
    expect(chat.locator('[data-from="assistant"]').last).to_contain_text(RULES.words["released"], timeout=10_000)
    asked: list[str] = []
    chat.on("request", lambda request: asked.append(request.url))
    chat.wait_for_timeout(200)
    chat.clock.install()
    chat.clock.run_for(60_000)
    assert not [url for url in asked if "/chat/messages" in url]
    assert door.texts() == ["hello"]


def test_without_javascript_a_button_shows_new_messages(chromium: Browser, door: Door) -> None:
    """The page never reloads by itself: that would empty the box. The button shows what came."""
    context = chromium.new_context(viewport=PHONE, base_url=door.url, java_script_enabled=False)
    context.set_default_timeout(8_000)
    page = context.new_page()
    page.goto("/chat")
    send(page, "hello")
    chat = door.call(_newest, door)
    door.call(_join_newest, door, chat)
    page.goto("/chat")
    door.call(_speak_newest, door, chat)
    page.get_by_role("button", name="See new messages").click()
    assert said(page, "person") == ["Yes. I am here."]
    assert page.locator("meta[http-equiv=refresh]").count() == 0
    context.close()


async def _newest(door: Door) -> str:
    return str((await door.house.rows(select(Conversation.id).order_by(Conversation.created_at.desc())))[0])


async def _join_newest(door: Door, chat: str) -> None:
    assert await join(door.house, chat=chat, **NOW) == ""


async def _speak_newest(door: Door, chat: str) -> None:
    assert await speak(door.house, "Yes. I am here.", chat=chat) == ""
