"""From `python -m launch` to ready: on an empty VAR_DIR, and once more on what that left."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.assistant import Assistant


def measure(folder: Path) -> dict[str, float]:
    """Seconds until GET /readyz said 200. Raises RuntimeError when it does not start."""
    shutil.rmtree(folder, ignore_errors=True)
    found = {}
    for name in ("first_s", "again_s"):
        assistant = Assistant(folder)
        try:
            found[name] = round(assistant.start(), 1)
        finally:
            assistant.stop()
    return found
