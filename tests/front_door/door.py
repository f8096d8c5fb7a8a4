"""A front door as a process of its own, that can be killed at any moment, or that kills itself at a chosen step."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Literal, NamedTuple

import aiohttp
from aiohttp import web

from bench.assistant import free_port
from common.clock import Clock
from common.database import Database, make_engine
from front_door.timing import SHUTDOWN_SECONDS, Limits, Pace, SendTiming, Timing
from tests.front_door.support import FAST, FAST_SENDING, make_app, settings

# A server that has imported everything and forks: a start takes a tenth of a second instead of more than one.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.front_door.door"])
# Nobody is told of a delay: what is counted here are answers.
TIMING = replace(FAST, break_silence=60.0, busy_silence=60.0, web_wait=0.1, lease=1.0, stop=0.5, store=5.0)
SENDING = replace(FAST_SENDING, lease=3.0, call=1.0)
PLENTY = Limits(texts_a_minute=10_000, messages_a_minute=10_000, chats_a_minute=10_000)


class Step(NamedTuple):
    """A transaction of the front door, by the name of its function, and when to die in it."""

    function: str
    moment: Literal["before", "inside", "after"]


class MortalDatabase(Database):
    """A database whose process kills itself (-9) at one step, the first time that this step does anything."""

    def __init__(self, url: str, step: Step | None) -> None:
        super().__init__(make_engine(url))
        self._step = step

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        step = self._step
        # A function may be handed on by another one, as an argument.
        names = {getattr(part, "__name__", "") for part in (function, *args)}
        if step is None or step.function not in names:
            return await super().run(function, *args, **kwargs)
        if step.moment == "before":
            _die()

        def work(session: Any, *args: Any, **kwargs: Any) -> Any:
            result = function(session, *args, **kwargs)
            if step.moment == "inside" and result:
                session.flush()
                _die()
            return result

        result = await super().run(work, *args, **kwargs)
        if result:
            _die()
        return result


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


@dataclass
class Door:
    """One front-door process on one port. `start()` again after `kill()` is a restart on the same database."""

    folder: Path
    database_url: str
    rasa_port: int
    twilio_url: str
    timing: Timing = TIMING
    sending: SendTiming = SENDING
    port: int = field(default_factory=free_port)
    process: ForkServerProcess | None = None

    async def start(self, step: Step | None = None) -> Door:
        self.process = _FORKS.Process(
            target=_serve,
            args=(
                str(self.folder / f"door-{self.port}.log"),
                self.database_url,
                step,
                self.port,
                self.rasa_port,
                self.twilio_url,
                Pace(self.timing, self.sending, PLENTY),
            ),
            daemon=True,
        )
        self.process.start()
        async with aiohttp.ClientSession() as http:
            end = time.monotonic() + 20
            while True:
                try:
                    async with http.get(f"{self.url}/healthz") as answer:
                        if answer.status == 200:
                            return self
                except aiohttp.ClientError:
                    pass
                assert self.process.is_alive() and time.monotonic() < end, self.log
                await asyncio.sleep(0.01)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / f"door-{self.port}.log").read_text()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        assert self.process is not None
        self.process.terminate()

    async def ended(self, seconds: float = 15.0) -> int | None:
        """The exit status, once it is out (negative: the signal); None when it is not in time."""
        assert self.process is not None
        await asyncio.to_thread(self.process.join, seconds)
        return self.process.exitcode


def _serve(
    log: str, database_url: str, step: Step | None, port: int, rasa_port: int, twilio_url: str, pace: Pace
) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(output, number)
    config = replace(
        settings(rasa_port=rasa_port, actions_port=rasa_port, twilio_api_base_url=twilio_url),
        port=port,
    )
    db = MortalDatabase(database_url, step)

    async def app() -> web.Application:
        return make_app(config, Clock(), db, pace)

    try:
        web.run_app(app(), host="127.0.0.1", port=port, access_log=None, print=None, shutdown_timeout=SHUTDOWN_SECONDS)
    finally:
        db.close()
    sys.exit(0)
