"""Every state as a real browser builds it: accessibility, size of controls, reflow, contrast themes, and what covers what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.front_door.browser_states import STATES, State
from tests.front_door.browser_support import PHONE, Door

pytestmark = pytest.mark.timeout(60)
AXE = Axe()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
CONTROLS = "a[href], button, textarea, input:not([type=hidden]), summary"
# Everything that can be pressed or typed in, each with its box, its own padding counted.
TARGETS = f"""() => [...document.querySelectorAll('{CONTROLS}')].filter((e) => e.checkVisibility({{visibilityProperty: true}}))
  .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().width, e.getBoundingClientRect().height])"""
# Controls and messages that have no border in a contrast theme, where background colours are gone.
UNBOUNDED = """() => [...document.querySelectorAll('button, a.button, .exit, textarea, .message, .notice, dialog[open]')]
  .filter((e) => e.checkVisibility() && !['Top', 'Right', 'Bottom', 'Left'].every((side) => {
    const style = getComputedStyle(e);
    return style[`border${side}Style`] !== 'none' && parseFloat(style[`border${side}Width`]) >= 1;
  })).map((e) => e.outerHTML.slice(0, 90))"""
# What lies over the middle of what has the focus, or "" when that can be seen.
COVERED = """() => {
  const e = document.activeElement, box = e.getClientRects()[0];
  if (e === document.body || e.tagName === 'MAIN') return '';
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const within = box.top >= -1 && box.top < innerHeight && box.left >= -1 && box.right <= innerWidth + 1;
  return within && seen && (e.contains(seen) || seen.contains(e)) ? '' : e.outerHTML.slice(0, 90);
}"""


@pytest.fixture(scope="module", params=STATES, ids=[state.name for state in STATES])
def shown(request: pytest.FixtureRequest, chromium: Browser, running: Door) -> Iterator[Page]:
    """A page in one of the states; the tests below share it."""
    state: State = request.param
    running.reset()
    context = chromium.new_context(viewport=PHONE, base_url=running.url, color_scheme=state.scheme)
    context.set_default_timeout(8_000)
    if not state.script:  # axe is itself a script, so only those of the page are kept out
        context.route("**/*.js*", lambda route: route.abort())
    page = context.new_page()
    state.reach(page, running)
    page.emulate_media(media=state.media, color_scheme=state.scheme)
    yield page
    context.close()


def test_w6_no_state_breaks_an_accessibility_rule(shown: Page) -> None:
    """axe: WCAG 2.0 to 2.2, levels A and AA with target-size, and its best practice. No violation.

    The page is as high as its words, so that nothing is half under what sticks to the edges (the test of the focus sees to that).
    """
    shown.set_viewport_size(
        {"width": PHONE["width"], "height": shown.evaluate("document.documentElement.scrollHeight")}
    )
    broken = AXE.run(shown, options=OPTIONS).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"], rule["nodes"][0]["failureSummary"]) for rule in broken] == []
    shown.set_viewport_size(PHONE)


def test_w6_every_control_is_at_least_44_by_44_pixels(shown: Page) -> None:
    """Own test: axe asks for 24 px, and passes over controls in running text."""
    assert [target for target in shown.evaluate(TARGETS) if target[1] < 44 or target[2] < 44] == []


def test_w7_nothing_scrolls_sideways_on_a_narrow_screen_or_at_400_percent(shown: Page) -> None:
    """320 px wide (WCAG 1.4.10); 320 by 256 px is a screen of 1280 by 1024 at 400%. There nothing sticks over the words."""
    for height in (568, 256):
        shown.set_viewport_size({"width": 320, "height": height})
        assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    assert shown.evaluate("getComputedStyle(document.querySelector('.top')).position") in ("static", "sticky")
    stuck = "['.top', '.composer'].map((s) => document.querySelector(s)).filter((e) => e && getComputedStyle(e).position === 'sticky').length"
    assert shown.evaluate(stuck) == 0
    shown.set_viewport_size(PHONE)


@pytest.mark.parametrize("size", [(320, 568), (320, 256), (1280, 800)], ids=str)
def test_w7_what_has_the_focus_is_never_covered(shown: Page, size: tuple[int, int]) -> None:
    """Tab through the whole page: nothing lies over what has the focus (WCAG 2.4.11), and the last Tab leads out."""
    if shown.evaluate("matchMedia('print').matches"):
        pytest.skip("nobody tabs through paper")
    shown.set_viewport_size({"width": size[0], "height": size[1]})
    shown.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    count = len(shown.evaluate(TARGETS))
    for _ in range(count):
        shown.keyboard.press("Tab")
        assert shown.evaluate(COVERED) == ""
    shown.set_viewport_size(PHONE)


def test_w8_in_a_contrast_theme_everything_keeps_its_edges(shown: Page) -> None:
    """Forced colours take backgrounds away: controls, messages and notices have a border on every side."""
    if shown.evaluate("matchMedia('print').matches"):
        pytest.skip("no contrast themes on paper")
    shown.emulate_media(forced_colors="active")
    assert shown.evaluate(UNBOUNDED) == []
    shown.emulate_media(forced_colors="none")
