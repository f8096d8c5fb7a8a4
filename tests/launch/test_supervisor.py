"""Processes are kept alive, and none is left behind."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from launch.supervisor import Process, Supervisor

Make = Callable[[str], Process]
SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda code: Process("part", [sys.executable, "-c", code], os.environ, tmp_path / "log" / "part.log")


def living() -> dict[int, int]:
    """Every process that is no zombie, with its parent."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            found[int(folder.name)] = int(parent)
    return found


def children() -> set[int]:
    """The living processes of this one."""
    return {pid for pid, parent in living().items() if parent == os.getpid()}


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come true in ten seconds")


@pytest.mark.parametrize("turns", range(8))
async def test_stop_in_the_middle_of_a_start_leaves_nothing(make: Make, turns: int) -> None:
    """Wherever the start of a process stands when everything stops, no process stays."""
    before = children()
    supervisor = Supervisor()
    supervisor.keep(make(SLEEP))
    for _ in range(turns):
        await asyncio.sleep(0)
    await supervisor.stop()
    assert children() <= before


async def test_a_process_that_ends_is_started_again(make: Make) -> None:
    """Within two seconds."""
    supervisor, part = Supervisor(), make("pass")
    supervisor.keep(part)
    began = time.monotonic()
    await until(lambda: part.starts == 2)
    assert time.monotonic() - began < 2.0
    await supervisor.stop()


async def test_a_program_that_is_not_there_is_tried_again(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """It is told in the log, and the supervisor lives on."""
    supervisor, part = Supervisor(), make("pass")
    part.command = ["/no/such/program"]
    supervisor.keep(part)
    await until(lambda: part.failures > 0)
    await supervisor.stop()
    assert "could not be started" in caplog.text


async def test_what_a_process_started_ends_with_it(make: Make, tmp_path: Path) -> None:
    """Also when it ends without a word to its own children."""
    note = tmp_path / "pid"
    code = f"import subprocess, time; p = subprocess.Popen(['sleep', '60']); open({str(note)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    supervisor = Supervisor()
    supervisor.keep(make(code))
    await until(lambda: note.exists() and note.read_text() != "")
    await supervisor.stop()
    await until(lambda: int(note.read_text()) not in living())
