"""The composition root: everything that serves on PORT, from settings and local data."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine

from aiohttp import web

from common.clock import Clock
from common.database import Database
from common.keys import note_serving, open_cipher
from common.retention_limits import Retention
from common.settings import Settings
from desk.app import create_desk
from desk.retention import STEPS as STAFF_STEPS
from front_door.app import create_app
from front_door.cleaning import clean_for_ever
from front_door.confirmed import confirmed_number
from front_door.safeguarding.alerting import alert_for_ever, alert_mail
from front_door.safeguarding.filing import file_for_ever
from front_door.safeguarding.rules import SafetyRules
from front_door.timing import Limits, Pace
from front_door.words import Words
from referrals.alert_rules import AlertRules
from referrals.alerts import watch_for_ever
from referrals.delivery import WEBHOOKS, deliver_for_ever
from referrals.follow_up import FollowUpRules
from referrals.mailer import mailer_for
from referrals.team import TeamFacts
from referrals.webhook import webhooks_for
from safety.contacts import Contacts
from safety.replies import Replies
from safety.screen import Screen
from service_catalogue import open_referral
from service_catalogue.hours import is_open


async def compose(settings: Settings, clock: Clock, db: Database) -> web.Application:
    """The whole public application. Raises LocalDataError or SafetyDataError when a local data file cannot be used."""
    cipher = await asyncio.to_thread(open_cipher, settings, db)
    await db.run(note_serving, cipher)
    contacts = Contacts.load(settings.data_dir)
    team = TeamFacts.load(settings.data_dir)
    retention = Retention.load(settings.data_dir)
    app = create_app(
        settings,
        clock,
        db,
        cipher=cipher,
        screen=Screen.load(settings.data_dir),
        replies=Replies.load(settings.data_dir, contacts),
        words=Words.load(settings.data_dir, lambda name: confirmed_number(contacts, name), team.contact_line()),
        is_open=is_open,
        pace=Pace(limits=Limits.of(settings.production)),
        follow_ups=FollowUpRules.load(settings.data_dir),
        extra_routes=open_referral.routes(db, settings),
        sub_applications=[("/desk/", create_desk(db, settings, clock, cipher))],
    )
    mailer, webhooks = mailer_for(settings, team), webhooks_for(settings, team.others, clock.now)
    alerts = AlertRules.load(settings.data_dir)
    app.cleanup_ctx.append(_while_serving(lambda: watch_for_ever(db, alerts, team, clock)))
    app.cleanup_ctx.append(_while_serving(lambda: deliver_for_ever(db, mailer, clock)))
    safety = SafetyRules.load(settings.data_dir)
    safety_mail = alert_mail(settings, team, safety, mailer)
    app.cleanup_ctx.append(_while_serving(lambda: file_for_ever(db, safety, team.working_time, clock)))
    app.cleanup_ctx.append(_while_serving(lambda: alert_for_ever(db, safety_mail, safety, clock)))
    app.cleanup_ctx.append(_while_serving(lambda: deliver_for_ever(db, webhooks, clock, WEBHOOKS)))
    app.cleanup_ctx.append(_while_serving(lambda: clean_for_ever(db, retention, clock, STAFF_STEPS, settings.var_dir)))
    return app


def _while_serving(
    work: Callable[[], Coroutine[None, None, None]],
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return run
