"""The desk on a real aiohttp server and a real database file, with a browser that keeps cookies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import desk.model  # noqa: F401  (declares the tables)
import referrals.follow_up
import referrals.model  # noqa: F401  (declares the tables)
import service_catalogue.feed_model  # noqa: F401  (declares the tables)
from common import settings as configuration
from common.clock import FrozenClock
from common.database import Base, Database, open_database
from common.encryption import Cipher, use
from common.settings import Settings
from desk.accounts import create_account
from desk.app import create_desk
from desk.catalogue.feed_import import Importer
from desk.contact_check import ContactCheck
from desk.identity import Provider
from desk.roles import Role
from referrals.request import ReferralRequest
from referrals.submit import submit
from referrals.team import TeamFacts
from service_catalogue.importing import import_feed
from tests.referrals.support import DATA, SATURDAY, another, given, make_request

SECRET = "a secret key for tests only, 32 long"


def no_problems(data_dir: Path, today: date) -> ContactCheck:
    """Contacts with one stale row, standing in for the contacts file."""
    return ContactCheck(warnings=("samaritans: checked_on is empty",))


@dataclass
class Browser:
    """A signed-in or signed-out visitor: follows no redirect by itself and finds the form token of the last page."""

    session: aiohttp.ClientSession
    base: str
    page: str = ""

    async def get(self, path: str) -> aiohttp.ClientResponse:
        response = await self.session.get(self.base + path, allow_redirects=False)
        self.page = await response.text()
        return response

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> aiohttp.ClientResponse:
        """Send a form with the token of the page that is open, unless `token` is given."""
        found = re.search(r'name="token" value="([^"]*)"', self.page)
        form.setdefault("token", found[1] if found else "")
        response = await self.session.post(self.base + path, data=form, headers=headers, allow_redirects=False)
        self.page = await response.text()
        return response

    async def send_file(self, path: str, content: bytes, **form: str) -> aiohttp.ClientResponse:
        """Send the form of the open page with a file in its field `file`; the server decides, not the browser."""
        data = aiohttp.FormData(quote_fields=False)
        found = re.search(r'name="token" value="([^"]*)"', self.page)
        for name, value in {"token": found[1] if found else "", **form}.items():
            data.add_field(name, value)
        data.add_field("file", content, filename="../../a file.csv", content_type="text/csv")
        response = await self.session.post(self.base + path, data=data, allow_redirects=False)
        self.page = await response.text()
        return response

    async def sign_in(self, name: str, password: str) -> aiohttp.ClientResponse:
        await self.get("/desk/login")
        return await self.post("/desk/login", name=name, password=password)


@dataclass
class Office:
    """The desk as it runs, and ways to fill it."""

    db: Database
    clock: FrozenClock
    settings: Settings
    app: web.Application
    base: str
    passwords: dict[str, str]
    browsers: list[Browser]

    def refer(self, request: ReferralRequest | None = None, **changes: Any) -> str:
        """Store a referral now and return its reference."""
        with self.db.transaction() as session:
            stored = submit(
                session, request or make_request(**changes), now=self.clock.now(), team=TeamFacts.load(DATA)
            )
        return stored.reference

    def refer_to(self, team: str, number: int = 1000) -> str:
        """Store a referral to a coordinator's team, from a conversation of its own; returns its reference."""
        return self.refer(another(number, destination="lac", team=team, consent=given("lac", team)))

    def add(self, name: str, *roles: Role, teams: tuple[str, ...] = ()) -> None:
        """An account that holds these roles alone; amina and bob hold all."""
        with self.db.transaction() as session:
            self.passwords[name] = create_account(session, name, self.clock.now(), roles, teams)

    def browser(self) -> Browser:
        browser = Browser(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)), self.base)
        self.browsers.append(browser)
        return browser

    async def signed_in(self, name: str = "amina") -> Browser:
        browser = self.browser()
        response = await browser.sign_in(name, self.passwords[name])
        assert response.status == 303
        return browser


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The environment of the desk; a test may ask for another by overriding this fixture."""
    texts = {"TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "made up", "TWILIO_NUMBER": "+447700900000"}
    return {"VAR_DIR": str(tmp_path / "var"), "DATA_DIR": str(DATA), "SECRET_KEY": SECRET, **texts}


@pytest.fixture
def importer() -> Importer:
    """What imports feeds; a test may stand in another by overriding this fixture."""
    return import_feed


@pytest.fixture
def providers() -> Sequence[Provider]:
    """Ways to sign in beside the local accounts; a test may add one by overriding this fixture."""
    return ()


@pytest.fixture
async def office(
    db: Database, env: dict[str, str], importer: Importer, providers: Sequence[Provider]
) -> AsyncIterator[Office]:
    clock, settings, cipher = FrozenClock(SATURDAY), configuration.load(env), use(Cipher(SECRET))
    with db.transaction() as session:
        passwords = {name: create_account(session, name, clock.now(), Role) for name in ("amina", "bob")}
    desk_app = create_desk(db, settings, clock, cipher, no_problems, importer, providers)
    root = web.Application(client_max_size=64 * 1024)  # as the front door's
    root.add_subapp("/desk/", desk_app)
    server = TestServer(root, host="127.0.0.1")
    await server.start_server()
    office = Office(db, clock, settings, desk_app, f"http://127.0.0.1:{server.port}", passwords, [])
    yield office
    for browser in office.browsers:
        await browser.session.close()
    await server.close()
