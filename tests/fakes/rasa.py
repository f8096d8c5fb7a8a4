"""A bot that answers the front door's turns, with switches for every way it can fail.

POST /__mode {"mode": "ok|slow|held|503|hang|garbage|empty|not_json", "seconds": 1.0}; GET /__turns lists what it was asked.
"dead" is not a mode: stop the server.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from aiohttp import web

Script = Callable[[dict[str, Any]], list[dict[str, Any]]]


def echo(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """Says the text back; "services", "choices" and "long" ask for the other shapes of reply."""
    text = turn["text"]
    if turn["choice"]:
        return [{"text": f"You chose {turn['choice']}", "choices": [], "data": {}}]
    if text == "services":
        return [
            {"text": SERVICES_TEXT, "choices": [], "data": {"kind": "services", "services": SERVICES}},
            {"text": "Is that enough for now?", "choices": YES_NO, "data": {}},
        ]
    if text == "choices":
        return [{"text": "Do you live in Leicestershire?", "choices": YES_NO, "data": {}}]
    if text == "long":
        return [
            {
                "text": " ".join(f"This is sentence number {n} of a long answer." for n in range(1, 31)),
                "choices": [],
                "data": {},
            }
        ]
    return [{"text": f"You said: {text}", "choices": [], "data": {}}]


YES_NO = [{"label": "Yes", "value": "live=yes"}, {"label": "No", "value": "live=no"}]
SERVICES = [
    {
        "id": "s1",
        "name": "Warm Homes",
        "organisation": "Example Council",
        "summary": "Advice on heating, insulation and bills.",
        "phone": "0116 496 0123",
        "email": None,
        "url": "https://example.org/warm",
        "hours_text": "Monday to Friday 9am to 5pm",
        "open_state": "open",
        "open_text": "Open now until 5pm",
        "cost_text": "Free",
        "area_text": "All of Leicestershire",
        "how_to_reach": "Ring or write to them yourself",
        "reasons": ["helps with energy", "free"],
        "needs": ["energy_warm_home"],
        "verified": True,
    },
    {
        "id": "s2",
        "name": "Money <Matters>",
        "organisation": "Example Advice",
        "summary": "Help with bills & debts.",
        "phone": None,
        "url": "javascript:alert(1)",
        "reasons": ["local to Oadby"],
        "verified": False,
    },
]
SERVICES_TEXT = "Here are two services that may help.\n1. Warm Homes: 0116 496 0123\n2. Money <Matters>"


class FakeRasa:
    """State and handlers. `turns` holds what was asked, in order; `running` counts calls per conversation at once."""

    def __init__(self, script: Script = echo) -> None:
        self.script = script
        self.mode = "ok"
        self.seconds = 1.0
        self.key: str | None = None  # when set, the X-Internal-Key that is asked for
        self.turns: list[dict[str, Any]] = []
        self.ran: list[str] = []  # message ids really run, not answered from memory
        self.overlaps = 0
        self._running: dict[str, int] = {}
        self._memory: dict[str, list[dict[str, Any]]] = {}

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/webhooks/front_door/", self.ready),
                web.post("/webhooks/front_door/turn", self.turn),
                web.get("/health", self.ready),
                web.post("/__mode", self.set_mode),
                web.get("/__turns", self.list_turns),
            ]
        )
        return app

    async def ready(self, request: web.Request) -> web.Response:
        return web.json_response({"ready": self.mode != "503"}, status=503 if self.mode == "503" else 200)

    async def set_mode(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.mode, self.seconds = body["mode"], float(body.get("seconds", self.seconds))
        return web.json_response({"mode": self.mode})

    async def list_turns(self, request: web.Request) -> web.Response:
        return web.json_response(self.turns)

    async def turn(self, request: web.Request) -> web.StreamResponse:
        if self.key is not None and request.headers.get("X-Internal-Key") != self.key:
            return web.json_response({"error": "forbidden"}, status=403)
        turn = await request.json()
        self.turns.append(turn)
        conversation = turn["conversation"]
        self._running[conversation] = self._running.get(conversation, 0) + 1
        self.overlaps += self._running[conversation] > 1
        try:
            return await self._answer(turn)
        finally:
            self._running[conversation] -= 1

    async def _answer(self, turn: dict[str, Any]) -> web.Response:
        mode = self.mode
        if mode == "503":
            return web.json_response({"error": "turn_failed"}, status=503)
        if mode == "hang":
            await asyncio.sleep(3600)
        if mode == "slow":
            await asyncio.sleep(self.seconds)
        while mode == "held" and self.mode == "held":  # noqa: ASYNC110 - until the test sets another mode
            await asyncio.sleep(0.005)
        if mode == "garbage":
            return web.json_response({"replies": "what?"})
        if mode == "not_json":
            return web.Response(text="<html>oh no", content_type="text/html")
        if mode == "empty":
            return web.json_response({"replies": [], "repeated": False})
        repeated = turn["message_id"] in self._memory
        if not repeated:
            self.ran.append(turn["message_id"])
            self._memory[turn["message_id"]] = self.script(turn)
        return web.json_response({"replies": self._memory[turn["message_id"]], "repeated": repeated})


if __name__ == "__main__":
    web.run_app(FakeRasa().app(), host="127.0.0.1", port=int(sys.argv[1]))
