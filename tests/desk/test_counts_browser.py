"""The lead's pages in a real browser: nothing an accessibility check objects to, wide and narrow, and all of it by keyboard."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import BrowserContext

from tests.desk.conftest import Office
from tests.desk.test_counts import fill
from tests.desk.test_packet_browser import context, signed_in  # noqa: F401
from tests.desk.test_staff_texts_browser import check


async def test_d8_counts_and_one_persons_data_pass_axe_and_need_no_mouse(office: Office, context: BrowserContext):  # noqa: F811
    """Tables with numbers and hidden ones; both forms, an error, and an erasure by Tab and Enter."""
    references = fill(office, 6)
    office.clock.advance(timedelta(days=4))
    page = await signed_in(office, context)
    for width in (1280, 320):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.goto(f"{office.base}/desk/weekly")
        await page.get_by_text("All numbers that are shown").first.wait_for()
        await check(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.goto(f"{office.base}/desk/person")
        await check(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator("#erase").press_sequentially(references[0])
    await page.keyboard.press("Tab")
    await page.keyboard.type(references[1])
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await check(page)
    await page.locator("#erase").press_sequentially(references[0])
    await page.keyboard.press("Tab")
    await page.keyboard.type(references[0])
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_role("status").wait_for()
    await check(page)
