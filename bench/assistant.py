"""The whole assistant as `python -m launch` starts it, on free ports and with a VAR_DIR of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import aiohttp

from bench.doors import FrontDoor
from bench.machine import children
from launch.paths import ROOT

# What the caller's own assistant is set to does not belong into a benchmark.
NOT_HANDED_ON = (
    *("DATABASE_URL", "SECRET_KEY", "SMTP_URL", "CLOCK", "ENVIRONMENT", "METRICS_PORT", "PUBLIC_BASE_URL", "HOST"),
    *("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER", "SMS_PROVIDER", "NOTIFY_API_KEY", "WEBHOOK_SECRETS"),
)
START_SECONDS = 180.0
PARTS = {"rasa": "-m bot", "actions": "-m actions", "front door": "-m front_door"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(url: str, seconds: float = 5.0) -> bool:
    """True when `GET url` gives 200 in time."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as found:
            return bool(found.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> float:
    """Seconds until `GET url` gave 200. Raises RuntimeError, with the end of the log, when the process ends before or time is over."""
    began = time.monotonic()
    while not answers(url):
        if process.poll() is not None or time.monotonic() - began > START_SECONDS:
            raise RuntimeError(f"it did not start; the end of {log}:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
    return time.monotonic() - began


def end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a process and wait for its end; make it end when it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(45)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Assistant:
    """Started by `start`, ended by `stop`; the same VAR_DIR over both."""

    def __init__(self, var_dir: Path, **settings: str) -> None:
        self.var_dir = var_dir
        port, rasa, actions = free_port(), free_port(), free_port()
        self.url, self.rasa_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{rasa}"
        self.actions_url = f"http://127.0.0.1:{actions}"
        self.env = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON} | {
            "VAR_DIR": str(var_dir),
            "PORT": str(port),
            "RASA_PORT": str(rasa),
            "ACTIONS_PORT": str(actions),
            # Each resident of the benchmark then has an address of their own, see bench.doors.FrontDoor.
            "TRUSTED_PROXIES": "127.0.0.1",
            **settings,
        }
        self._launch: subprocess.Popen[bytes] | None = None
        self._visitors = count(1)

    def start(self) -> float:
        """Start; returns the seconds until `GET /readyz` said 200. Raises RuntimeError."""
        self.var_dir.mkdir(parents=True, exist_ok=True)
        log = self.var_dir / "launch.log"
        began = time.monotonic()
        with log.open("ab") as output:
            self._launch = subprocess.Popen(
                [sys.executable, "-m", "launch"], cwd=ROOT, env=self.env, stdout=output, stderr=subprocess.STDOUT
            )
        wait_until_answers(f"{self.url}/readyz", self._launch, log)
        return time.monotonic() - began

    def stop(self) -> None:
        if self._launch is not None:
            end(self._launch)

    def pids(self) -> dict[str, int]:
        """The ids of the parts and of their supervisor, by name; a second bot is "rasa 2"."""
        assert self._launch is not None
        found = {"supervisor": self._launch.pid}
        for pid, command in sorted(children(self._launch.pid).items()):
            for part in (part for part, piece in PARTS.items() if piece in command):
                number = 1 + sum(name.partition(" ")[0] == part for name in found) if part == "rasa" else 1
                found[part if number == 1 else f"{part} {number}"] = pid
        return found

    def kill_rasa(self) -> None:
        """kill -9; the supervisor starts it again."""
        with suppress(ProcessLookupError):
            os.kill(self.pids()["rasa"], signal.SIGKILL)

    def visitor(self) -> str:
        """An address that no resident had before."""
        number = next(self._visitors)
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def door(self, http: aiohttp.ClientSession) -> FrontDoor:
        """A new conversation's door."""
        return FrontDoor(http, self.url, self.visitor())


@contextmanager
def running(var_dir: Path, **settings: str) -> Iterator[Assistant]:
    """A new, empty assistant while this lasts."""
    shutil.rmtree(var_dir, ignore_errors=True)
    assistant = Assistant(var_dir, **settings)
    try:
        assistant.start()
        yield assistant
    finally:
        assistant.stop()
