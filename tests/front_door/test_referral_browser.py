"""The pages about a referral as a real browser builds them: axe, size of controls, reflow, contrast themes, keyboard, quick exit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from front_door.resident.model import ReferralTry
from tests.front_door.browser_support import PHONE, Door, send
from tests.front_door.referral_support import REFERENCE, change, conversation_of, sent
from tests.front_door.test_browser_states import AXE, COVERED, OPTIONS, TARGETS, UNBOUNDED

pytestmark = pytest.mark.timeout(60)


def find(page: Page) -> None:
    page.goto("/referral")


def wrong(page: Page) -> None:
    find(page)
    page.fill("#reference", "PPP-PPP")
    page.fill("#contact", "07700 900200")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("alert")).to_contain_text("can't find a referral")


def opened(page: Page) -> None:
    find(page)
    if page.locator("#reference").count():
        page.fill("#reference", REFERENCE)
        page.fill("#contact", "07700 900123")
        page.get_by_role("button", name="Show it").click()
    expect(page.locator(".big")).to_have_text(REFERENCE)


def changing(page: Page) -> None:
    opened(page)
    page.get_by_role("link", name="Change how we reach you").click()
    expect(page.locator("h1")).to_have_text("Change how we reach you")


def mistaken(page: Page) -> None:
    changing(page)
    page.fill("#contact", "12")
    page.get_by_role("button", name="Carry on").click()
    expect(page.get_by_role("alert")).to_be_visible()


def checking(page: Page) -> None:
    changing(page)
    page.fill("#best_time", "after 6pm, when the children are in bed")
    page.get_by_role("button", name="Carry on").click()
    expect(page.locator("h1")).to_have_text("Is this right?")


def danger(page: Page) -> None:
    changing(page)
    page.fill("#note", "I want to kill myself")
    page.get_by_role("button", name="Carry on").click()
    expect(page.get_by_role("alert")).to_contain_text("Please call 999 now")


def copied(page: Page) -> None:
    opened(page)
    page.get_by_role("link", name="Read a copy").click()
    expect(page.locator("h1")).to_have_text("A copy of what was sent")


def taking_back(page: Page) -> None:
    opened(page)
    page.get_by_role("link", name="Take it back").click()
    expect(page.locator("h1")).to_have_text("Take it back?")


STATES = (find, wrong, opened, changing, mistaken, checking, danger, copied, taking_back)


@pytest.fixture(scope="module")
def house(running: Door) -> Door:
    running.call(sent, running.house)
    return running


@pytest.fixture(scope="module", params=["light", "dark"])
def pages(request: pytest.FixtureRequest, chromium: Browser, house: Door) -> Iterator[Page]:
    """One browser for all states of one colour scheme."""
    context = chromium.new_context(viewport=PHONE, base_url=house.url, color_scheme=request.param)
    context.set_default_timeout(8_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("reach", STATES, ids=[state.__name__ for state in STATES])
def test_every_state_is_accessible(pages: Page, house: Door, reach: Callable[[Page], None]) -> None:
    """axe 0; controls of 44 px; no sideways scroll at 320 px and at 400%; borders in contrast themes; focus never covered."""
    _fresh(pages, house)
    reach(pages)
    broken = AXE.run(pages, options=OPTIONS).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"], rule["nodes"][0]["failureSummary"]) for rule in broken] == []
    assert [target for target in pages.evaluate(TARGETS) if target[1] < 44 or target[2] < 44] == []
    for height in (568, 256):
        pages.set_viewport_size({"width": 320, "height": height})
        assert pages.evaluate("document.documentElement.scrollWidth") <= 320
    pages.set_viewport_size(PHONE)
    pages.emulate_media(forced_colors="active")
    assert pages.evaluate(UNBOUNDED) == []
    pages.emulate_media(forced_colors="none")
    for _ in range(25):
        pages.keyboard.press("Tab")
        assert pages.evaluate(COVERED) == ""
    assert "quick" in pages.inner_text("body").lower() and pages.locator("[data-exit]").first.is_visible()
    assert pages.title() == "Chat"


def _fresh(page: Page, house: Door) -> None:
    """Wrong tries of the tests before do not count."""
    house.call(change, house.house, lambda session: session.query(ReferralTry).delete())
    page.context.clear_cookies()


def test_it_is_looked_up_and_changed_with_the_keyboard_alone(page: Page, house: Door) -> None:
    page.goto("/referral")
    page.locator("#reference").focus()
    page.keyboard.type(REFERENCE.lower())
    page.keyboard.press("Tab")
    page.keyboard.type("07700900123")
    page.keyboard.press("Enter")
    expect(page.locator(".big")).to_have_text(REFERENCE)
    page.get_by_role("link", name="Change how we reach you").focus()
    page.keyboard.press("Enter")
    page.locator("#safe-yes").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator("#safe-ring").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.type(" and weekends")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Is this right?")


def test_w10_leaving_closes_it(page: Page, house: Door) -> None:
    """By Shift three times, from inside a box; Back shows nothing of it."""
    opened(page)
    page.locator("a.exit").focus()
    with page.expect_response("**/exit*"):
        for _ in range(3):
            page.keyboard.press("Shift")
    other = page.context.new_page()
    other.goto("/referral")
    assert other.locator(".big").count() == 0


def test_the_chat_links_to_it_and_shows_it_at_once(page: Page, house: Door) -> None:
    """The answer to a plain question carries the link; in the same chat no check is asked for."""
    page.goto("/chat")
    send(page, "I need some company")
    conversation = house.call(conversation_of, house.house)
    house.call(lambda: sent(house.house, conversation, "H2F-9WX"))
    send(page, "did they get my referral?")
    page.locator(".message--referral").get_by_role("link", name="Your referral").click()
    expect(page.locator(".big")).to_have_text("H2F-9WX")
