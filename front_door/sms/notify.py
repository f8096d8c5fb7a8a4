"""GOV.UK Notify, as an SmsProvider, over plain HTTP.

Rules from Notify's REST API documentation (docs.notifications.service.gov.uk/rest-api.html): every call carries a JSON Web
Token (HS256; `iss` the service id, `iat` the time now, good for 30 seconds); texts are sent by template only; `reference` is
ours and finds a text again for 7 days; errors are told apart by status code, never by message; callbacks carry a bearer token
that we chose; received texts are listed newest first, in pages of 250, for 7 days. Notify acts on no keyword.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import aiohttp

from common.notify_settings import NotifySettings
from front_door.sms import notify_letters
from front_door.sms.error_classes import error_class
from front_door.sms.http import get_object, json_object, retry_after
from front_door.sms.provider import NotOurs, ReceivedText, Sent, StatusReport

# A phone that was off may be reached after all, so `delivered` may follow `temporary-failure`.
_RANKS = {
    "created": 1,
    "sending": 3,
    "pending": 4,
    "sent": 4,
    "temporary-failure": 5,
    "permanent-failure": 6,
    "technical-failure": 6,
    "delivered": 6,
}
_PLACEHOLDER = "body"
_MOST_PAGES = 200


class Notify:
    """See the module. `http` is shared with nobody; `seconds` limits each call; `clock` gives seconds since 1970."""

    def __init__(
        self,
        settings: NotifySettings,
        http: aiohttp.ClientSession,
        seconds: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not settings.complete:
            raise ValueError("Notify needs a key, a template, a callback token and a number")
        self._settings = settings
        self._number = _digits(settings.number)
        self._http = http
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._clock = clock

    def verify(self, path_and_query: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> None:
        kind, _, token = headers.get("Authorization", "").partition(" ")
        given = token.strip().encode("utf-8", "surrogateescape")
        # All are compared, so that the time taken tells nothing.
        fits = [hmac.compare_digest(given, ours.encode()) for ours in self._settings.tokens]
        if kind.lower() != "bearer" or not any(fits):
            raise NotOurs("wrong bearer token")
        if "status" not in fields and _digits(fields.get("destination_number", "")) != self._number:
            raise NotOurs("another number")

    def inbound(self, fields: Mapping[str, str]) -> ReceivedText | None:
        return _received(
            fields.get("id"), fields.get("source_number"), fields.get("message"), fields.get("date_received")
        )

    def status(self, fields: Mapping[str, str]) -> StatusReport | None:
        provider_id, status = fields.get("id"), fields.get("status")
        if not provider_id or not status or len(provider_id) > 64:
            return None
        failed = error_class(status) if status.endswith("-failure") else None
        return StatusReport(provider_id, status[:30], _RANKS.get(status, 0), status[:20] if failed else None, failed)

    def carries(self, body: str) -> bool:
        return 0 < len(body) <= notify_letters.MOST_CHARACTERS and notify_letters.kept(body)

    async def send(self, to: str, body: str, reference: str) -> Sent:
        message = {
            "phone_number": to,
            "template_id": self._settings.template,
            "personalisation": {_PLACEHOLDER: body[: notify_letters.MOST_CHARACTERS]},
            "reference": reference,
        }
        url = f"{self._settings.base_url}/v2/notifications/sms"
        try:
            async with self._http.post(
                url, json=message, headers=self._headers(), timeout=self._timeout, allow_redirects=False
            ) as response:
                answer = await json_object(response)
                status, pause = response.status, retry_after(response.headers)
        except aiohttp.ClientConnectorError:
            return Sent("wait", error="no connection")
        except (aiohttp.ClientError, OSError) as error:
            return Sent("unknown", error=type(error).__name__)
        if status in (200, 201) and isinstance(answer.get("id"), str):
            return Sent("sent", answer["id"][:64])
        said = f"{status} {_error_type(answer)}".strip()[:40]
        if status >= 500 or status in (200, 201):
            return Sent("unknown", error=said, retry_after=pause)
        if status in (401, 403, 429) or status < 400:  # too much at once, or our set-up is wrong: the text waits
            return Sent("wait", error=said, retry_after=pause)
        return Sent("failed", error=said)

    async def find_sent(self, to: str, body: str, reference: str, since: datetime) -> list[str] | None:
        found = await self._get("/v2/notifications", {"reference": reference, "template_type": "sms"})
        listed = found.get("notifications") if found is not None else None
        if not isinstance(listed, list):
            return None
        ours = [one for one in listed if isinstance(one, dict) and one.get("reference") == reference]
        return [one["id"] for one in reversed(ours) if isinstance(one.get("id"), str)]

    async def received_since(self, since: datetime) -> list[ReceivedText] | None:
        found: list[ReceivedText] = []
        older_than: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = await self._get("/v2/received-text-messages", older_than)
            listed = page.get("received_text_messages") if page is not None else None
            if not isinstance(listed, list):
                return None
            for one in listed:
                text = self._listed(one)
                if text and text.received_at and text.received_at < since:
                    return found[::-1]
                found += [text] if text else []
            last = listed[-1].get("id") if listed and isinstance(listed[-1], dict) else None
            if not isinstance(last, str) or older_than.get("older_than") == last:
                return found[::-1]
            older_than = {"older_than": last}
        return None

    def _listed(self, one: Any) -> ReceivedText | None:
        if not isinstance(one, dict) or _digits(str(one.get("notify_number") or "")) != self._number:
            return None
        return _received(one.get("id"), one.get("user_number"), one.get("content"), one.get("created_at"))

    async def _get(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        return await get_object(self._http, self._settings.base_url + path, query, self._headers(), self._timeout)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {token(self._settings.service, self._settings.secret, int(self._clock()))}"}

    async def close(self) -> None:
        await self._http.close()


def token(service: str, secret: str, now: int) -> str:
    """The JSON Web Token for one call (RFC 7519, HS256). now: seconds since 1970, true ones, whatever CLOCK says."""
    parts = ({"typ": "JWT", "alg": "HS256"}, {"iss": service, "iat": now})
    signed = ".".join(_unpadded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{_unpadded(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _digits(number: str) -> str:
    """A number as digits with the country code: "07700 900900", "+447700900900" and "447700900900" are the same."""
    digits = "".join(character for character in number if character.isascii() and character.isdigit())
    return f"44{digits[1:]}" if digits.startswith("0") and not digits.startswith("00") else digits


def _received(provider_id: object, sender: object, body: object, at: object) -> ReceivedText | None:
    if not isinstance(provider_id, str) or not isinstance(sender, str) or not provider_id or not sender.strip():
        return None
    if len(provider_id) > 64:
        return None
    try:
        received_at = datetime.fromisoformat(at) if isinstance(at, str) else None
    except ValueError:
        received_at = None
    return ReceivedText(
        provider_id=provider_id,
        sender=_with_plus(sender.strip()[:60]),
        body=body if isinstance(body, str) else "",
        received_at=received_at if received_at and received_at.tzinfo else None,
    )


def _with_plus(sender: str) -> str:
    """Notify leaves the plus out. A short code has too few digits for a country code and stays as it is."""
    if not sender.isascii() or not sender.isdigit() or len(sender) < 10:
        return sender
    return f"+{_digits(sender)}"


def _error_type(answer: Mapping[str, Any]) -> str:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    return str(first.get("error") or "") if isinstance(first, dict) else ""
