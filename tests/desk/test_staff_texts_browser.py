"""The page for a text in a real browser: by keyboard alone, and nothing an accessibility check objects to."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page

from tests.desk.conftest import Office
from tests.desk.test_packet_browser import TAGS, Axe, context, signed_in  # noqa: F401
from tests.desk.test_staff_texts import WORDS, page_of, texts


async def test_d8_a_text_is_chosen_read_and_sent_without_a_mouse(office: Office, context: BrowserContext):  # noqa: F811
    """Each state of the page passes axe; Tab and Enter do the work."""
    page = await signed_in(office, context)
    reference = office.refer(safe_to_text=True)
    await page.goto(office.base + page_of(reference))
    await check(page)
    await page.get_by_role("link", name="Read how to contact this person").press("Enter")
    await page.get_by_label("I have read how to contact this person").press("Space")
    await page.get_by_role("button", name="Show contact details").press("Enter")
    await page.get_by_role("link", name="Send a text").press("Enter")
    await page.get_by_label("Which text?").select_option("tried_to_ring")
    await check(page)
    await page.get_by_role("button", name="Read it first").press("Enter")
    await page.get_by_text(WORDS).wait_for()
    await check(page)
    await page.get_by_role("button", name="Send this text").press("Enter")
    await page.get_by_role("status").wait_for()
    await check(page)
    assert [row.body for row in texts(office)] == [WORDS]


async def check(page: Page) -> None:
    found = await Axe().run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    )
    assert found.violations_count == 0, found.generate_report()
