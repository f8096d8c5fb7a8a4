"""POST /sms, /sms/fallback and /sms/status: checked, stored, answered at once. Replies go out from the outbox."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common import phone
from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from common.notify_settings import NAMES as NOTIFY_NAMES
from common.settings import TWILIO_NAMES, Settings
from front_door.forms import BadBody, read_fields, well_formed
from front_door.inbox import Accepted
from front_door.model import DeliveryStatus
from front_door.moving.by_text import Texts
from front_door.saying import Voice
from front_door.screening import Screening
from front_door.sms import seen
from front_door.sms.inbox import InboundText, accept_text
from front_door.sms.provider import NotOurs, ReceivedText, SmsProvider, StatusReport
from front_door.timing import Pace
from front_door.worker import Engine

logger = logging.getLogger(__name__)


class SmsWebhook:
    """The three routes. Without a provider they answer 503 and the log says which settings are missing."""

    def __init__(
        self,
        *,
        provider: SmsProvider | None,
        engine: Engine,
        screening: Screening,
        voice: Voice,
        db: Database,
        clock: Clock,
        cipher: Cipher,
        settings: Settings,
        pace: Pace,
    ) -> None:
        self._provider = provider
        self._engine = engine
        self._screening = screening
        self._voice = voice
        self._db = db
        self._clock = clock
        self._cipher = cipher
        self._settings = settings
        self._pace = pace

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/sms", self.inbound),
            web.post("/sms/fallback", self.inbound),  # where the provider turns when /sms failed; signed the same
            web.post("/sms/status", self.status),
        ]

    async def inbound(self, request: web.Request) -> web.Response:
        """A text to us. 200 once it is stored; 403 when it is not the provider's; 503 when it cannot be stored (the
        provider then tries again and goes to its fallback).
        """
        provider = self._configured()
        form = await self._genuine(provider, request)
        text = provider.inbound(form)
        if text is None:
            logger.warning("an inbound text without id or sender was not stored")
            return _thanks()
        try:
            await self.take(text)
        except SQLAlchemyError as error:
            logger.error("an inbound text could not be stored: %s", type(error).__name__)
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
        return _thanks()

    async def take(self, text: ReceivedText) -> Accepted:
        """Screen and store one text, and start its turn. Safe to call again with the same text."""
        now = self._clock.now()
        body = well_formed(text.body)
        e164 = phone.normalise(text.sender, self._settings.allow_test_numbers) if text.sender.startswith("+") else None
        sender = e164 or text.sender
        inbound = InboundText(
            provider_id=text.provider_id,
            sender=sender,
            sender_digest=self._cipher.digest(sender),
            answerable=e164 is not None and phone.is_uk_mobile(e164, self._settings.allow_test_numbers),
            body=body,
            opt_out_type=text.opt_out_type,
            pictures=text.pictures,
            flags=await self._screening.flags(body),
            received_at=min(now, text.received_at or now),
        )
        accepted = await self._engine.store(
            seen.once,
            inbound.provider_id,
            inbound.received_at,
            accept_text,
            inbound,
            self._engine.lease,
            self._clock.now(),
            self._voice,
            self._pace.limits,
            self._settings.sms_keywords,
            self._pace.timing.sms_fresh_start,
            self._pace.timing.sms_away,
            Texts.at(self._settings.public_base_url, self._cipher.digest),
        )
        self._engine.begin(accepted)
        self._engine.on_texts()  # a confirmation or a crisis reply may have been queued
        return accepted

    async def status(self, request: web.Request) -> web.Response:
        """A delivery report: repeated, late and unknown ones do no harm."""
        provider = self._configured()
        report = provider.status(await self._genuine(provider, request))
        if report is not None:
            try:
                await self._engine.store(record_status, report, self._clock)
            except SQLAlchemyError as error:
                logger.error("a delivery report could not be stored: %s", type(error).__name__)
                raise web.HTTPServiceUnavailable() from None
        return web.Response(status=204)

    def _configured(self) -> SmsProvider:
        if self._provider is None:
            names = NOTIFY_NAMES if self._settings.sms_provider == "notify" else TWILIO_NAMES
            logger.error("text messages are off: %s are not all set", ", ".join(names))
            raise web.HTTPServiceUnavailable()
        return self._provider

    async def _genuine(self, provider: SmsProvider, request: web.Request) -> Mapping[str, str]:
        try:
            form = await read_fields(request)
            provider.verify(request.rel_url.raw_path_qs, request.headers, form)
        except (NotOurs, BadBody) as error:
            logger.warning("a text webhook was refused: %s", error)
            raise web.HTTPForbidden() from None
        return form


def _thanks() -> web.Response:
    return web.Response(text="<Response/>", content_type="text/xml")


def record_status(session: Session, report: StatusReport, clock: Clock) -> None:
    """Keep the furthest status of a text; one that says less than what is known changes nothing."""
    known = session.get(DeliveryStatus, report.provider_id, with_for_update=True)
    if known is None:
        known = DeliveryStatus(provider_sid=report.provider_id, rank=-1)
        session.add(known)
    if report.rank <= known.rank:
        return
    known.status, known.rank, known.updated_at = report.status, report.rank, clock.now()
    known.error_code, known.error_class = report.error_code, report.error_class
