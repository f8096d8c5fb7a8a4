"""Several bots behind one front door, on a PostgreSQL of the benchmark's own: does another bot help, and where does it stop?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.assistant import running
from bench.parts import rounds
from bench.people import Script

BOTS = (1, 2, 4)
AT_ONCE = 32


async def measure(
    folder: Path, scripts: tuple[Script, ...], conversations: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """A round with AT_ONCE conversations for each number of bots, each on an empty database; or `skipped` and why."""
    try:
        # The tests know how to start one; it is not there where only the product is installed.
        from tests.postgres import programs
        from tests.postgres import running as postgres
    except ImportError as missing:
        return {"skipped": f"{missing.name} is not here"}
    if programs() is None:
        return {"skipped": "PostgreSQL is not installed"}
    found: dict[str, Any] = {}
    with postgres() as server:
        for bots in BOTS:
            say(f"{bots} bots")
            with running(folder / "scale", BOTS=str(bots), DATABASE_URL=server.database()) as assistant:
                figures = await rounds.measure(assistant.door, scripts, [(AT_ONCE, conversations)], assistant.pids, say)
            found[str(bots)] = figures[str(AT_ONCE)]
    return {"at_once": AT_ONCE, "database": "PostgreSQL", "rounds": found}
