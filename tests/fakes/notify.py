"""A GOV.UK Notify that checks what it is sent, with switches for every way it can fail.

Forms of requests, answers and errors are those of Notify's REST API documentation. POST /__mode as in the fake Twilio:
"ok|429|500|timeout|drop|accept_then_500|clock". GET /__messages lists the texts it took. `receipt(...)` and `inbound(...)` are the
bodies of its two callbacks, `bearer(...)` their header.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from aiohttp import web

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"a_test-key-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
CALLBACK_TOKEN = "fake-notify-callback-token-for-tests"
NUMBER = "+447700900900"
LONGEST = 918


def bearer(token: str = CALLBACK_TOKEN) -> dict[str, str]:
    """The header of Notify's callbacks."""
    return {"Authorization": f"Bearer {token}"}


def moment(at: datetime | None = None) -> str:
    """A time as Notify writes it."""
    return (at or datetime.now(timezone.utc)).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def inbound(id: str, sender: str, body: str, to: str = NUMBER, at: datetime | None = None) -> dict[str, str]:
    """The callback of a received text: numbers without a plus."""
    return {
        "id": id,
        "source_number": sender.removeprefix("+"),
        "destination_number": to.removeprefix("+"),
        "message": body,
        "date_received": moment(at),
    }


def receipt(id: str, status: str, reference: str | None = None) -> dict[str, Any]:
    """The callback of a delivery receipt."""
    return {
        "id": id,
        "reference": reference,
        "to": "07700900123",
        "status": status,
        "created_at": moment(),
        "completed_at": moment(),
        "sent_at": None,
        "notification_type": "sms",
        "template_id": TEMPLATE,
        "template_version": 1,
    }


def read_token(token: str, secret: str = SECRET) -> dict[str, Any] | None:
    """The claims of an HS256 token signed with `secret`, or None when it is none."""
    try:
        header, claims, signature = token.split(".")
        head = json.loads(_decoded(header))
        right = hmac.digest(secret.encode(), f"{header}.{claims}".encode(), hashlib.sha256)
        if head != {"typ": "JWT", "alg": "HS256"} or not hmac.compare_digest(_decoded(signature), right):
            return None
        return dict(json.loads(_decoded(claims)))
    except ValueError:
        return None


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _error(status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(
        {"status_code": status, "errors": [{"error": kind, "message": message}]}, status=status, headers=headers
    )


class FakeNotify:
    """State and handlers. `messages` are the texts taken, oldest first; `body` and `to` as in the fake Twilio."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.times = 0
        self.messages: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self.attempts = 0
        self.look_ups = 0
        self.lists = 0
        self.look_ups_fail = self.lists_fail = False
        self.page_size = 250
        self.retry_after: str | None = None
        self.problems: list[str] = []
        self.wrong_numbers: set[str] = set()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/v2/notifications/sms", self.send),
                web.get("/v2/notifications", self.list),
                web.get("/v2/received-text-messages", self.list_received),
                web.post("/__mode", self.set_mode),
                web.get("/__messages", self.taken),
            ]
        )
        return app

    def set(self, mode: str, times: int = 0) -> None:
        self.mode, self.times = mode, times

    async def set_mode(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.set(body["mode"], int(body.get("times", 0)))
        return web.json_response({"mode": self.mode})

    async def taken(self, request: web.Request) -> web.Response:
        return web.json_response(self.messages)

    def receive(self, sid: str, sender: str, body: str, at: datetime | None = None, pictures: int = 0) -> None:
        """A resident's text that reached Notify and no callback. Notify has no pictures."""
        self.received.append(
            {
                "id": sid,
                "user_number": sender.removeprefix("+"),
                "notify_number": NUMBER.removeprefix("+"),
                "content": body,
                "created_at": moment(at),
                "service_id": SERVICE,
            }
        )

    def _refused(self, request: web.Request) -> web.Response | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        claims = read_token(token)
        if kind != "Bearer" or claims is None or claims.get("iss") != SERVICE:
            self.problems.append("wrong token")
            return _error(403, "AuthError", "Invalid token: API key not found")
        if abs(claims["iat"] - time.time()) > 30 or self.mode == "clock":
            return _error(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")
        return None

    async def send(self, request: web.Request) -> web.Response:
        self.attempts += 1
        if refused := self._refused(request):
            return refused
        body = await request.json()
        if problem := self._problem(body):
            self.problems.append(problem)
            return _error(400, "BadRequestError", problem)
        if body["phone_number"] in self.wrong_numbers:
            return _error(400, "ValidationError", "phone_number Not a valid country prefix")
        mode = self.mode
        if self.times:
            self.times -= 1
            if not self.times:
                self.mode = "ok"
        if mode == "429":
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return _error(429, "RateLimitError", "Exceeded rate limit for key type live of 3000 requests", headers)
        if mode == "500":
            return _error(500, "Exception", "Internal server error")
        if mode == "drop" and request.transport:
            request.transport.close()
            return web.Response()
        if mode == "timeout":
            await asyncio.sleep(3600)
        message = self._take(body)
        if mode == "accept_then_500":
            return _error(500, "Exception", "Internal server error")
        return web.json_response(
            {
                "id": message["id"],
                "reference": message["reference"],
                "content": {"body": message["body"], "from_number": NUMBER},
                "uri": f"/v2/notifications/{message['id']}",
                "template": {"id": TEMPLATE, "version": 1, "uri": f"/v2/template/{TEMPLATE}"},
            },
            status=201,
        )

    def _problem(self, body: dict[str, Any]) -> str:
        if set(body) - {"phone_number", "template_id", "personalisation", "reference"}:
            return "Additional properties are not allowed"
        if body.get("template_id") != TEMPLATE:
            return "Template not found"
        if set(body.get("personalisation", {})) != {"body"}:
            return "Missing personalisation: body"
        if not 0 < len(body["personalisation"]["body"]) <= LONGEST:
            return f"Text messages cannot be longer than {LONGEST} characters"
        return "" if re.fullmatch(r"\+\d{10,15}", body.get("phone_number", "")) else "phone_number Not a valid number"

    def _take(self, body: dict[str, Any]) -> dict[str, Any]:
        message = {
            "id": str(uuid.uuid4()),
            "reference": body["reference"],
            "to": body["phone_number"],
            "phone_number": body["phone_number"],
            "type": "sms",
            "status": "created",
            "body": body["personalisation"]["body"],
            "created_at": moment(),
        }
        self.messages.append(message)
        return message

    async def list(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        self.look_ups += 1
        if self.look_ups_fail:
            return _error(500, "Exception", "Internal server error")
        reference = request.query.get("reference")
        found = [m for m in reversed(self.messages) if reference in (None, m["reference"])]
        return web.json_response({"notifications": found[: self.page_size], "links": {"current": "/v2/notifications"}})

    async def list_received(self, request: web.Request) -> web.Response:
        """Newest first, at most 7 days old, in pages that begin after `older_than`."""
        if refused := self._refused(request):
            return refused
        self.lists += 1
        if set(request.query) - {"older_than"}:
            return _error(400, "ValidationError", "Additional properties are not allowed")
        if self.lists_fail:
            return _error(500, "Exception", "Internal server error")
        oldest = moment(datetime.now(timezone.utc) - timedelta(days=7))
        found = sorted((m for m in self.received if m["created_at"] > oldest), key=lambda m: m["created_at"])[::-1]
        after = request.query.get("older_than")
        if after:
            found = found[[m["id"] for m in found].index(after) + 1 :]
        page = found[: self.page_size]
        links = {"current": "/v2/received-text-messages"}
        if page:
            links["next"] = f"/v2/received-text-messages?older_than={page[-1]['id']}"
        return web.json_response({"received_text_messages": page, "links": links})


if __name__ == "__main__":
    web.run_app(FakeNotify().app(), host="127.0.0.1", port=int(sys.argv[1]))
