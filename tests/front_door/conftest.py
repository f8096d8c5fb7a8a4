"""Fixtures of the front door's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.front_door.browser_support import chromium, door, page, running  # noqa: F401 (fixtures)
from tests.front_door.support import HURRIED, House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A running front door with its fakes."""
    made = await House(tmp_path).start()
    yield made
    await made.close()


@pytest.fixture
async def hurried(tmp_path: Path) -> AsyncIterator[House]:
    """The same with residents who are told the truth after a quarter of a second."""
    made = await House(tmp_path, timing=HURRIED).start()
    yield made
    await made.close()
