"""Ends with `make`: it does not hand on an interrupt sent to it alone (not to the terminal's group), and nothing when it is killed.

GNU make answers SIGINT by waiting for its commands, which without this would serve for ever. While it waits it blocks SIGINT.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

EVERY = 0.5  # seconds
_SIGINT = 1 << (signal.SIGINT - 1)


def read_status(pid: int) -> dict[str, str]:
    """The lines of /proc/PID/status by name; empty when there is no such process, or no /proc."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def was_interrupted(status: dict[str, str]) -> bool:
    """Whether a make with this status has been interrupted and only waits for its commands to end."""
    return bool(int(status.get("SigBlk", "0"), 16) & _SIGINT)


async def watch_make(stopping: asyncio.Event) -> None:
    """Set `stopping` when the make that started this process was interrupted or died. Returns at once when none did start it."""
    parent = os.getppid()
    status = read_status(parent)
    if status.get("Name") not in ("make", "gmake") or was_interrupted(status):
        return
    while not stopping.is_set():
        await asyncio.sleep(EVERY)
        if os.getppid() != parent or was_interrupted(read_status(parent)):
            stopping.set()
