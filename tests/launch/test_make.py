"""The Makefile: signals reach what serves, and a failed check fails the target."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launch.paths import ROOT

# These tests may run under `make test` themselves.
ENV = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
WATCHER = """
import asyncio, os, signal, sys
from launch.parent import watch_make
async def main():
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    watching = asyncio.create_task(watch_make(stopping))
    print("dont write:", "PYTHONDONTWRITEBYTECODE" in os.environ, "pid:", os.getpid(), flush=True)
    await asyncio.wait_for(stopping.wait(), 20)
asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_to_make_alone_ends_the_command(tmp_path: Path, number: int) -> None:
    """SIGTERM is handed on; SIGINT and SIGKILL are not, and the command notices by itself. Bytecode is written all the same."""
    script = tmp_path / "serve.py"
    script.write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{WATCHER}")
    command = ["make", "-o", "setup", "run", f"WITH_ENV={sys.executable} {script}", "PY="]
    env = {**ENV, "PYTHONDONTWRITEBYTECODE": "1"}
    make = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert make.stdout is not None
    said = make.stdout.readline().split()
    assert said[2] == "False"
    pid = int(said[-1])
    time.sleep(0.3)
    make.send_signal(number)
    make.wait(10)
    end = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
    make.stdout.close()


@pytest.mark.parametrize(
    ("script", "passes"),
    [
        ("exit 0", True),
        ("exit 1", False),
        ("exit 3", False),
        ("echo 'UserWarning: The utterance x is not used in any story or rule.'", True),
        ("echo 'UserWarning: a rule contradicts another'", False),
    ],
)
def test_data_that_does_not_validate_fails_lint(tmp_path: Path, script: str, passes: bool) -> None:
    """The exit status of Rasa's validation counts, and so does every warning that is not known to be harmless."""
    validator = tmp_path / "python"
    validator.write_text(f"#!/bin/bash\n{script}\n")
    validator.chmod(0o755)
    command = ["make", "-o", "setup", "validate", f"BOT={validator}", f"VALIDATE_LOG={tmp_path / 'log'}", "WITH_ENV="]
    done = subprocess.run(command, cwd=ROOT, env=ENV, capture_output=True, timeout=20, check=False)
    assert (done.returncode == 0) == passes, done.stdout
