"""A real browser before a front door that runs in a thread of its own, with the fake bot behind it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from bench.assistant import free_port
from tests.front_door.browser_script import spoken
from tests.front_door.support import HURRIED, House, words

T = TypeVar("T")
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PHONE = {"width": 360, "height": 740}
expect.set_options(timeout=5_000)


def launch(playwright: Playwright, **options: Any) -> Browser:
    """Debian's Chromium; skips the test where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium")
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"], **options)


class Door:
    """One front door for a whole module of browser tests. `call` runs a coroutine on its loop."""

    def __init__(self, path: Path, elsewhere: str = "") -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        port = free_port()
        self.house = House(path, port=port, timing=replace(HURRIED, break_silence=0.6, web_wait=1.0))
        if elsewhere:
            self.house.own_words = replace(words(), exit_to=elsewhere)
        self.house.rasa.script = spoken
        self.url = f"http://127.0.0.1:{port}"
        self.call(self.house.start)

    def call(self, work: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        async def run() -> T:
            return await work(*arguments)

        future: Future[T] = asyncio.run_coroutine_threadsafe(run(), self._loop)
        return future.result(30)

    def texts(self) -> list[str]:
        """What the bot was asked, repeats aside."""
        return [turn["text"] for turn in self.house.rasa.turns]

    def later(self, minutes: float) -> None:
        """Move the server's clock on to so many minutes after the real time."""
        self.house.clock.offset = timedelta(minutes=minutes)

    def reset(self) -> None:
        """As before the first test."""
        self.house.rasa.mode, self.house.rasa.script = "ok", spoken
        self.house.rasa.turns.clear()
        self.later(0)

    def close(self) -> None:
        self.call(self.house.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module. Only for modules without async tests: Playwright runs a loop of its own meanwhile."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    made = Door(tmp_path_factory.mktemp("door"))
    yield made
    made.close()


@pytest.fixture
def door(running: Door) -> Iterator[Door]:
    """The module's front door, as new."""
    running.reset()
    yield running
    running.reset()


@pytest.fixture
def page(chromium: Browser, door: Door) -> Iterator[Page]:
    """A phone-sized page with cookies of its own."""
    context = chromium.new_context(viewport=PHONE, base_url=door.url)
    context.set_default_timeout(8_000)
    yield context.new_page()
    context.close()


def opened(context: BrowserContext, path: str = "/chat") -> Page:
    page = context.new_page()
    page.goto(path)
    return page


def said(page: Page, sender: str = "assistant") -> list[str]:
    """The visible words of one side, in order."""
    return [" ".join(text.split()) for text in page.locator(f'[data-from="{sender}"] .said').all_inner_texts()]


def send(page: Page, text: str) -> None:
    """Type and send; returns when the reply is there."""
    count = page.locator('[data-from="assistant"]').count()
    page.fill("#message", text)
    page.get_by_role("button", name="Send", exact=True).click()
    replied(page, count)


def press(page: Page, label: str) -> None:
    """Press a choice; returns when the reply is there."""
    count = page.locator('[data-from="assistant"]').count()
    page.get_by_role("button", name=label, exact=True).click()
    replied(page, count)


def replied(page: Page, count: int) -> None:
    expect(page.locator('[data-from="assistant"]').nth(count)).to_be_attached()
