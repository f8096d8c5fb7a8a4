"""Safety entries in a real browser: by keyboard alone, at 320 pixels, and nothing an accessibility check objects to."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page

from tests.desk.conftest import Office
from tests.desk.test_packet_browser import TAGS, Axe, context, signed_in  # noqa: F401
from tests.desk.test_safety import MONDAY, case_of, later, raise_entry


async def test_d8_an_entry_is_read_taken_and_closed_without_a_mouse(office: Office, context: BrowserContext):  # noqa: F811
    """Every state of both pages passes axe, wide and narrow, without scrolling sideways; Tab, Space and Enter do the work."""
    conversation, (entry,) = raise_entry(office)
    raise_entry(office, words="he is back " * 30, conversation=conversation)
    raise_entry(office, "fire_gas", channel="web", address=None)
    later(office, MONDAY.replace(hour=17, minute=30))
    page = await signed_in(office, context)
    await page.goto(f"{office.base}/desk/")
    await check(page)
    await page.get_by_role("link", name="Look at safety entries first").press("Enter")
    await page.get_by_role("heading", level=1, name="Safety entries").wait_for()
    await check(page)
    await page.get_by_role("link", name="Child at risk").press("Enter")
    await check(page)
    await page.get_by_role("button", name="Take this entry").press("Enter")
    await page.get_by_role("status").wait_for()
    await page.get_by_label("I have read how to contact this person").press("Space")
    await page.get_by_role("button", name="Show the number").press("Enter")
    await page.locator(".number").wait_for()
    await page.get_by_label("Write a note").fill("Rang the school.")
    await page.get_by_role("button", name="Keep this note").press("Enter")
    await page.get_by_text("Your note is kept.").wait_for()
    await page.get_by_label("What came of it?").select_option("no_action")
    await page.get_by_role("button", name="Close this entry").press("Enter")
    await page.get_by_role("alert").wait_for()
    await check(page)
    await page.get_by_label("What came of it?").select_option("children_social_care")
    await page.get_by_role("button", name="Close this entry").press("Enter")
    await page.get_by_text("This entry is closed.").wait_for()
    await check(page)
    await page.goto(f"{office.base}/desk/safety?show=done")
    await check(page)
    assert case_of(office, entry).outcome == "children_social_care"


async def check(page: Page) -> None:
    for width in (1280, 320):
        await page.set_viewport_size({"width": width, "height": 900})
        found = await Axe().run(
            page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
        )
        assert found.violations_count == 0, found.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width)
