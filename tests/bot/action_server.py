"""An action server over real HTTP, whose answer the test chooses."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

OK: dict[str, Any] = {"events": [], "responses": []}


class ActionServer:
    """Answers POST /webhook with `status` and `body` (text, or a value sent as JSON) after `delay` seconds; keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body: Any = OK
        self.delay = 0.0
        self.calls: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[Any] = set()
        self.url = ""
        self._runner: web.AppRunner | None = None

    @property
    def asked(self) -> list[str]:
        """The names of the actions called, in order."""
        return [call["next_action"] for call in self.calls]

    async def start(self) -> None:
        app = web.Application(client_max_size=10 * 1024 * 1024)
        app.router.add_post("/webhook", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/webhook"

    async def stop(self) -> None:
        """From now on connections are refused."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        self.calls.append(json.loads(await request.read()))
        self.headers.append(dict(request.headers))
        self.connections.add(request.transport)
        await asyncio.sleep(self.delay)
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return web.Response(status=self.status, text=text, content_type="application/json")
