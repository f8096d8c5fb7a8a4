"""GET /healthz and GET /readyz: what is up, told truthfully."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common.database import Database

Check = Callable[[], Awaitable[bool]]
STORE = "database"


class Health:
    """Ready: 503 until every part has been up once; afterwards 200 while messages can be stored, with the parts that are
    down under `degraded`. `parts` are asked at once, each within its own time limit.

    keep: seconds that a finding is good for, so that probes cannot be used to load the parts.
    """

    def __init__(self, parts: dict[str, Check], keep: float = 0.5) -> None:
        self._keep = keep
        self._parts = parts
        self._seen: set[str] = set()
        self._found: dict[str, bool] = {}
        self._at = -keep
        self._lock = asyncio.Lock()

    @property
    def is_ready(self) -> bool:
        """Whether the newest look would answer 200."""
        return not set(self._parts) - self._seen and self._found.get(STORE, True)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready)]

    async def alive(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(self, request: web.Request) -> web.Response:
        found = await self._look()
        down = sorted(name for name, up in found.items() if not up)
        waiting = sorted(set(self._parts) - self._seen)
        if waiting:
            return web.json_response({"status": "starting", "waiting_for": waiting, "degraded": down}, status=503)
        if not self.is_ready:
            return web.json_response({"status": "not ready", "degraded": down}, status=503)
        return web.json_response({"status": "ready", "degraded": down})

    async def _look(self) -> dict[str, bool]:
        async with self._lock:
            if time.monotonic() - self._at >= self._keep:
                names = list(self._parts)
                up = await asyncio.gather(*(self._parts[name]() for name in names))
                self._found = dict(zip(names, up, strict=True))
                self._seen |= {name for name, is_up in self._found.items() if is_up}
                self._at = time.monotonic()
            return self._found


def database_check(db: Database, seconds: float = 1.5) -> Check:
    """Up when a transaction that could write can be had in time."""

    def touch(session: Session) -> None:
        session.execute(text("SELECT 1 FROM conversation LIMIT 1"))

    async def check() -> bool:
        try:
            async with asyncio.timeout(seconds):
                await db.run(touch)
        except (SQLAlchemyError, TimeoutError):
            return False
        return True

    return check
