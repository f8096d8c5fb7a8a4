"""One running assistant for all whole-stack tests, and a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conversation.world import MODEL, RASA_PYTHON
from tests.stack.processes import Stack

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Rasa, actions and front door under the supervisor."""
    if not RASA_PYTHON.exists() or not MODEL.exists():
        pytest.skip("the Rasa environment or the trained model is missing: `make setup` makes both")
    running = Stack(tmp_path_factory.mktemp("stack") / "var")
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Ended with the module: while Playwright's own event loop runs no other test can have one."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()
