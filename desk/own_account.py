"""What everybody sees of their own account: their roles, and the second factor to set up."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from desk import second_factor, totp
from desk.identity import Refused
from desk.keys import DESK, SIGNED_IN
from desk.login import CODE_PROBLEMS
from desk.model import StaffAccount
from desk.roles import ROLE_WORDS
from desk.security import show
from desk.sessions import SignedIn

WRONG_FIRST = "That code does not fit. Check that the time on your phone is right, then type the newest code."


def add_own_account(app: web.Application) -> None:
    """The pages under /account."""
    app.router.add_get("/account", own_account, name="own_account")
    enrol = app.router.add_resource("/account/second-factor", name="enrol")
    enrol.add_route("GET", enrol_page)
    enrol.add_route("POST", enrol_now)
    app.router.add_get("/account/second-factor/picture.svg", enrol_picture, name="enrol_picture")
    app.router.add_post("/account/recovery-codes", new_codes, name="recovery_codes")


async def own_account(request: web.Request) -> web.StreamResponse:
    """Name, roles, teams, and how it stands with the second factor."""
    return await _page(request)


async def enrol_page(request: web.Request) -> web.StreamResponse:
    """The key as a picture and as text, and a field for the first code."""
    return await _enrol(request)


async def enrol_picture(request: web.Request) -> web.StreamResponse:
    """The key for the app's camera; gone once the factor is set up."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    key = await desk.db.run(second_factor.key_to_enrol, who)
    if key is None:
        raise web.HTTPNotFound
    return web.Response(body=totp.picture(key, who.name), content_type="image/svg+xml")


async def enrol_now(request: web.Request) -> web.StreamResponse:
    """The first code sets it up; then the recovery codes are shown, this once."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    code = str((await request.post()).get("code", ""))
    codes = await desk.db.run(second_factor.enrol, who, code, desk.clock.now())
    if codes is None:
        return await _enrol(request, WRONG_FIRST, 422)
    return show(request, "account/codes.html", codes=codes)


async def new_codes(request: web.Request) -> web.StreamResponse:
    """Ten new recovery codes for a code of the app; the old ones stop working."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    code, now = str((await request.post()).get("code", "")), desk.clock.now()

    def work(session: Session) -> list[str] | Refused:
        why = second_factor.try_code(session, desk.cipher, who, code, request.remote or "", now)
        return why or second_factor.renew_codes(session, who, now)

    codes = await desk.db.run(work)
    if isinstance(codes, Refused):
        status, problem = CODE_PROBLEMS[codes]
        return await _page(request, problem, status)
    return show(request, "account/codes.html", codes=codes)


async def _page(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    desk, who = request.app[DESK], request[SIGNED_IN]
    found = await desk.db.read(_read, who)
    return show(request, "account/own.html", status, problem=problem, signed_in=who, role_words=ROLE_WORDS, **found)


def _read(session: Session, who: SignedIn) -> dict[str, Any]:
    account = session.get_one(StaffAccount, who.account_id)
    return {"account": account, "codes_left": second_factor.codes_left(session, account.id)}


async def _enrol(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    desk, who = request.app[DESK], request[SIGNED_IN]
    key = await desk.db.run(second_factor.key_to_enrol, who)
    if key is None:
        raise web.HTTPSeeOther(str(request.app.router["own_account"].url_for()))
    return show(request, "account/enrol.html", status, problem=problem, key=totp.in_groups(key))
