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
from front_door.addresses import parse_networks, visitors
from front_door.bot_client import BotClient, answers
from front_door.bot_fleet import BotFleet
from front_door.follow_ups import send_for_ever
from front_door.health import Health, database_check
from front_door.metrics import Metrics
from front_door.metrics_database import DatabaseFigures
from front_door.metrics_rows import count_rows
from front_door.metrics_server import serving
from front_door.moving.routes import Moving, our_number
from front_door.resident.chatting import PATH as referral_path
from front_door.resident.chatting import Chatting
from front_door.resident.checking import Checks
from front_door.resident.door import ReferralDoor
from front_door.resident.routes import referral_routes
from front_door.safeguarding.unsaved import Unsaved
from front_door.saying import Voice
from front_door.screening import Replies, Screen, Screening
from front_door.sms.missed import MissedTexts
from front_door.sms.outbox import Outbox
from front_door.sms.provider import SmsProvider
from front_door.sms.providers import provider_for
from front_door.sms.text_rules import TextRules
from front_door.sms.webhook import SmsWebhook
from front_door.takeover.watching import tend_for_ever
from front_door.timing import Pace
from front_door.web.chat import Chat
from front_door.web.middleware import errors, headers
from front_door.web.pages import STATIC, Pages
from front_door.web.sessions import Sessions
from front_door.words import Words
from front_door.worker import Engine
from referrals.follow_up import FollowUpRules
from referrals.staff_text_rules import StaffTextRules
from referrals.status import StatusWords

ENGINE: web.AppKey[Engine] = web.AppKey("engine", Engine)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)


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

    `common.encryption.use(cipher)` must have been called. Without `provider` the one that the settings name is used, if it is set up. Must be
    called on the event loop that will serve (aiohttp's runners and `web.run_app` with a coroutine do so).
    """
    pace, metrics = pace or Pace(), Metrics()
    http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=pace.timing.bot_calls_at_once + 8))
    provider = provider or provider_for(settings, pace.sending.call)
    screening = Screening(screen, replies, clock, is_open, words.danger)
    checks = Checks(cipher.digest, settings.allow_test_numbers)
    referral_page = settings.public_base_url.rstrip("/") + referral_path
    chatting = Chatting(words.referral, StatusWords.load(settings.data_dir), checks, referral_page)
    voice = Voice(words, screening.reply, TextRules.load(settings.data_dir, settings.public_base_url), chatting)
    bots = [BotClient(http, url, cipher, pace.timing.bot_call) for url in settings.bot_urls]
    bot = BotFleet(bots, pace.timing.breaker_pause)
    engine = Engine(db, bot, voice, clock, pace.timing, metrics.turn)
    outbox = Outbox(db, provider, clock, pace.sending, engine.lease.owner) if provider else None
    if outbox:
        engine.on_texts = outbox.wake
    pages = Pages(words, pace.limits, pace.timing, by_text=bool(our_number(settings)))
    sessions, unsaved = Sessions(settings, cipher), Unsaved(db)
    chat = Chat(
        engine=engine,
        screening=screening,
        sessions=sessions,
        pages=pages,
        words=words,
        db=db,
        clock=clock,
        pace=pace,
        unsaved=unsaved,
    )
    moving = Moving(
        engine=engine,
        sessions=sessions,
        pages=pages,
        words=words,
        db=db,
        clock=clock,
        cipher=cipher,
        settings=settings,
        pace=pace,
    )
    about_referrals = ReferralDoor(
        db=db,
        clock=clock,
        cipher=cipher,
        sessions=sessions,
        pages=pages,
        screening=screening,
        settings=settings,
        words=words.referral,
        status=chatting.status,
        checks=checks,
        private=voice.texts.private,
        idle=pace.timing.session_idle,
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
    missed = MissedTexts(db, provider, webhook.take, clock, pace.timing) if provider else None

    async def actions_up() -> bool:
        return await answers(http, f"{settings.actions_url}/health")

    health = Health({"database": database_check(db), "rasa": bot.ready, "actions": actions_up}, pace.timing.probe)
    metrics.watch(
        "breaker_open",
        "1 while the bot is not asked, because it failed again and again.",
        lambda: engine.breaker.is_open,
    )
    metrics.watch("backlog", "Messages taken in by this process that wait for an answer.", lambda: engine.backlog)
    metrics.watch("ready", "1 when /readyz last said so.", lambda: health.is_ready)

    async def measure(_: web.Application) -> AsyncIterator[None]:
        stop_counting = count_rows(db.sessions, metrics)
        async with serving(metrics, DatabaseFigures(db, clock), settings.metrics_port):
            yield
        stop_counting()

    async def run(_: web.Application) -> AsyncIterator[None]:
        await engine.start()
        later = None
        if outbox:
            await outbox.start()
            if follow_ups:
                staff = StaffTextRules.load(settings.data_dir, settings.allow_test_numbers)
                sending = send_for_ever(
                    db, follow_ups, voice, cipher.digest, clock, outbox.wake, pace.timing.follow_ups, staff
                )
                later = asyncio.create_task(sending)
        if missed:
            await missed.start()
        tending = asyncio.create_task(tend_for_ever(db, voice, clock, engine.changed, pace.timing.tend))
        yield
        tending.cancel()
        if later:
            later.cancel()
        if missed:
            await missed.stop()
        await asyncio.gather(engine.stop(), unsaved.close(pace.timing.stop), *([outbox.stop()] if outbox else []))
        screening.close()
        await http.close()

    async def let_go(_: web.Application) -> None:
        engine.news.close()  # requests that wait for a reply are answered now: their page fetches it after the restart

    app = web.Application(
        client_max_size=pace.limits.body_bytes,
        middlewares=[
            visitors(parse_networks(settings.trusted_proxies)),
            metrics.requests(),
            headers(settings),
            errors(pages, words),
        ],
    )
    app[ENGINE], app[METRICS] = engine, metrics
    app.on_shutdown.append(let_go)
    app.cleanup_ctx.extend((measure, run))
    hours = StaffTextRules.load(settings.data_dir, settings.allow_test_numbers) if provider else None
    app.add_routes(referral_routes(about_referrals, settings.data_dir, hours))
    app.add_routes([*chat.routes(), *moving.routes(), *webhook.routes(), *health.routes(), *extra_routes])
    app.router.add_static("/static/", STATIC)
    for prefix, sub_application in sub_applications:
        app.add_subapp(prefix, sub_application)
    return app
