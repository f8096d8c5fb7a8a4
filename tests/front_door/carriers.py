"""A front door behind either company that carries texts, so that one test holds for both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer

from common.notify_settings import NotifySettings
from front_door.timing import Timing
from tests.fakes import notify, twilio
from tests.front_door.support import FAST, MOBILE, PUBLIC, House

PROVIDERS = ("twilio", "notify")
PATIENT = replace(FAST, break_silence=30.0, busy_silence=30.0)  # owns up to no delay, so a busy machine adds no text
DELIVERED, FAILED, SENDING = "delivered", "failed", "sending"


def notify_settings(base_url: str) -> NotifySettings:
    return NotifySettings(
        notify.SERVICE, notify.SECRET, notify.TEMPLATE, (notify.CALLBACK_TOKEN,), notify.NUMBER, base_url
    )


@dataclass
class Carrier:
    """One provider's fake, and a house that is set up for it. Both fakes have the same switches."""

    name: str
    fake: Any
    house: House
    server: TestServer

    async def text(
        self, id: str, body: str, sender: str = MOBILE, path: str = "/sms", at: datetime | None = None
    ) -> int:
        """A text by webhook, proved as this provider does; returns the status."""
        if self.name == "twilio":
            return await self.post(path, twilio.inbound(id, sender, body))
        return await self.post(path, notify.inbound(id, sender, body, at=at))

    async def report(self, id: str, status: str, reference: str | None = None) -> int:
        """A delivery report: one of DELIVERED, FAILED, SENDING, or a word of the provider's own."""
        if self.name == "twilio":
            form = {"MessageSid": id, "MessageStatus": {FAILED: "undelivered"}.get(status, status)}
            form |= {"AccountSid": twilio.ACCOUNT} | ({"ErrorCode": "30005"} if status == FAILED else {})
            return await self.post("/sms/status", form)
        word = {FAILED: "permanent-failure"}.get(status, status)
        return await self.post("/sms/status", notify.receipt(id, word, reference))

    async def post(self, path: str, fields: dict[str, Any], headers: dict[str, str] | None = None) -> int:
        """A webhook with these fields; `headers` in place of the right proof."""
        assert self.house.client is not None
        if self.name == "twilio":
            proof = twilio.signed(PUBLIC + path, fields) if headers is None else headers
            async with self.house.client.post(path, data=fields, headers=proof) as response:
                return response.status
        proof = notify.bearer() if headers is None else headers
        async with self.house.client.post(path, json=fields, headers=proof) as response:
            return response.status

    def texts(self, to: str = MOBILE) -> list[str]:
        return [message["body"] for message in self.fake.messages if message["to"] == to]

    def took(self, row: Any, to: str = MOBILE) -> None:
        """The provider takes a text of the outbox without our hearing of it."""
        if self.name == "twilio":
            self.fake._take(
                {"To": to, "From": twilio.NUMBER, "Body": row.body, "StatusCallback": "", "ValidityPeriod": ""}
            )
        else:
            self.fake._take({"reference": row.id, "phone_number": to, "personalisation": {"body": row.body}})

    async def down(self) -> int:
        """The provider can be reached no more; returns its port, to come up there again."""
        port = self.server.port
        assert port
        await self.server.close()
        return port

    async def up(self, port: int) -> None:
        self.server = TestServer(self.fake.app(), port=port)
        await self.server.start_server(shutdown_timeout=0.01)
        if self.name == "twilio":
            self.house.twilio_server = self.server

    async def close(self) -> None:
        await self.house.close()
        await self.server.close()


async def carried_by(name: str, path: Path, timing: Timing = PATIENT) -> Carrier:
    """A house whose texts go by `name`, with owning up to delays left out, so that a busy machine adds no text."""
    if name == "twilio":
        house = await House(path, timing=timing).start()
        assert house.twilio_server is not None
        return Carrier(name, house.twilio, house, house.twilio_server)
    fake = notify.FakeNotify()
    server = TestServer(fake.app())
    await server.start_server(shutdown_timeout=0.01)
    settings = notify_settings(str(server.make_url("")).rstrip("/"))
    house = await House(path, timing=timing, changes={"sms_provider": name, "notify": settings}).start()
    return Carrier(name, fake, house, server)
