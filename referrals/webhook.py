"""Announcing a referral to the computer of its receiver: a signed POST, as standardwebhooks.com writes it down.

The receiver checks `webhook-signature` ("v1," and the base64 HMAC-SHA256 of "id.timestamp.body"), refuses a `webhook-timestamp`
that is more than five minutes old, and takes each `webhook-id` once. docs/webhook.md tells them so.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from common.settings import Settings
from referrals.carrying import Carrier, Delayed, Skipped
from referrals.destinations import Destinations
from referrals.model import GONE_WEBHOOK
from referrals.notice import Notice

VERSION = 1
TIMEOUT = 10.0  # seconds for the whole call


@dataclass(frozen=True)
class WebhookCarrier:
    """Posts notices to the receivers of destinations.yml. `secrets` by name: two while one is being replaced; both sign."""

    destinations: Destinations
    secrets: Mapping[str, tuple[str, ...]]
    desk_url: str
    now: Callable[[], datetime]
    timeout: float = TIMEOUT

    async def send(self, notice: Notice) -> None:
        """Only a 2xx answer counts; everything else is tried again. Redirects are not followed: a signature names no other door."""
        receiver = self.destinations.find(notice.destination, notice.team)
        hook = receiver.webhook if receiver else None
        if hook is None:
            raise Skipped("destinations.yml has no webhook for this team any more")
        secrets = self.secrets.get(hook.name)
        if not secrets:
            raise Skipped(f"no secret is known for the webhook {hook.name}: set WEBHOOK_SECRETS")
        body = json.dumps(payload(notice, self.desk_url, hook.personal_data), ensure_ascii=False).encode()
        headers = signed_headers(notice.message_id, body, secrets, self.now())
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.timeout)) as http,
                http.post(hook.url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            raise Delayed(f"the receiver could not be reached ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise Delayed(f"the receiver answered {status}")


def payload(notice: Notice, desk_url: str, personal_data: bool) -> dict[str, Any]:
    """What a receiver is told, JSON-safe. Nothing about the person, unless `personal_data`: then the packet goes along,
    but for one that was withdrawn."""
    withdrawn = notice.kind == GONE_WEBHOOK
    told: dict[str, Any] = {
        "version": VERSION,
        "event": "withdrawn" if withdrawn else "received",
        "id": notice.message_id,
        "reference": notice.reference,
        "destination": notice.destination,
        "team": notice.team,
        "priority": notice.priority,
        "received_at": notice.received_at.isoformat(),
        "due_at": notice.due_at.isoformat(),
        "day_promised": notice.promised,
        "link": f"{desk_url}/referrals/{notice.reference}",
    }
    return {**told, "packet": notice.packet} if personal_data and not withdrawn else told


def signed_headers(message_id: str, body: bytes, secrets: tuple[str, ...], now: datetime) -> dict[str, str]:
    """The headers of one try: the id stays the same at every try, time (Unix seconds) and signatures are of this one."""
    moment = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), moment.encode(), body))
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": message_id,
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(
            "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
            for secret in secrets
        ),
    }


def webhooks_for(settings: Settings, destinations: Destinations, now: Callable[[], datetime]) -> Carrier:
    """The carrier of webhooks, with the secrets of WEBHOOK_SECRETS. `now` tells the time (aware) at each try."""
    secrets: dict[str, tuple[str, ...]] = {}
    for name, secret in settings.webhook_secrets:
        secrets[name] = (*secrets.get(name, ()), secret)
    return WebhookCarrier(destinations, secrets, f"{settings.public_base_url}/desk", now)
