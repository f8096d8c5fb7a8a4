"""The action server: Rasa's webhook protocol, served by aiohttp over rasa-sdk's executor.

rasa-sdk's own server echoes the whole request in its error pages, listens on every address and takes anybody's calls; this one
does none of that.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.registry import all_actions
from actions.services import Services
from common.encryption import Cipher
from referrals.packet import RISKY_NEEDS

log = logging.getLogger(__name__)
MAX_BODY = 1024 * 1024
SLOW_SECONDS = 1.0


class Webhook:
    """Answers Rasa's calls: 200 with events and responses, 400 for a rejection, 403, 404, or 500 without a word of what was said."""

    def __init__(self, services: Services, cipher: Cipher) -> None:
        self._cipher = cipher
        self._executor = ActionExecutor()
        for action in all_actions(services):
            self._executor.register_action(action)

    async def __call__(self, request: web.Request) -> web.Response:
        if not self._cipher.verify("internal", "actions", request.headers.get("X-Internal-Key", "")):
            return _error(403, "forbidden")
        try:
            call: dict[str, Any] = json.loads(await request.read())
            name = str(call["next_action"])
        except (ValueError, KeyError, TypeError):
            return _error(400, "JSON with next_action is needed")
        started = time.perf_counter()
        try:
            result = await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            return web.json_response({"error": str(rejection), "action_name": rejection.action_name}, status=400)
        except ActionNotFoundException:
            return _error(404, "no such action")
        except Exception as error:
            # Never the message or the tracker: both hold what the resident wrote.
            log.error("action %s failed: conversation %s, %s", name, call.get("sender_id"), _where(error))
            return _error(500, "action failed")
        if (taken := time.perf_counter() - started) > SLOW_SECONDS:
            log.warning("action %s took %.1f s", name, taken)
        assert result is not None  # only a call without an action gives none
        if _abuse_is_known(call, result.events):
            for response in result.responses:  # the front door texts with more care from now on
                response["custom"] = {**(response.get("custom") or {}), "careful": True}
        return web.Response(text=result.model_dump_json(), content_type="application/json")


def create_app(webhook: Handler) -> web.Application:
    """An application with POST /webhook (key needed) and GET /health."""

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_post("/webhook", webhook)
    app.router.add_get("/health", health)
    return app


def _abuse_is_known(call: dict[str, Any], events: list[dict[str, Any]]) -> bool:
    """Whether abuse stands among the needs as this action leaves them, flag or none."""
    needs = ((call.get("tracker") or {}).get("slots") or {}).get("needs")
    for event in events:
        if event.get("event") == "slot" and event.get("name") == "needs":
            needs = event.get("value")
    return bool(RISKY_NEEDS & set(needs or ()))


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def _where(error: BaseException) -> str:
    """The kind of an error and the line it comes from, without its message."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    line = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {line}"
