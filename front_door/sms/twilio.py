"""Twilio, as an SmsProvider: signatures by its own library, everything else over plain HTTP.

Rules from Twilio's documentation: the signature covers the exact public URL and the sorted POST fields; a send that ends in
a 5xx or a time-out may have gone out (error 20500), so it is looked up before it is repeated; 21610 means that the person has
stopped texts; status callbacks come in any order and new values appear without notice; lists are by UTC day of sending, newest
first, and `next_page_uri` leads on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from common.settings import Settings
from front_door.sms.error_classes import error_class
from front_door.sms.http import get_object, json_object, retry_after
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
_VALID_SECONDS = 3600
MOST_CHARACTERS = 1_600  # error 21617
_PAGE = "1000"  # the most that a page holds
_MOST_PAGES = 50


class Twilio:
    """See the module. `http` is shared with nobody; `seconds` limits each call to the API."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, seconds: float = 10.0) -> None:
        if not settings.twilio_configured:
            raise ValueError("Twilio needs an account, a token and a number")
        self._account = settings.twilio_account_sid or ""
        self._number = "".join((settings.twilio_number or "").split())
        self._base = settings.public_base_url
        self._validators = [RequestValidator(token) for token in settings.twilio_auth_tokens]
        self._http = http
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._headers = {"Authorization": aiohttp.encode_basic_auth(self._account, settings.twilio_auth_tokens[0])}
        self._origin = settings.twilio_api_base_url
        self._url = f"{self._origin}/2010-04-01/Accounts/{self._account}/Messages.json"

    def verify(self, path_and_query: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> None:
        signature = headers.get("X-Twilio-Signature")
        if not signature:
            raise NotOurs("no signature")
        url = self._base + path_and_query
        try:
            genuine = any(validator.validate(url, fields, signature) for validator in self._validators)
        except (TypeError, ValueError, UnicodeError):  # bytes that no signature or field could hold
            genuine = False
        if not genuine:
            raise NotOurs("wrong signature")
        if fields.get("AccountSid") != self._account:
            raise NotOurs("another account")
        if "MessageStatus" not in fields and fields.get("To") != self._number:
            raise NotOurs("another number")

    def inbound(self, fields: Mapping[str, str]) -> ReceivedText | None:
        provider_id, sender = fields.get("MessageSid") or fields.get("SmsSid"), fields.get("From")
        if not provider_id or not sender or len(provider_id) > 64:
            return None
        pictures = fields.get("NumMedia") or "0"
        return ReceivedText(
            provider_id=provider_id,
            sender=sender.strip()[:60],
            body=fields.get("Body") or "",
            opt_out_type=fields.get("OptOutType") or "",
            pictures=int(pictures) if pictures.isdecimal() and len(pictures) < 4 else 0,
        )

    def status(self, fields: Mapping[str, str]) -> StatusReport | None:
        provider_id, status = fields.get("MessageSid") or fields.get("SmsSid"), fields.get("MessageStatus")
        if not provider_id or not status or len(provider_id) > 64:
            return None
        code = (fields.get("ErrorCode") or "").strip()[:20] or None
        return StatusReport(
            provider_id=provider_id,
            status=status[:30],
            rank=_RANKS.get(status.lower(), 0),
            error_code=code,
            error_class=error_class(code) if code else None,
        )

    def carries(self, body: str) -> bool:
        return 0 < len(body) <= MOST_CHARACTERS

    async def send(self, to: str, body: str, reference: str) -> Sent:
        form = {
            "To": to,
            "From": self._number,
            "Body": body,
            "StatusCallback": f"{self._base}/sms/status",
            "ValidityPeriod": str(_VALID_SECONDS),
        }
        try:
            async with self._http.post(
                self._url, data=form, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                answer = await json_object(response)
                status, pause = response.status, retry_after(response.headers)
        except aiohttp.ClientConnectorError:
            return Sent("wait", error="no connection")  # nothing was sent on a connection that never was
        except (aiohttp.ClientError, OSError) as error:
            return Sent("unknown", error=type(error).__name__)
        code = str(answer.get("code") or status)[:20]
        if status in (200, 201) and isinstance(answer.get("sid"), str):
            return Sent("sent", answer["sid"][:64])
        if status == 429:
            return Sent("wait", error=code, retry_after=pause)
        if status >= 500 or status in (200, 201):
            return Sent("unknown", error=code, retry_after=pause)
        if error_class(code) == "opted_out":
            return Sent("opted_out", error=code)
        if status in (401, 403) or status < 400:  # our own set-up is wrong; a person can mend it while the text waits
            return Sent("wait", error=code)
        return Sent("failed", error=code)

    async def find_sent(self, to: str, body: str, reference: str, since: datetime) -> list[str] | None:
        # Lists are by day of sending; a text asked for just before midnight may be listed under either day.
        listed = await self._listed({"To": to, "From": self._number, "DateSent>": _day(since - timedelta(minutes=5))})
        return None if listed is None else [m["sid"] for m in listed if _is_ours(m, to, body, since)]

    async def received_since(self, since: datetime) -> list[ReceivedText] | None:
        listed = await self._listed({"To": self._number, "DateSent>": _day(since)})
        if listed is None:
            return None
        texts = (_received(message) for message in listed if str(message.get("direction")).startswith("inbound"))
        return [text for text in texts if text and (text.received_at is None or text.received_at >= since)]

    async def _listed(self, query: dict[str, str]) -> list[dict[str, Any]] | None:
        """All pages of a list, oldest first; None when one of them cannot be had."""
        found: list[dict[str, Any]] = []
        url, params = self._url, {**query, "PageSize": _PAGE}
        for _ in range(_MOST_PAGES):
            page = await get_object(self._http, url, params, self._headers, self._timeout)
            if page is None or not isinstance(page.get("messages"), list):
                return None
            found += [one for one in page["messages"] if isinstance(one, dict) and isinstance(one.get("sid"), str)]
            following = page.get("next_page_uri")
            if not following:
                return found[::-1]
            if not isinstance(following, str) or not following.startswith("/2010-04-01/"):
                return None  # our credentials go to no other place
            url, params = self._origin + following, {}
        return None

    async def close(self) -> None:
        await self._http.close()


def _day(at: datetime) -> str:
    return at.astimezone(timezone.utc).date().isoformat()


def _time(message: dict[str, Any], *names: str) -> datetime | None:
    for name in names:
        try:
            at = parsedate_to_datetime(message.get(name) or "")
        except (TypeError, ValueError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return None


def _is_ours(message: dict[str, Any], to: str, body: str, since: datetime) -> bool:
    if message.get("to") != to or message.get("body") != body:
        return False
    created = _time(message, "date_created")
    # Listed for the right day and words: a missing time must not make us send twice.
    return created is None or created >= since - timedelta(seconds=60)


def _received(message: dict[str, Any]) -> ReceivedText | None:
    sender = message.get("from")
    if not isinstance(sender, str) or not sender.strip() or len(message["sid"]) > 64:
        return None
    pictures = str(message.get("num_media") or "0")
    return ReceivedText(
        provider_id=message["sid"],
        sender=sender.strip()[:60],
        body=str(message.get("body") or ""),
        pictures=int(pictures) if pictures.isdecimal() and len(pictures) < 4 else 0,
        received_at=_time(message, "date_sent", "date_created"),
    )
