"""Fixtures of every room: a database of each kind. Imported by both Pythons, so what only one has is imported in the fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL for all tests of this process; skips where it is not installed."""
    from tests import postgres

    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return server.database()
