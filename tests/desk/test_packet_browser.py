"""The packet in a real browser: one printed page, one screen, usable without a mouse, nothing an accessibility check objects to."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, ViewportSize, async_playwright
from pypdf import PdfReader

from tests.desk.conftest import Office
from tests.referrals.support import another
from tests.referrals.test_packet_folding import DANGER, MANY, TALKATIVE, longest

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREEN: ViewportSize = {"width": 1920, "height": 1080}  # the screen on most desks
PACKETS: dict[str, dict[str, Any]] = {
    "typical": {},
    "danger": longest(**DANGER, needs=MANY[:4]),
    "talkative": longest(**TALKATIVE),
}


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield await browser.new_context(viewport=SCREEN)
        await browser.close()


async def test_d8_the_packet_prints_on_one_page_and_is_used_without_a_mouse(office: Office, context: BrowserContext):
    """The longest packets too, before and after the contact rules were read: A4, folded, whole text by keyboard, axe finds nothing."""
    page = await signed_in(office, context)
    for number, (name, changes) in enumerate(PACKETS.items()):
        reference = office.refer(another(number, **changes))
        await page.goto(f"{office.base}/desk/referrals/{reference}")
        await check(page, name)
        await page.get_by_label("I have read how to contact this person").check()
        await page.get_by_role("button", name="Show contact details").press("Enter")
        await page.locator(".number").wait_for()
        await check(page, name)
        if name == "talkative":
            await opens_by_keyboard(page)


async def check(page: Page, name: str) -> None:
    """One printed page that says who printed it, one screen from the first words to the consent, and no finding of axe."""
    printed = PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True, format="A4")))
    assert len(printed.pages) == 1, name
    text = printed.pages[0].extract_text()
    assert (
        "Printed by amina" in text
        and "Take out a copy" not in text
        and "Write a note" not in text
        and "Not asked" in text
    )
    assert (
        await page.locator("#consent").evaluate("part => part.getBoundingClientRect().bottom + scrollY")
        <= SCREEN["height"]
    ), name
    found = await Axe().run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    )
    assert found.violations_count == 0, found.generate_report()


async def opens_by_keyboard(page: Page) -> None:
    """The fold of the own words opens with Enter and shows what was hidden."""
    fold = page.locator("#words summary")
    await fold.focus()
    await page.keyboard.press("Enter")
    assert await page.locator("#words details[open] p").is_visible()


async def signed_in(office: Office, context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.goto(f"{office.base}/desk/login")
    await page.get_by_label("Name").fill("amina")
    await page.locator("input[type=password]").fill(office.passwords["amina"])
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", level=1).wait_for()
    return page
