"""Who gets onto the desk, and how they leave."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from common.database import Database
from desk import sessions
from desk.__main__ import main
from desk.account_changes import reset_password
from desk.accounts import (
    AccountError,
    create_account,
    ensure_first_account,
    find_account,
    password_fits,
)
from desk.limits import FAILURES_PER_ADDRESS, FAILURES_PER_NAME, WINDOW
from desk.model import DeskAudit, StaffAccount, StaffSession
from desk.roles import Role
from tests.desk.conftest import Office
from tests.referrals.support import SATURDAY

OPEN = {("GET", "login"), ("HEAD", "login"), ("POST", "login"), ("GET", "static"), ("HEAD", "static")}


async def test_every_page_needs_somebody_signed_in(office: Office):
    """Walks every route there is: a stranger is sent to sign in and sees nothing, whatever the method."""
    reference = office.refer()
    browser, walked = office.browser(), 0
    for route in office.app.router.routes():
        name = route.resource.name if route.resource else None
        if (route.method, name) in OPEN:
            continue
        path = route.resource.canonical.replace("{reference}", reference) if route.resource else ""
        response = await browser.session.request(route.method, browser.base + path, allow_redirects=False)
        body = await response.text()
        assert response.status == 303 and response.headers["Location"].startswith("/desk/login"), (route.method, path)
        assert reference not in body and "Test Resident" not in body
        walked += 1
    assert walked >= 10


async def test_a_page_that_does_not_exist_also_needs_sign_in(office: Office):
    """A stranger cannot tell which references exist."""
    browser = office.browser()
    for path in ("/desk/nothing", "/desk/referrals/AAA-AAA", f"/desk/referrals/{office.refer()}"):
        assert (await browser.get(path)).status == 303


async def test_a_right_password_signs_in_and_leads_to_the_wanted_page(office: Office):
    """The session cookie is HttpOnly and SameSite=Lax; the page that was asked for opens."""
    reference, browser = office.refer(), office.browser()
    response = await browser.get(f"/desk/referrals/{reference}")
    await browser.get(response.headers["Location"])
    response = await browser.post(
        "/desk/login", name="Amina ", password=office.passwords["amina"], next=f"/desk/referrals/{reference}"
    )
    assert (response.status, response.headers["Location"]) == (303, f"/desk/referrals/{reference}")
    cookie = next(c for c in response.headers.getall("Set-Cookie") if c.startswith("desk="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert (await browser.get(f"/desk/referrals/{reference}")).status == 200


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/chat", "/desk/../chat", "/desk/\\evil"])
async def test_sign_in_never_leads_off_the_desk(office: Office, wanted: str):
    """A crafted link cannot send a signed-in adviser elsewhere."""
    browser = office.browser()
    await browser.get("/desk/login")
    response = await browser.post("/desk/login", name="amina", password=office.passwords["amina"], next=wanted)
    assert response.headers["Location"] == "/desk/"


@pytest.mark.parametrize("name", ["amina", "nobody", "", "x" * 5000, "a\x00b", "' OR 1=1 --"])
async def test_a_wrong_password_or_name_is_refused_alike(office: Office, name: str):
    """The answer does not tell whether the account exists; no session begins."""
    browser = office.browser()
    response = await browser.sign_in(name, "wrong")
    assert response.status == 401
    assert "That name and password do not belong together." in browser.page
    assert (await browser.get("/desk/")).status == 303


async def test_g9_too_many_failures_for_a_name_close_it_for_a_while(office: Office):
    """After ten failures even the right password must wait a quarter of an hour; another name is not touched."""
    browser = office.browser()
    for _ in range(FAILURES_PER_NAME):
        assert (await browser.sign_in("amina", "wrong")).status == 401
    assert (await browser.sign_in("amina", office.passwords["amina"])).status == 429
    assert (await office.browser().sign_in("bob", office.passwords["bob"])).status == 303
    office.clock.advance(WINDOW + timedelta(seconds=1))
    assert (await browser.sign_in("amina", office.passwords["amina"])).status == 303


async def test_g12_nobody_can_fill_the_audit_with_tries_past_the_limit(office: Office):
    """Each failure up to the limit is written down, and no try after it."""
    browser = office.browser()
    for _ in range(FAILURES_PER_NAME + 3):
        await browser.sign_in("amina", "wrong")
    with office.db.reading() as session:
        noted = session.scalars(select(DeskAudit.detail).where(DeskAudit.what == "sign_in_refused")).all()
    assert noted == ["wrong"] * FAILURES_PER_NAME


async def test_g9_too_many_failures_from_an_address_close_it_for_a_while(office: Office):
    """Trying many names from one place is stopped too."""
    browser = office.browser()
    for number in range(FAILURES_PER_ADDRESS):
        assert (await browser.sign_in(f"name{number}", "wrong")).status == 401
    assert (await browser.sign_in("bob", office.passwords["bob"])).status == 429


async def test_tries_at_the_same_moment_cannot_slip_under_the_limit(office: Office):
    """Thirty wrong passwords at once: at most two more than the limit are ever checked."""
    browser = office.browser()
    await browser.get("/desk/login")
    token = re.search(r'name="token" value="([^"]*)"', browser.page)
    assert token
    form = {"name": "amina", "password": "wrong", "token": token[1]}

    async def one() -> int:
        async with browser.session.post(f"{office.base}/desk/login", data=form) as response:
            return response.status

    statuses = await asyncio.gather(*(one() for _ in range(30)))
    assert statuses.count(401) <= FAILURES_PER_NAME + 2
    assert set(statuses) == {401, 429}


async def test_the_database_alone_signs_nobody_in(office: Office):
    """Only the SHA-256 of a token and an argon2id hash are stored."""
    browser = await office.signed_in()
    token = next(c.value for c in browser.session.cookie_jar if c.key == "desk")
    with office.db.reading() as session:
        assert session.scalars(select(StaffSession.token_sha256)).all() == [hashlib.sha256(token.encode()).hexdigest()]
        hashes = session.scalars(select(StaffAccount.password_hash)).all()
    assert all(h.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for h in hashes)


async def test_signing_out_ends_the_session_on_the_server(office: Office):
    """The old cookie is worth nothing afterwards, even to somebody who kept it."""
    browser = await office.signed_in()
    token = next(c.value for c in browser.session.cookie_jar if c.key == "desk")
    await browser.get("/desk/")
    assert (await browser.post("/desk/logout")).status == 303
    kept = office.browser()
    response = await kept.session.get(f"{office.base}/desk/", cookies={"desk": token}, allow_redirects=False)
    assert response.status == 303


async def test_a_session_ends_when_idle_or_after_a_working_day(office: Office):
    """An hour without a click, or ten hours with, and the adviser signs in again."""
    browser = await office.signed_in()
    office.clock.advance(sessions.IDLE - timedelta(minutes=1))
    assert (await browser.get("/desk/")).status == 200
    office.clock.advance(sessions.IDLE - timedelta(minutes=1))
    assert (await browser.get("/desk/")).status == 200, "the click before kept it alive"
    office.clock.advance(sessions.IDLE)
    assert (await browser.get("/desk/")).status == 303
    browser = await office.signed_in()
    for _ in range(11):
        office.clock.advance(timedelta(minutes=54))
        await browser.get("/desk/")
    office.clock.advance(timedelta(minutes=7))
    assert (await browser.get("/desk/")).status == 303


async def test_a_disabled_account_is_out_at_once(office: Office):
    """Disabling an account ends its open sessions and its sign-in."""
    browser = await office.signed_in()
    with office.db.transaction() as session:
        account = find_account(session, "amina")
        assert account is not None
        account.disabled_at = office.clock.now()
    assert (await browser.get("/desk/")).status == 303
    assert (await office.browser().sign_in("amina", office.passwords["amina"])).status == 401


def test_the_first_start_makes_one_account_and_says_its_password_once(db: Database):
    """(name, password) on the first start, None on every later one; the password fits."""
    with db.transaction() as session:
        first = ensure_first_account(session, SATURDAY)
        assert first is not None
        name, password = first
        assert " " not in name and " " not in password and len(password) >= 16
        assert password_fits(find_account(session, name), password)
        assert ensure_first_account(session, SATURDAY) is None


def test_a_reset_password_signs_out_every_browser(db: Database):
    """The old password and the old sessions stop working."""
    with db.transaction() as session:
        old = create_account(session, "carol", SATURDAY, Role)
        account = find_account(session, "carol")
        assert account is not None
        token = sessions.open_session(session, account.id, SATURDAY)
        assert sessions.find_session(session, token, SATURDAY) is not None
        new = reset_password(session, "carol", by="amina", now=SATURDAY)
        assert sessions.find_session(session, token, SATURDAY) is None
        assert password_fits(account, new) and not password_fits(account, old)


@pytest.mark.parametrize("name", ["", "a", "two words", "<b>", "x" * 81, "carol"])
def test_a_name_that_cannot_be_is_refused(db: Database, name: str):
    """Names are short, plain and taken once."""
    with db.transaction() as session:
        create_account(session, "Carol", SATURDAY, Role)
        with pytest.raises(AccountError):
            create_account(session, name, SATURDAY, Role)


def test_accounts_from_the_command_line(db: Database, tmp_path, monkeypatch, capsys):
    """`python -m desk add NAME` prints a login that works; adding it again says why not."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert main(["add", "Dev"]) == 0
    name, password = re.fullmatch(r"login: (\S+) (\S+)\n", capsys.readouterr().out).groups()  # type: ignore[union-attr]
    with db.reading() as session:
        assert password_fits(find_account(session, name), password)
    assert main(["add", "dev"]) == 1
    assert "already" in capsys.readouterr().err
    assert main(["reset", "dev"]) == 0
