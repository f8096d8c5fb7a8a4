"""Live chats in a real browser: by keyboard alone, at 320 pixels, with and without JavaScript, and nothing an accessibility check objects to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from front_door import rows
from front_door.model import ACTIVE, Conversation
from front_door.takeover.model import ASKED, Takeover
from tests.desk.conftest import Office
from tests.desk.test_live import RULES, a_chat, page_of, said
from tests.desk.test_packet_browser import CHROMIUM, TAGS, signed_in

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


@pytest.fixture
def working(office: Office) -> Office:
    while not RULES.is_open(office.clock.now()):
        office.clock.advance(timedelta(hours=12))
    return office


async def opened(browser: Browser, office: Office, **options: object) -> Page:
    context: BrowserContext = await browser.new_context(viewport={"width": 320, "height": 800}, **options)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    return await signed_in(office, context)


async def check(page: Page) -> None:
    """No finding of axe, and no sideways scroll."""
    found = await Axe().run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    )
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


def resident_says(office: Office, chat: str, text: str) -> None:
    with office.db.transaction() as session:
        conversation = session.get_one(Conversation, chat)
        rows.add_message(session, conversation, "in", text, office.clock.now())


async def test_d8_a_chat_is_joined_answered_and_left_without_a_mouse(working: Office, chromium: Browser):
    """Each state passes axe at 320 pixels; what the resident writes appears by itself, announced alone; what is typed meanwhile stays."""
    page = await opened(chromium, working)
    chat = a_chat(working)
    await page.goto(f"{working.base}/desk/live")
    await check(page)
    await page.get_by_role("link", name="Web, since").press("Enter")
    await check(page)
    await page.get_by_role("button", name="Join this chat").press("Enter")
    await page.get_by_text("You are in this chat").wait_for()
    await check(page)
    await page.get_by_label("Your message").fill("Hello, I")
    resident_says(working, chat, "Are you a real person?")
    log = page.get_by_role("log")
    await expect(log).to_contain_text("Are you a real person?")
    assert await page.locator(".talk__line--new").count() == 1
    assert await page.get_by_label("Your message").input_value() == "Hello, I"
    await page.get_by_label("Your message").fill("Hello, I am.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Hello, I am.")
    await page.get_by_role("button", name="Leave this chat").press("Enter")
    await page.get_by_role("button", name="Join this chat").wait_for()
    await check(page)
    assert [kind for kind, _ in said(working, chat)] == ["text", "text", "notice", "text", "person", "notice", "text"]


async def test_d8_a_chat_works_without_javascript(working: Office, chromium: Browser):
    """Links, forms and "Read again" alone; what cannot be sent is said and stays in the box."""
    page = await opened(chromium, working, java_script_enabled=False)
    chat = a_chat(working, "sms")
    await page.goto(working.base + page_of(chat))
    await page.get_by_role("button", name="Join this chat").click()
    resident_says(working, chat, "Hello?")
    await page.get_by_role("button", name="Read again").click()
    await expect(page.get_by_role("log")).to_contain_text("Hello?")
    await page.get_by_label("Your message").fill("See bit.ly/abc")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text(RULES.refused["link"])
    assert await page.get_by_label("Your message").input_value() == "See bit.ly/abc"


async def test_d8_who_begins_to_wait_is_announced_on_the_list(working: Office, chromium: Browser):
    """The open list changes by itself and says so."""
    page = await opened(chromium, working)
    chat = a_chat(working)
    await page.goto(f"{working.base}/desk/live")
    with working.db.transaction() as session:
        found = session.get_one(Conversation, chat)
        assert found.state == ACTIVE
        found.person = ASKED
        session.add(Takeover(id=rows.new_id(), conversation_id=chat, asked_at=working.clock.now()))
    await expect(page.locator("#news")).to_contain_text("Somebody waits for a person", timeout=15_000)
    await expect(page.locator("#talks")).to_contain_text("Waits for a person")
    await check(page)
