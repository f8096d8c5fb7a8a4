"""The desk as an application of its own, to be mounted at /desk/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from aiohttp import web

from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from common.settings import Settings
from desk.accounts_page import add_accounts
from desk.audit_page import add_audit
from desk.case_keys import CASE_RULES
from desk.casework import add_casework
from desk.catalogue.feed_import import FeedImports, Importer
from desk.catalogue.importing import IMPORTS
from desk.catalogue.routes import add_catalogue
from desk.contact_check import ContactCheck, check_contacts
from desk.counts_page import add_counts
from desk.exports import add_exports
from desk.facts import facts_page
from desk.find import add_find
from desk.identity import Provider
from desk.keys import DESK, SIGNED_IN, Desk
from desk.live import add_live
from desk.local_accounts import LocalAccounts
from desk.login import add_login
from desk.own_account import add_own_account
from desk.person_page import add_person
from desk.queue import add_queue
from desk.referral import add_referral
from desk.referral_actions import add_actions
from desk.render import HERE, Pages
from desk.roles import home
from desk.safety import add_safety
from desk.security import finish as finish_response
from desk.security import guard
from desk.staff_texts import add_staff_texts
from desk.texts import add_texts
from referrals.case_rules import CaseRules
from referrals.team import TeamFacts
from service_catalogue.importing import import_feed


def create_desk(
    db: Database,
    settings: Settings,
    clock: Clock,
    cipher: Cipher,
    contacts: Callable[[Path, date], ContactCheck] = check_contacts,
    importer: Importer = import_feed,
    providers: Sequence[Provider] = (),
) -> web.Application:
    """The staff pages: `front_door.add_subapp("/desk/", create_desk(...))`.

    `contacts` says what is wrong with the contacts of a data directory on a day; `importer` reads a feed into the catalogue;
    `providers` are ways to sign in beside the local accounts.
    Reads team.yml and its neighbours once; raises LocalDataError when they cannot be used.
    """
    app = web.Application(middlewares=[finish_response, guard])
    ways, team = (LocalAccounts(db, clock, cipher), *providers), TeamFacts.load(settings.data_dir)
    app[DESK] = Desk(db, settings, clock, cipher, Pages(), {way.key: way for way in ways}, team, contacts)
    app[IMPORTS] = FeedImports(importer, db, settings, clock)
    app.router.add_get("", _to_start, name="root")
    app[CASE_RULES] = CaseRules.load(settings.data_dir)
    add_queue(app)
    add_find(app)
    add_login(app)
    add_own_account(app)
    add_accounts(app)
    add_audit(app)
    app.router.add_get("/data", facts_page, name="data")
    one = "/referrals/{reference:[0-9A-Z-]{1,16}}"
    add_referral(app, one)
    add_actions(app, one)
    add_casework(app, one)
    add_exports(app, one)
    add_staff_texts(app, one)
    add_texts(app)
    add_live(app)
    add_safety(app)
    add_counts(app)
    add_person(app)
    add_catalogue(app)
    app.router.add_static("/static", HERE / "static", name="static")
    return app


async def _to_start(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(str(request.app.router[home(request[SIGNED_IN].roles)].url_for()))
