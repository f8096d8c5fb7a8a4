"""A Twilio that checks what it is sent, with switches for every way it can fail.

POST /__mode {"mode": "ok|429|500|timeout|drop|accept_then_500|opted_out", "times": 1}: for the next `times` sends, then ok
(times 0: until changed). Numbers in `wrong_numbers` are refused in every mode. GET /__messages lists the texts it took.
POST /__received {"sid", "from", "body"}: a resident's text that is only in the list. `signed(...)` signs a webhook as Twilio does.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from aiohttp import web
from twilio.request_validator import RequestValidator

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "fake-twilio-token-for-tests-only"
NUMBER = "+447700900900"


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> dict[str, str]:
    """The header that Twilio sends with a webhook for `url`."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, dict(form))}


def inbound(sid: str, sender: str, body: str, **more: str) -> dict[str, str]:
    """The form of an inbound text, with the blank and the unknown fields that real ones have."""
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": NUMBER,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "FromCity": "",
        "FromCountry": "GB",
        "SomethingNew": "x",
        **more,
    }


class FakeTwilio:
    """State and handlers. `messages` are the texts taken, oldest first, as Twilio lists them."""

    def __init__(self, account: str = ACCOUNT, token: str = TOKEN, number: str = NUMBER) -> None:
        self.account, self.token, self.number = account, token, number
        self.mode = "ok"
        self.times = 0
        self.messages: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self.attempts = 0
        self.look_ups = 0  # of texts that we sent
        self.lists = 0  # of texts that residents sent
        self.look_ups_fail = self.lists_fail = False
        self.page_size = 1000
        self.retry_after: str | None = None  # with 429
        self.problems: list[str] = []
        self.wrong_numbers: set[str] = set()

    def app(self) -> web.Application:
        path = "/2010-04-01/Accounts/{account}/Messages.json"
        app = web.Application()
        app.add_routes(
            [
                web.post(path, self.send),
                web.get(path, self.list),
                web.post("/__mode", self.set_mode),
                web.get("/__messages", self.taken),
                web.post("/__received", self.add_received),
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
        """A resident's text that reached Twilio and no webhook. `at`: when, now by default."""
        when = format_datetime((at or datetime.now(timezone.utc)).astimezone(timezone.utc))
        self.received.append(
            {
                "sid": sid,
                "account_sid": self.account,
                "to": self.number,
                "from": sender,
                "body": body,
                "status": "received",
                "direction": "inbound",
                "num_media": str(pictures),
                "num_segments": "1",
                "date_created": when,
                "date_sent": when,
            }
        )

    async def add_received(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.receive(body["sid"], body["from"], body["body"])
        return web.json_response({"received": len(self.received)})

    def _refused(self, request: web.Request) -> web.Response | None:
        wanted = "Basic " + base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("Authorization") != wanted or request.match_info["account"] != self.account:
            self.problems.append("wrong credentials")
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        return None

    async def send(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        self.attempts += 1
        form = await request.post()
        fields = {name: str(value) for name, value in form.items()}
        if missing := {"To", "From", "Body", "StatusCallback", "ValidityPeriod"} - set(fields):
            self.problems.append(f"missing: {sorted(missing)}")
            return web.json_response({"code": 21604, "status": 400}, status=400)
        if fields["From"] != self.number or not 0 < len(fields["Body"]) <= 1600:
            self.problems.append("wrong From or Body")
            return web.json_response({"code": 21617, "status": 400}, status=400)
        if fields["To"] in self.wrong_numbers:
            return web.json_response({"code": 21211, "status": 400}, status=400)
        mode = self.mode
        if self.times:
            self.times -= 1
            if not self.times:
                self.mode = "ok"
        if mode == "429":
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return web.json_response({"code": 20429, "status": 429}, status=429, headers=headers)
        if mode == "500":
            return web.json_response({"code": 20500, "status": 500}, status=500)
        if mode == "opted_out":
            return web.json_response({"code": 21610, "status": 400}, status=400)
        if mode == "drop" and request.transport:
            request.transport.close()
            return web.Response()
        if mode == "timeout":
            await asyncio.sleep(3600)
        message = self._take(fields)
        if mode == "accept_then_500":
            return web.json_response({"code": 20500, "status": 500}, status=500)
        return web.json_response(message, status=201)

    def _take(self, fields: dict[str, str]) -> dict[str, Any]:
        message = {
            "sid": f"SM{len(self.messages) + 1:032d}",
            "account_sid": self.account,
            "to": fields["To"],
            "from": fields["From"],
            "body": fields["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": "1",
            "date_created": format_datetime(datetime.now(timezone.utc)),
            "date_sent": format_datetime(datetime.now(timezone.utc)),
            "status_callback": fields["StatusCallback"],
            "validity_period": fields["ValidityPeriod"],
        }
        self.messages.append(message)
        return message

    async def list(self, request: web.Request) -> web.Response:
        """Newest first, in pages, chosen by To, From and `DateSent>` (a UTC day) as Twilio's own list is."""
        if refused := self._refused(request):
            return refused
        query = request.query
        if query.get("To") == self.number:
            self.lists += 1
            if self.lists_fail:
                return web.json_response({"code": 20500, "status": 500}, status=500)
        else:
            self.look_ups += 1
            if self.look_ups_fail:
                return web.json_response({"code": 20500, "status": 500}, status=500)
        first_day = query.get("DateSent>", "")
        found = [
            message
            for message in sorted(
                [*self.messages, *self.received], key=lambda m: parsedate_to_datetime(m["date_sent"]), reverse=True
            )
            if query.get("To") in (None, message["to"])
            and query.get("From") in (None, message["from"])
            and parsedate_to_datetime(message["date_sent"]).date().isoformat() >= first_day
        ]
        size, page = min(int(query.get("PageSize", "50")), self.page_size), int(query.get("Page", "0"))
        rest = len(found) > (page + 1) * size
        onward = request.rel_url.update_query(Page=str(page + 1), PageToken="PAtoken") if rest else None
        return web.json_response(
            {"messages": found[page * size : (page + 1) * size], "next_page_uri": str(onward) if onward else None}
        )


if __name__ == "__main__":
    web.run_app(FakeTwilio().app(), host="127.0.0.1", port=int(sys.argv[1]))
