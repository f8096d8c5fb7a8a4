"""Puts the front door together from its parts, which are all handed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

import aiohttp
from aiohttp import web

from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from common.settings import Settings
from front_door.bot_client import BotClient, answers
from front_door.follow_ups import send_for_ever
from front_door.health import Health, database_check
from front_door.saying import Voice
from front_door.screening import Replies, Screen, Screening
from front_door.sms.outbox import Outbox
from front_door.sms.provider import SmsProvider
from front_door.sms.twilio import Twilio
from front_door.sms.webhook import SmsWebhook
from front_door.timing import Pace
from front_door.web.chat import Chat
from front_door.web.middleware import errors, headers
from front_door.web.pages import STATIC, Pages
from front_door.web.sessions import Sessions
from front_door.words import Words
from front_door.worker import Engine
from referrals.follow_up import FollowUpRules

ENGINE: web.AppKey[Engine] = web.AppKey("engine", Engine)


def create_app(
    settings: Settings,
    clock: Clock,
    db: Database,
    *,
    cipher: Cipher,
    screen: Screen,
    replies: Replies,
    words: Words,
    is_open: Callable[[str, datetime], bool | None],
    pace: Pace | None = None,
    follow_ups: FollowUpRules | None = None,
    provider: SmsProvider | None = None,
    extra_routes: Sequence[web.AbstractRouteDef] = (),
    sub_applications: Sequence[tuple[str, web.Application]] = (),
) -> web.Application:
    """The front door as an aiohttp application.

    `common.encryption.use(cipher)` must have been called. Without `provider` Twilio is used when it is set up. Must be
    called on the event loop that will serve (aiohttp's runners and `web.run_app` with a coroutine do so).
    """
    pace = pace or Pace()
    http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=pace.timing.bot_calls_at_once + 8))
    if provider is None and settings.sms_configured:
        provider = Twilio(settings, aiohttp.ClientSession(), pace.sending.call)
    screening = Screening(screen, replies, clock, is_open, words.danger)
    voice = Voice(words, screening.reply)
    bot = BotClient(http, settings.rasa_url, cipher, pace.timing.bot_call)
    engine = Engine(db, bot, voice, clock, pace.timing)
    outbox = Outbox(db, provider, clock, pace.sending, engine.lease.owner) if provider else None
    if outbox:
        engine.on_texts = outbox.wake
    pages = Pages(words, pace.limits)
    chat = Chat(
        engine=engine,
        screening=screening,
        sessions=Sessions(settings, cipher),
        pages=pages,
        words=words,
        db=db,
        clock=clock,
        pace=pace,
    )
    webhook = SmsWebhook(
        provider=provider,
        engine=engine,
        screening=screening,
        voice=voice,
        db=db,
        clock=clock,
        cipher=cipher,
        settings=settings,
        pace=pace,
    )

    async def actions_up() -> bool:
        return await answers(http, f"{settings.actions_url}/health")

    health = Health({"database": database_check(db), "rasa": bot.ready, "actions": actions_up})

    async def run(_: web.Application) -> AsyncIterator[None]:
        await engine.start()
        later = None
        if outbox:
            await outbox.start()
            if follow_ups:
                sending = send_for_ever(
                    db, follow_ups, voice, cipher.digest, clock, outbox.wake, pace.timing.follow_ups
                )
                later = asyncio.create_task(sending)
        yield
        if later:
            later.cancel()
        await engine.stop()
        if outbox:
            await outbox.stop()
        screening.close()
        await http.close()

    app = web.Application(
        client_max_size=pace.limits.body_bytes,
        middlewares=[headers(settings), errors(pages, words)],
    )
    app[ENGINE] = engine
    app.cleanup_ctx.append(run)
    app.add_routes([*chat.routes(), *webhook.routes(), *health.routes(), *extra_routes])
    app.router.add_static("/static/", STATIC)
    for prefix, sub_application in sub_applications:
        app.add_subapp(prefix, sub_application)
    return app
