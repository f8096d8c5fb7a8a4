"""The queue in a real browser: counts that stay true, by keyboard alone, small and dark, with JavaScript and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.desk.conftest import Office
from tests.desk.showcase import fill
from tests.desk.test_packet_browser import CHROMIUM, TAGS, signed_in
from tests.desk.test_queue import refer

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}  # 320 is also 1280 at 400 %


@dataclass
class Screen:
    """A browser before the desk. `open` gives a signed-in page."""

    office: Office
    browser: Browser

    async def open(self, **options: Any) -> Page:
        context = await self.browser.new_context(**{"viewport": WIDE, "base_url": self.office.base, **options})
        context.set_default_timeout(8_000)
        return await signed_in(self.office, context)


@pytest.fixture
async def screen(office: Office) -> AsyncIterator[Screen]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield Screen(office, browser)
        await browser.close()


async def check(page: Page, name: str) -> None:
    """No finding of axe, and no sideways scroll."""
    found = await Axe().run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    )
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


async def focused(page: Page) -> str:
    """What has the focus: its text."""
    found: str = await page.evaluate("(document.activeElement.innerText || document.activeElement.id).trim()")
    return found


async def test_d8_queue_and_referral_are_for_everybody(office: Office, screen: Screen):
    """Light at 320 px and dark at 1280: axe finds nothing and nothing scrolls sideways. Filters, search, notes and all."""
    made = fill(office.db, office.clock.now())
    page = await screen.open()
    for scheme, size in (("light", NARROW), ("dark", WIDE)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await page.goto("/desk/?need=loneliness")
        await page.locator("#keys summary").click()
        await check(page, f"queue {scheme} {size['width']}")
        await page.get_by_label("Find by reference").fill("07700 900777")
        await page.get_by_role("button", name="Find").click()
        await page.get_by_role("heading", name="2 referrals found").wait_for()
        await check(page, f"found {scheme} {size['width']}")
        for reference in (made[3], made[6]):
            await page.goto(f"/desk/referrals/{reference}")
            await check(page, f"{reference} {scheme} {size['width']}")


async def test_the_counts_stay_true_without_reloading(office: Office, screen: Screen):
    """A referral that comes is counted and said politely, once; signed out, the page says so and asks no more."""
    refer(office, 1)
    page = await screen.open()
    await page.clock.install()
    await page.goto("/desk/")
    news = page.get_by_role("status")
    await expect(news).to_have_text("")
    taken, new = page.locator("[data-count=taken] dd"), page.locator("[data-count=waiting] dd")
    await expect(new).to_have_text("1")
    other = await office.signed_in("bob")
    reference = refer(office, 2)
    await other.get(f"/desk/referrals/{reference}")
    await other.post(f"/desk/referrals/{reference}/take")
    refer(office, 3)
    await page.clock.fast_forward(21_000)
    await expect(new).to_have_text("2")
    await expect(taken).to_have_text("1")
    await expect(news).to_have_text("2 new referrals have come. Read again to see them.")
    assert await page.locator("table.queue tbody tr").count() == 1  # nothing moves under somebody's hands
    await page.get_by_role("link", name="Read again").click()
    await expect(page.locator("table.queue tbody tr")).to_have_count(3)
    await page.context.clear_cookies()
    await page.clock.fast_forward(21_000)
    await expect(news).to_have_text("You are signed out. Sign in again to see what is new.")


async def test_the_queue_is_worked_by_keyboard_and_shortcuts_can_be_turned_off(office: Office, screen: Screen):
    """Skip link first; j, k, Enter, /, ? with nothing in focus; letters that are typed are letters; off means off."""
    made = [refer(office, number) for number in range(3)]
    page = await screen.open()
    await page.goto("/desk/")
    await page.keyboard.press("Tab")
    assert await focused(page) == "Skip to main content"
    for key, wanted in (("j", made[0]), ("j", made[1]), ("k", made[0]), ("k", made[0]), ("j", made[1])):
        await page.keyboard.press(key)
        assert await focused(page) == wanted
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=f"Referral {made[1]}").wait_for()
    await page.go_back()
    await page.keyboard.press("/")
    await page.keyboard.type("jk/?")
    assert await page.locator("#q").input_value() == "jk/?" and await focused(page) == "q"
    await page.keyboard.press("Escape")
    await page.locator("#main").focus()
    await page.keyboard.press("Control+j")
    assert await focused(page) not in made
    await page.keyboard.press("?")
    await expect(page.get_by_role("button", name="Turn shortcuts off")).to_be_visible()
    await page.get_by_role("button", name="Turn shortcuts off").press("Enter")
    await expect(page.locator("#live")).to_have_attribute("data-shortcuts", "off")
    await page.keyboard.press("j")
    assert await focused(page) not in made


async def test_w1_the_whole_work_is_done_without_javascript(office: Office, screen: Screen):
    """Filter, search, take, attempt, note, finish: plain forms and links."""
    reference = refer(office, 1, name="Zoe Lee")
    page = await screen.open(java_script_enabled=False)
    await page.locator(".narrow-down summary").click()
    await page.get_by_label("Need", exact=True).select_option("loneliness")
    await page.get_by_role("button", name="Show", exact=True).click()
    assert "need=loneliness" in page.url
    assert not await page.locator("#keys").is_visible()
    await page.get_by_label("Find by reference").fill("zoe lee")
    await page.get_by_role("button", name="Find").click()
    assert "lee" not in page.url.lower()
    await page.get_by_role("link", name=reference).click()
    await page.get_by_role("button", name="Take this referral").click()
    await page.get_by_label("How", exact=True).select_option("phone")
    await page.get_by_label("What came of it", exact=True).select_option("spoke")
    await page.get_by_role("button", name="Write this attempt down").click()
    await page.get_by_text("Spoke with them.").wait_for()
    await page.get_by_label("Write a note").fill("Goes to the garden club on Thursday.")
    await page.get_by_role("button", name="Keep this note").click()
    await page.get_by_text("Goes to the garden club on Thursday.").wait_for()
    await page.get_by_label("What came of it?").select_option("support_arranged")
    await page.get_by_role("button", name="Finish this referral").click()
    await page.get_by_text("This referral is finished.").wait_for()
