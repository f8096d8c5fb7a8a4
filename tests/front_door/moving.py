"""Small steps of a move, as residents take them in the tests."""

from __future__ import annotations

import re

from tests.front_door.browser import Browser, Page
from tests.front_door.support import MOBILE, House, eventually

CODE = re.compile(r"\b\d{3}-\d{3}-\d{3}\b")


async def code_on_page(browser: Browser) -> str:
    """Ask the page for a code, as a browser without JavaScript does; returns it as it is shown."""
    page = await browser.open("/chat/move/text")
    page = await post(browser, "/chat/move/text", page.forms[-1]["hidden"])
    found = CODE.search(page.html)
    assert page.status == 200 and found, page.html
    return found.group()


async def code_by_text(house: House, sid: str, sender: str = MOBILE) -> str:
    """Ask for the web page by text; returns the code of the answer."""
    before = len(house.texts(sender))
    assert await house.text(sid, "web", sender) == 200
    await eventually(lambda: len(house.texts(sender)) > before)
    found = CODE.search(house.texts(sender)[-1])
    assert found, house.texts(sender)[-1]
    return found.group()


async def bring(browser: Browser, code: str) -> Page:
    """Type a code into the page's box and send it."""
    page = await browser.open("/chat/move")
    return await post(browser, "/chat/move", {**page.forms[-1]["hidden"], "code": code})


async def post(browser: Browser, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
    async with browser.http.post(browser.url(path), data=fields, headers=headers) as response:
        browser.page = Page(await response.text(), response.status)
        browser.page.url = str(response.url)  # type: ignore[attr-defined]
    return browser.page
