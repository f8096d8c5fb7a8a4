"""`python -m tests.front_door.screenshots` draws every state at three widths into docs/screenshots, with an index beside it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.front_door.browser_states import STATES, State
from tests.front_door.browser_support import Door, launch
from tests.front_door.png_palette import shrink

DOCS = Path(__file__).resolve().parents[2] / "docs"
SIZES = ((320, 640), (768, 1024), (1280, 800))
# As after sending: the first line after the resident's newest one at the top.
_TO_THE_REPLY = """() => {
  const mine = [...document.querySelectorAll('.page--chat li[data-from=resident]')].pop();
  const reply = mine && (mine.nextElementSibling || document.querySelector('#log li'));
  reply?.scrollIntoView();
}"""
_PLAIN_TWICE = ("-no-script",)  # looks like its twin with JavaScript


def main(wanted: list[str]) -> None:
    """Draw the states named (all without names), and write the index."""
    (DOCS / "screenshots").mkdir(parents=True, exist_ok=True)
    shown = [state for state in STATES if not state.name.endswith(_PLAIN_TWICE)]
    with tempfile.TemporaryDirectory() as var, sync_playwright() as playwright:
        door, browser = Door(Path(var)), launch(playwright)
        try:
            for state in shown:
                if not wanted or state.name in wanted:
                    _draw(state, browser, door)
        finally:
            browser.close()
            door.close()
    (DOCS / "screenshots.md").write_text(index(shown))


def _draw(state: State, browser: Browser, door: Door) -> None:
    door.reset()
    context = browser.new_context(base_url=door.url, color_scheme=state.scheme, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    state.reach(page, door)
    page.emulate_media(media=state.media, color_scheme=state.scheme)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(_TO_THE_REPLY)
        picture = page.screenshot(full_page=state.media == "print")
        (DOCS / _path(state, width)).write_bytes(shrink(picture))
    context.close()


def index(states: list[State]) -> str:
    """The page that shows the pictures side by side."""
    rows = "".join(
        f"| {state.name} | " + " | ".join(f"![]({_path(state, width)})" for width, _ in SIZES) + " |\n"
        for state in states
    )
    head = "| state | " + " | ".join(f"{width} px" for width, _ in SIZES) + " |\n| --- | --- | --- | --- |\n"
    return (
        "# The web pages in every state\n\n"
        "Drawn by `make screenshots` in Chromium, with made-up services and a bot that follows a script.\n\n"
        + head
        + rows
    )


def _path(state: State, width: int) -> str:
    return f"screenshots/{state.name}-{width}.png"


if __name__ == "__main__":
    main(sys.argv[1:])
