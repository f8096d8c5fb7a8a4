"""Keeps the three processes alive: Rasa, the action server, the front door.

A process that ends is started again within two seconds (waiting longer only when it keeps ending at once). When the supervisor is told to stop,
or dies, every process of it ends too.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

RESTART_SECONDS = 0.5
LONGEST_WAIT = 30.0
HEALTHY_SECONDS = 20.0  # a process that lived this long is started again at once
STOP_SECONDS = 14.0  # more than the front door needs for turns and texts under way; two such waits are under 30 s
_PR_SET_PDEATHSIG = 1


@dataclass
class Process:
    """One process to keep alive: its name, command and environment."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log_file: Path
    running: asyncio.subprocess.Process | None = None
    starts: int = 0
    failures: int = 0
    _output: TextIO | None = field(default=None, repr=False)

    async def start(self) -> None:
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("a") as output:
            self.running = await asyncio.create_subprocess_exec(
                *self.command, env=dict(self.env), stdout=output, stderr=subprocess.STDOUT, preexec_fn=die_with_parent
            )
        self.starts += 1

    async def keep_alive(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            started = time.monotonic()
            code: int | str
            try:
                await self.start()
            except OSError as error:
                code = f"could not be started: {error}"
            else:
                assert self.running is not None
                code = await self.running.wait()
            if stopping.is_set():
                return
            self.failures = 0 if time.monotonic() - started > HEALTHY_SECONDS else self.failures + 1
            wait = min(LONGEST_WAIT, RESTART_SECONDS * 2 ** max(0, self.failures - 2))
            log.warning("%s ended (%s); starting it again in %.1f s; its log: %s", self.name, code, wait, self.log_file)
            await asyncio.sleep(wait)

    async def stop(self) -> None:
        """Ask the process to end, make it end when it does not, and end whatever it started itself."""
        if self.running is None:
            return
        if self.running.returncode is None:
            self.running.terminate()
            try:
                await asyncio.wait_for(self.running.wait(), STOP_SECONDS)
            except TimeoutError:
                log.warning("%s did not stop in %.0f s and was ended", self.name, STOP_SECONDS)
                self.running.kill()
                await self.running.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.running.pid, signal.SIGKILL)


def die_with_parent() -> None:
    """Runs in the new process: its own group (Ctrl-C reaches only the supervisor), and its end when the supervisor dies."""
    os.setpgrp()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps processes alive until `stop()`."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._kept: list[tuple[Process, asyncio.Task[None]]] = []

    def stop_on_signals(self) -> None:
        """Ctrl-C and SIGTERM set `stopping`; whoever waits for it then calls `stop()`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.stopping.set)

    def keep(self, *processes: Process) -> None:
        """Start these now and again whenever they end."""
        for process in processes:
            self._kept.append((process, asyncio.create_task(process.keep_alive(self.stopping))))

    async def stop(self) -> None:
        """End every process: the one started last, then the others together. Returns when all are gone."""
        self.stopping.set()
        # First nothing is started any more: a task cancelled in the middle of a start ends what it has started (asyncio sees to
        # that), and only then is it certain which processes there are.
        for _, task in self._kept:
            task.cancel()
        await asyncio.gather(*(task for _, task in self._kept), return_exceptions=True)
        # Turns under way still need the others, so the one that residents talk to goes first; nothing needs the rest.
        processes = [process for process, _ in self._kept]
        for newest in processes[-1:]:
            await newest.stop()
        await asyncio.gather(*(process.stop() for process in processes[:-1]))
