"""The desk as an application of its own, to be mounted at /desk/."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from aiohttp import web

from common.clock import Clock
from common.database import Database
from common.encryption import Cipher
from common.settings import Settings
from desk.catalogue.feed_import import FeedImports, Importer
from desk.catalogue.importing import IMPORTS
from desk.catalogue.routes import add_catalogue
from desk.contact_check import ContactCheck, check_contacts
from desk.exports import add_exports
from desk.facts import facts_page
from desk.keys import DESK, Desk
from desk.login import login_page, sign_in, sign_out
from desk.login_check import LoginCheck
from desk.queue import queue_page
from desk.referral import finish, notice_again, referral_page, show_contact, take
from desk.render import HERE, Pages
from desk.security import finish as finish_response
from desk.security import guard
from desk.staff_texts import add_staff_texts
from desk.texts import add_texts
from referrals.team import TeamFacts
from service_catalogue.importing import import_feed


def create_desk(
    db: Database,
    settings: Settings,
    clock: Clock,
    cipher: Cipher,
    contacts: Callable[[Path, date], ContactCheck] = check_contacts,
    importer: Importer = import_feed,
) -> web.Application:
    """The staff pages: `front_door.add_subapp("/desk/", create_desk(...))`.

    `contacts` says what is wrong with the contacts of a data directory on a day; `importer` reads a feed into the catalogue.
    Reads team.yml and its neighbours once; raises LocalDataError when they cannot be used.
    """
    app = web.Application(middlewares=[finish_response, guard])
    login_check, team = LoginCheck(db, clock, cipher), TeamFacts.load(settings.data_dir)
    app[DESK] = Desk(db, settings, clock, cipher, Pages(), login_check, team, contacts)
    app[IMPORTS] = FeedImports(importer, db, settings, clock)
    app.router.add_get("", _to_queue, name="root")
    app.router.add_get("/", queue_page, name="queue")
    login = app.router.add_resource("/login", name="login")
    login.add_route("GET", login_page)
    login.add_route("POST", sign_in)
    app.router.add_post("/logout", sign_out, name="logout")
    app.router.add_get("/data", facts_page, name="data")
    one = "/referrals/{reference:[0-9A-Z-]{1,16}}"
    app.router.add_get(one, referral_page, name="referral")
    app.router.add_post(f"{one}/take", take, name="take")
    app.router.add_post(f"{one}/done", finish, name="done")
    app.router.add_post(f"{one}/contact", show_contact, name="contact")
    app.router.add_post(f"{one}/notice", notice_again, name="notice")
    add_exports(app, one)
    add_staff_texts(app, one)
    add_texts(app)
    add_catalogue(app)
    app.router.add_static("/static", HERE / "static", name="static")
    return app


async def _to_queue(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(str(request.app.router["queue"].url_for()))
