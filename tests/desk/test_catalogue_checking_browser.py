"""The pages for keeping the catalogue checked, in a real browser: by keyboard alone, and nothing an accessibility check objects to."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import BrowserContext

from tests.desk.catalogue_support import RUN, add_feed_service, add_issue, load
from tests.desk.conftest import Office
from tests.desk.test_catalogue_checking import LIST
from tests.desk.test_packet_browser import context, signed_in  # noqa: F401
from tests.desk.test_staff_texts_browser import check
from tests.service_catalogue.conftest import row


async def test_d8_a_service_is_checked_without_a_mouse(office: Office, context: BrowserContext, tmp_path: Path):  # noqa: F811
    """Each new page and state passes axe; Enter on the button does the work."""
    load(office, tmp_path, [row("tea-club", verified="unverified"), row("walks", checked_on="2024-01-05")])
    add_feed_service(office, "set-aside")
    add_issue(office, "set-aside", "no_name")
    page = await signed_in(office, context)
    await page.goto(office.base + LIST)
    await check(page)
    await page.get_by_role("button", name=re.compile("Checked today.*Walks")).press("Enter")
    await page.get_by_role("status").wait_for()
    await check(page)
    assert await page.get_by_role("link", name="Walks").count() == 0
    await page.get_by_role("link", name="Tea Club").press("Enter")
    await page.get_by_role("button", name="I checked it today, all is right").press("Enter")
    await page.get_by_role("button", name="Take this check back").wait_for()
    await check(page)
    for path in ("/desk/catalogue/imports", f"/desk/catalogue/imports/{RUN}", "/desk/texts", "/desk/data"):
        await page.goto(office.base + path)
        await check(page)
