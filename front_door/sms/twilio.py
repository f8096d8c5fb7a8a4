"""Twilio, as an SmsProvider: signatures by its own library, everything else over plain HTTP.

Rules from Twilio's documentation: the signature covers the exact public URL and the sorted POST fields; a send that ends in
a 5xx or a time-out may have gone out (error 20500), so it is looked up before it is repeated; 21610 means that the person has
stopped texts; status callbacks come in any order and new values appear without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from multidict import MultiMapping
from twilio.request_validator import RequestValidator

from common.settings import Settings
from front_door.sms.provider import NotOurs, ReceivedText, Sent, StatusReport

_RANKS = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "delivered": 6,
    "undelivered": 6,
    "failed": 6,
    "canceled": 6,
    "read": 7,
}
# Codes are split and renamed by the provider, so they are only sorted into classes; an unknown one is "unknown".
_CLASSES = {
    "21610": "opted_out",
    "30004": "opted_out",
    "21211": "bad_number",
    "21614": "bad_number",
    "30005": "bad_number",
    "30006": "bad_number",
    "30003": "temporary",
    "30008": "temporary",
    "30001": "temporary",
    "30007": "filtered",
    "20003": "account",
    "30002": "account",
}
_VALID_SECONDS = 3600


class Twilio:
    """See the module. `http` is shared with nobody; `seconds` limits each call to the API."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, seconds: float = 10.0) -> None:
        if not settings.sms_configured:
            raise ValueError("Twilio needs an account, a token and a number")
        self._account = settings.twilio_account_sid or ""
        self._number = "".join((settings.twilio_number or "").split())
        self._base = settings.public_base_url
        self._validators = [RequestValidator(token) for token in settings.twilio_auth_tokens]
        self._http = http
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._headers = {"Authorization": aiohttp.encode_basic_auth(self._account, settings.twilio_auth_tokens[0])}
        self._url = f"{settings.twilio_api_base_url}/2010-04-01/Accounts/{self._account}/Messages.json"

    def verify(self, path_and_query: str, headers: Mapping[str, str], form: MultiMapping[str]) -> None:
        signature = headers.get("X-Twilio-Signature")
        if not signature:
            raise NotOurs("no signature")
        url = self._base + path_and_query
        try:
            genuine = any(validator.validate(url, form, signature) for validator in self._validators)
        except (TypeError, ValueError, UnicodeError):  # bytes that no signature or field could hold
            genuine = False
        if not genuine:
            raise NotOurs("wrong signature")
        if form.get("AccountSid") != self._account:
            raise NotOurs("another account")
        if "MessageStatus" not in form and form.get("To") != self._number:
            raise NotOurs("another number")

    def inbound(self, form: MultiMapping[str]) -> ReceivedText | None:
        provider_id, sender = form.get("MessageSid") or form.get("SmsSid"), form.get("From")
        if not provider_id or not sender or len(provider_id) > 64:
            return None
        pictures = form.get("NumMedia") or "0"
        return ReceivedText(
            provider_id=provider_id,
            sender=sender.strip()[:60],
            body=form.get("Body") or "",
            opt_out_type=form.get("OptOutType") or "",
            pictures=int(pictures) if pictures.isdecimal() and len(pictures) < 4 else 0,
        )

    def status(self, form: MultiMapping[str]) -> StatusReport | None:
        provider_id, status = form.get("MessageSid") or form.get("SmsSid"), form.get("MessageStatus")
        if not provider_id or not status or len(provider_id) > 64:
            return None
        code = (form.get("ErrorCode") or "").strip()[:20] or None
        return StatusReport(
            provider_id=provider_id,
            status=status[:30],
            rank=_RANKS.get(status.lower(), 0),
            error_code=code,
            error_class=_CLASSES.get(code, "unknown") if code else None,
        )

    async def send(self, to: str, body: str) -> Sent:
        form = {
            "To": to,
            "From": self._number,
            "Body": body,
            "StatusCallback": f"{self._base}/sms/status",
            "ValidityPeriod": str(_VALID_SECONDS),
        }
        try:
            async with self._http.post(self._url, data=form, headers=self._headers, timeout=self._timeout) as response:
                answer = await _json(response)
                status, retry_after = response.status, response.headers.get("Retry-After", "")
        except aiohttp.ClientConnectorError:
            return Sent("wait", error="no connection")  # nothing was sent on a connection that never was
        except (aiohttp.ClientError, OSError) as error:
            return Sent("unknown", error=type(error).__name__)
        code = str(answer.get("code") or status)[:20]
        if status in (200, 201) and isinstance(answer.get("sid"), str):
            return Sent("sent", answer["sid"][:64])
        if status == 429:
            return Sent("wait", error=code, retry_after=float(retry_after) if retry_after.isdecimal() else None)
        if status >= 500 or status in (200, 201):
            return Sent("unknown", error=code)
        if _CLASSES.get(code) == "opted_out":
            return Sent("opted_out", error=code)
        if status in (401, 403):  # our own set-up is wrong; a person can mend it while the text waits
            return Sent("wait", error=code)
        return Sent("failed", error=code)

    async def find_sent(self, to: str, body: str, since: datetime) -> list[str] | None:
        # Lists are by day of sending; a text asked for just before midnight may be listed under either day.
        day = (since - timedelta(minutes=5)).astimezone(timezone.utc).date().isoformat()
        query = {"To": to, "From": self._number, "DateSent>": day, "PageSize": "200"}
        try:
            async with self._http.get(
                self._url, params=query, headers=self._headers, timeout=self._timeout
            ) as response:
                if response.status != 200:
                    return None
                listed = (await _json(response)).get("messages")
        except (aiohttp.ClientError, OSError):
            return None
        if not isinstance(listed, list):
            return None
        return [m["sid"] for m in reversed(listed) if _is_ours(m, to, body, since)]

    async def close(self) -> None:
        await self._http.close()


def _is_ours(message: Any, to: str, body: str, since: datetime) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("sid"), str):
        return False
    if message.get("to") != to or message.get("body") != body:
        return False
    try:
        created = parsedate_to_datetime(message.get("date_created") or "")
    except (TypeError, ValueError):
        return True  # listed for the right day and words; a missing time must not make us send twice
    return created >= since - timedelta(seconds=60)


async def _json(response: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        answer = await response.json(content_type=None)
    except (ValueError, aiohttp.ClientError):
        return {}
    return answer if isinstance(answer, dict) else {}
