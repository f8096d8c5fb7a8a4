"""The assistant as real processes under its own supervisor, with everything around it that a fault needs to hold."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiosmtpd.controller import Controller

from bench.assistant import NOT_HANDED_ON, free_port
from common import settings as configuration
from common.clock import OFFSET_VARIABLE
from common.database import Database, open_database
from common.keys import open_cipher
from launch.__main__ import environment, processes
from launch.preparing import run_prepare
from launch.supervisor import Process, Supervisor
from tests.fakes import twilio

KEY = "a key for tests only, 32 characters!"
READY_SECONDS = 120.0


class MailServer:
    """A real SMTP server that can be down; keeps the Message-IDs of what it took."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[str] = []
        self._controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(str(message_from_bytes(envelope.content, policy=policy.default)["Message-ID"]))
        return "250 OK"

    async def up(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        await asyncio.to_thread(self._controller.start)

    async def down(self) -> None:
        if self._controller is not None:
            await asyncio.to_thread(self._controller.stop)
            self._controller = None


class ActionsProxy:
    """Between Rasa and the actions: passes calls on, or answers garbage, or 500, or slowly."""

    def __init__(self, target: str) -> None:
        self.mode = "ok"
        self.seconds = 1.0
        self._target = target
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> str:
        """Serve; returns the address to give to Rasa."""
        self._http = aiohttp.ClientSession()
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/webhook", self._pass_on)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return f"http://127.0.0.1:{port}/webhook"

    async def stop(self) -> None:
        await self._runner.cleanup()
        if self._http:
            await self._http.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.read()
        except ConnectionResetError:  # Rasa was killed while it asked
            return web.Response(status=499)
        if self.mode == "garbage":
            return web.Response(text='{"events": "none", "responses": 7', content_type="application/json")
        if self.mode == "500":
            return web.json_response({"error": "oh no"}, status=500)
        if self.mode == "slow":
            await asyncio.sleep(self.seconds)
        assert self._http is not None
        headers = {name: value for name, value in request.headers.items() if name.lower() in ("content-type", "x-internal-key", "authorization")}  # fmt: skip
        try:
            async with self._http.post(self._target, data=body, headers=headers, params=request.query) as answer:
                return web.Response(
                    body=await answer.read(),
                    status=answer.status,
                    content_type=answer.content_type or "application/json",
                )
        except aiohttp.ClientError:
            return web.json_response({"error": "gone"}, status=502)


class World:
    """What residents and faults reach. `url` is the front door's address."""

    def __init__(self, folder: Path, database_url: str | None, bots: int) -> None:
        ports = {name: str(free_port()) for name in ("PORT", "ACTIONS_PORT")}
        self.folder, self.var_dir = folder, folder / "var"
        self.twilio, self.mail = twilio.FakeTwilio(), MailServer()
        self.url = f"http://127.0.0.1:{ports['PORT']}"
        self._given = {
            **ports,
            "RASA_PORT": str(_row_of_ports(bots)),
            "BOTS": str(bots),
            "VAR_DIR": str(self.var_dir),
            "DATA_DIR": str(_data_without_a_limit(folder)),
            "SECRET_KEY": KEY,
            "PUBLIC_BASE_URL": self.url,
            "TRUSTED_PROXIES": "127.0.0.1",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "TEAM_MAILBOX": "team@example.org",
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT,
            "TWILIO_AUTH_TOKEN": twilio.TOKEN,
            "TWILIO_NUMBER": twilio.NUMBER,
            **({"DATABASE_URL": database_url} if database_url else {}),
        }
        self._processes: list[Process] = []
        self._offset = 0.0

    async def start(self) -> None:
        self._twilio = web.AppRunner(self.twilio.app(), shutdown_timeout=0.1)
        await self._twilio.setup()
        port = free_port()
        await web.TCPSite(self._twilio, "127.0.0.1", port).start()
        await self.mail.up()
        given = self._given | {"TWILIO_API_BASE_URL": f"http://127.0.0.1:{port}"}
        self.settings = configuration.load(given)
        self.actions = ActionsProxy(f"{self.settings.actions_url}/webhook")
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
        env = inherited | environment(self.settings) | given | {"ACTIONS_URL": await self.actions.start()}
        self._env = env
        self._supervisor = Supervisor()
        self._processes = processes(self.settings, env)  # all share `env`, read at each start: see `shift_clock`
        *bots, actions, door = self._processes
        self._supervisor.keep(*bots)
        status, _ = await run_prepare(env, asyncio.Event())
        if status:
            raise RuntimeError(f"the database was not prepared: {status}")
        self._supervisor.keep(actions, door)
        self.db: Database = open_database(self.settings.database_url)
        open_cipher(self.settings, self.db)
        await self.ready()

    async def ready(self) -> None:
        """Wait for `GET /readyz` to say that nothing is down. Raises TimeoutError."""
        async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as http:
            while True:
                with suppress(aiohttp.ClientError, OSError):
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200 and not (await answer.json())["degraded"]:
                            return
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        await self._supervisor.stop()
        self.db.close()
        await self.actions.stop()
        await self.mail.down()
        await self._twilio.cleanup()

    # --- for faults

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process ("rasa", "actions", "front door"); nothing happens when it is just not there."""
        for process in self._processes:
            if process.name == name and process.running is not None and process.running.returncode is None:
                with suppress(ProcessLookupError):
                    os.kill(process.running.pid, number)

    def starts(self) -> dict[str, int]:
        return {process.name: process.starts for process in self._processes}

    def pids(self) -> list[int]:
        return [p.running.pid for p in self._processes if p.running is not None and p.running.returncode is None]

    def shift_clock(self, seconds: float) -> None:
        """Every process that starts from now on believes that it is so much later (or earlier)."""
        self._offset += seconds
        self._env[OFFSET_VARIABLE] = str(self._offset)


def _data_without_a_limit(folder: Path) -> Path:
    """A copy of the product's data that lets as many texts go in a day as a run needs."""
    data = folder / "data"
    shutil.copytree(configuration.load({}).data_dir, data, dirs_exist_ok=True)
    texts, limit = data / "texts.yml", "to_everybody: 5000"
    said = texts.read_text(encoding="utf-8")
    if limit not in said:
        raise ValueError(f"{texts.name} has no line {limit!r}")
    texts.write_text(said.replace(limit, "to_everybody: 1000000"), encoding="utf-8")
    return data


def _row_of_ports(count: int) -> int:
    """The first of so many free ports in a row."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + count):
                with socket.socket() as listener:
                    listener.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


@asynccontextmanager
async def world(folder: Path, database_url: str | None = None, bots: int = 1) -> AsyncIterator[World]:
    """Everything is up; at the end everything is gone."""
    made = World(folder, database_url, bots)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
