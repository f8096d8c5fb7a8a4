"""The pages of accounts and the audit in a real browser: nothing axe objects to, narrow and wide, without a mouse."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.desk.conftest import Office

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield await browser.new_context(viewport={"width": 320, "height": 640})
        await browser.close()


async def fine(page: Page) -> None:
    """Nothing axe objects to, and nothing to scroll sideways for at 320 pixels."""
    found = await Axe().run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    )
    assert found.violations_count == 0, (page.url, found.generate_report())
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, (page.url, width)


async def password(page: Page, office: Office) -> None:
    await page.goto(f"{office.base}/desk/login")
    await page.get_by_label("Name").fill("amina")
    await page.locator("input[type=password]").fill(office.passwords["amina"])
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", level=1).wait_for()


def code(office: Office, key: str) -> str:
    return pyotp.TOTP(key).at(office.clock.now())


async def test_g11_a_second_factor_by_keyboard_and_the_pages_that_follow(office: Office, context: BrowserContext):
    """Set up, signed in with it, accounts made and changed, the audit checked: each page as it stands."""
    page = await context.new_page()
    await password(page, office)
    await page.goto(f"{office.base}/desk/account")
    await fine(page)
    await page.get_by_role("link", name="Set up a second factor").press("Enter")
    await page.get_by_role("img").wait_for()
    assert await page.get_by_role("img").evaluate("picture => picture.naturalWidth") > 100, "the policy lets it through"
    await fine(page)
    key = re.sub(r"\s", "", await page.locator("strong.key").inner_text())
    await page.get_by_label("The six digits").fill("000000")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await fine(page)
    await page.get_by_label("The six digits").fill(code(office, key))
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Your recovery codes").wait_for()
    await fine(page)
    await page.get_by_role("button", name="Sign out").press("Enter")
    await page.get_by_label("Name").wait_for()
    await password(page, office)
    await fine(page)
    office.clock.advance(timedelta(seconds=30))
    await page.get_by_label("The six digits from your app").fill(code(office, key))
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Accounts").press("Enter")
    await page.get_by_label("Name to sign in with").fill("dev")
    await fine(page)
    await page.get_by_label("Editor").press("Space")
    await page.get_by_role("button", name="Add the account").press("Enter")
    await page.get_by_role("heading", name="Password of dev").wait_for()
    await fine(page)
    await page.get_by_role("link", name="Go to the account").press("Enter")
    await page.get_by_role("heading", name="dev").wait_for()
    await fine(page)
    await page.get_by_role("button", name="Close the account").press("Enter")
    await page.get_by_role("status").wait_for()
    await fine(page)
    await page.get_by_role("link", name="Audit").press("Enter")
    await page.get_by_role("heading", name="Audit", exact=True).wait_for()
    await fine(page)
    await page.get_by_role("button", name="Check now").press("Enter")
    await page.get_by_text("The audit is whole.").wait_for()
    await fine(page)
