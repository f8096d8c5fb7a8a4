"""The whole assistant as real processes, with a fake Twilio beside it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bench.assistant import free_port
from tests.conversation.world import ROOT
from tests.fakes import twilio

T = TypeVar("T")
LOGIN = re.compile(r"^login: (\S+) (\S+)$", re.MULTILINE)


def wait_for(check: Callable[[], T], seconds: float = 20.0, every: float = 0.05) -> T:
    """The first true value of `check`, or the last one when time is over."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value or time.monotonic() > end:
            return value
        time.sleep(every)


class Stack:
    """`python -m launch` on free ports and an empty VAR_DIR."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.port, self.rasa_port, self.actions_port, self.twilio_port, self.metrics_port = (
            free_port() for _ in range(5)
        )
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = var_dir.parent / "launch.log"
        self.env = {
            **os.environ,
            "VAR_DIR": str(var_dir),
            "PORT": str(self.port),
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
            "METRICS_PORT": str(self.metrics_port),
            "PUBLIC_BASE_URL": self.url,
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT,
            "TWILIO_AUTH_TOKEN": twilio.TOKEN,
            "TWILIO_NUMBER": twilio.NUMBER,
            "TWILIO_API_BASE_URL": f"http://127.0.0.1:{self.twilio_port}",
        }
        for name in ("DATABASE_URL", "SECRET_KEY", "SMTP_URL", "CLOCK", "ENVIRONMENT"):
            self.env.pop(name, None)
        self._twilio = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.twilio", str(self.twilio_port)], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        self.launch: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start, wait until ready; returns the seconds it took."""
        began = time.monotonic()
        with self._output.open("ab") as output:
            self.launch = subprocess.Popen(
                [sys.executable, "-m", "launch"], cwd=ROOT, env=self.env, stdout=output, stderr=subprocess.STDOUT
            )
        ready = wait_for(lambda: self.launch.poll() is not None or "ready in" in self.printed.split("\n--\n")[-1], 120)
        if not ready or self.launch.poll() is not None:
            raise RuntimeError(f"the assistant did not start:\n{self.printed}")
        return time.monotonic() - began

    @property
    def printed(self) -> str:
        return self._output.read_text() if self._output.exists() else ""

    @property
    def login(self) -> tuple[str, str]:
        found = LOGIN.search(self.printed)
        assert found, self.printed
        return found[1], found[2]

    def pids(self) -> dict[str, int]:
        """The process ids of the parts, by a piece of their command line."""
        assert self.launch is not None
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                # The fields after the name, which stands in brackets: state, parent, ...
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it has just ended
            for part in ("bot", "actions", "front_door"):
                if parent == self.launch.pid and f"-m {part}" in command:
                    found[part] = int(folder.name)
        return found

    def kill(self, part: str) -> int:
        """kill -9 one part; returns the id it had."""
        pid = self.pids()[part]
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Interrupt, wait for the end, and mark it in the log; returns the seconds it took."""
        if self.launch is None or self.launch.poll() is not None:
            return 0.0
        began = time.monotonic()
        self.launch.send_signal(number)
        self.launch.wait(45)
        taken = time.monotonic() - began
        with self._output.open("a") as output:
            output.write("\n--\n")
        return taken

    def close(self) -> None:
        self.stop()
        self._twilio.terminate()
        self._twilio.wait(10)

    # --- over HTTP

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (urllib.error.URLError, OSError):
            return 0, ""

    def metrics(self) -> str:
        """What Prometheus would read."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            return answer.read().decode()

    def everything_kept(self) -> dict[str, bytes]:
        """Every file of the run by name (database, logs, mail), and what the launcher printed."""
        files = {str(path): path.read_bytes() for path in self.var_dir.rglob("*") if path.is_file()}
        return {**files, "what it printed": self.printed.encode()}

    def text(self, body: str, sender: str, sid: str | None = None) -> int:
        """A resident's text message, signed as Twilio signs it; returns the status of the answer."""
        form = twilio.inbound(sid or f"SM{uuid.uuid4().hex}", sender, body)
        request = urllib.request.Request(
            f"{self.url}/sms",
            urllib.parse.urlencode(form).encode(),
            {**twilio.signed(f"{self.url}/sms", form), "Content-Type": "application/x-www-form-urlencoded"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def texts_to(self, number: str) -> list[str]:
        """What the fake Twilio was asked to send to this number, oldest first."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.twilio_port}/__messages", timeout=10) as answer:
            taken: list[dict[str, Any]] = json.loads(answer.read())
        return [message["body"] for message in taken if message["to"] == number]

    def exchange(self, body: str, sender: str, seconds: float = 20.0) -> str:
        """Send a text and wait for the one text that answers it."""
        before = len(self.texts_to(sender))
        assert self.text(body, sender) == 200
        texts = wait_for(lambda: t if len(t := self.texts_to(sender)) > before else None, seconds)
        assert texts, f"no answer to {body!r}"
        return texts[-1]
