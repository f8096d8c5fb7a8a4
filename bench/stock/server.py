"""Stock Rasa as a process: plain `rasa run` with its REST channel, beside an action server of ours with an empty database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.assistant import NOT_HANDED_ON, end, free_port, wait_until_answers
from bench.stock.project import environment
from launch.paths import RASA_PYTHON, ROOT


class Stock:
    """`start_actions`, then `start_rasa` once the project is trained; `stop` ends both."""

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder = folder
        self._rasa_port, self._actions_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self._rasa_port}"
        self.actions_url = f"http://127.0.0.1:{self._actions_port}"
        self._env = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON} | {
            "VAR_DIR": str(folder / "var"),
            "ACTIONS_PORT": str(self._actions_port),
            "SECRET_KEY": secret,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start_actions(self) -> None:
        """Raises RuntimeError or subprocess.CalledProcessError."""
        shutil.rmtree(self._folder / "var", ignore_errors=True)
        command = [sys.executable, "-m", "launch.prepare"]
        subprocess.run(command, cwd=ROOT, env=self._env, check=True, stdout=subprocess.DEVNULL)
        self._start("actions", [sys.executable, "-m", "actions"], ROOT, self._env, f"{self.actions_url}/health")

    def start_rasa(self) -> float:
        """Seconds until it was ready to answer. Raises RuntimeError."""
        (self._folder / "rasa.db").unlink(missing_ok=True)
        command = [str(RASA_PYTHON), "-m", "rasa", "run", "--model", "models/stock.tar.gz", "-i", "127.0.0.1"]
        command += ["--port", str(self._rasa_port), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        began = time.monotonic()
        self._start("rasa", command, self._folder, environment(self._folder), f"{self.url}/webhooks/rest/")
        return time.monotonic() - began

    def _start(self, name: str, command: list[str], folder: Path, env: dict[str, str], url: str) -> None:
        log = self._folder / f"{name}.log"
        with log.open("wb") as output:
            self._running[name] = subprocess.Popen(
                command, cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT
            )
        wait_until_answers(url, self._running[name], log)

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._running.items()}

    def stop(self) -> None:
        for process in reversed(self._running.values()):
            end(process)
