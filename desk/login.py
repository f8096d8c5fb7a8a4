"""Signing in with the desk's own form, the second step after it, and signing out."""

from __future__ import annotations

import logging
import re
import secrets

from aiohttp import web

from desk import audit, second_factor, sessions
from desk.admission import admit, refused
from desk.cookies import form_cookie, session_cookie, set_cookie
from desk.identity import LOCAL, Begun, Identity, Refused
from desk.keys import DESK, SIGNED_IN, Desk
from desk.login_elsewhere import add_elsewhere
from desk.roles import home
from desk.security import show
from desk.sessions import SignedIn, Step

log = logging.getLogger(__name__)
# Where a sign-in may lead: a page of the desk, and nothing else.
OURS = re.compile(r"/desk/(?:(?!log)[A-Za-z0-9_-]{1,40}(?:/[A-Za-z0-9_-]{1,40}){0,4})?")
PROBLEMS = {
    Refused.WRONG: (401, "That name and password do not belong together. Check both and try again."),
    Refused.TOO_MANY: (429, "Too many tries. Wait 15 minutes, then try again."),
    Refused.NOT_STAFF: (403, "You have no account here that is open. Ask whoever keeps the accounts."),
}
CODE_PROBLEMS = {
    **PROBLEMS,
    Refused.WRONG: (401, "That code is not right, or it has been used. Wait for the next one and try again."),
}


def add_login(app: web.Application) -> None:
    """The pages that lead in and out."""
    login = app.router.add_resource("/login", name="login")
    login.add_route("GET", login_page)
    login.add_route("POST", sign_in)
    code = app.router.add_resource("/login/code", name="second_factor")
    code.add_route("GET", code_page)
    code.add_route("POST", check_code)
    app.router.add_post("/logout", sign_out, name="logout")
    add_elsewhere(app, let_in, login_form)


async def login_page(request: web.Request) -> web.StreamResponse:
    """The sign-in form."""
    return login_form(request, wanted=request.query.get("next", ""))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check name and password; on success a new session and the way to the page that was wanted."""
    desk = request.app[DESK]
    form = await request.post()
    name, password, wanted = (str(form.get(field, "")) for field in ("name", "password", "next"))
    result = await desk.providers[LOCAL].finish({"name": name, "password": password}, Begun(), request.remote or "")
    if isinstance(result, Refused):
        await desk.db.run(refused, name, result, desk.clock.now())
        return login_form(request, wanted, result, name)
    return await let_in(request, result, wanted)


async def let_in(request: web.Request, identity: Identity, wanted: str) -> web.StreamResponse:
    """A session for somebody whom a provider has identified, and the way on: the page that was wanted, or the second step."""
    desk = request.app[DESK]
    token = await desk.db.run(admit, identity, desk.clock.now())
    if isinstance(token, Refused):
        return login_form(request, wanted, token, identity.name)
    raise _on(request, desk, await _read(desk, token), wanted)


async def code_page(request: web.Request) -> web.StreamResponse:
    """The form that asks for the code."""
    if request[SIGNED_IN].step is Step.IN:
        raise web.HTTPSeeOther(str(request.app.router[home(request[SIGNED_IN].roles)].url_for()))
    return show(request, "login_code.html", problem="", wanted=_ours(request.query.get("next", "")))


async def check_code(request: web.Request) -> web.StreamResponse:
    """A right code signs in: with a new token, so that one which somebody saw before is worth nothing."""
    desk, who, form = request.app[DESK], request[SIGNED_IN], await request.post()
    code, wanted, now = str(form.get("code", "")), _ours(str(form.get("next", ""))), desk.clock.now()
    why = await desk.db.run(second_factor.try_code, desk.cipher, who, code, request.remote or "", now)
    if why is not None:
        status, problem = CODE_PROBLEMS[why]
        return show(request, "login_code.html", status, problem=problem, wanted=wanted)
    token = await desk.db.run(sessions.upgrade, who, now)
    raise _on(request, desk, await _read(desk, token), wanted)


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session on the server, so that its cookie is worth nothing, and forget the cookie."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    await desk.db.run(sessions.revoke, who, desk.clock.now())
    await desk.db.run(audit.note, who=who.name, what="signed_out", object=f"account {who.name}", now=desk.clock.now())
    response = web.HTTPSeeOther(str(request.app.router["login"].url_for()))
    set_cookie(response, desk.settings, session_cookie(desk.settings), "")
    raise response


def login_form(request: web.Request, wanted: str = "", why: Refused | None = None, name: str = "") -> web.Response:
    """The sign-in form, with the reason why nobody was signed in."""
    desk = request.app[DESK]
    if why:
        log.warning("sign-in refused: %s", why.value)
    cookie = form_cookie(desk.settings)
    signed_in = request.get(SIGNED_IN)
    bound_to = signed_in.token if signed_in else request.cookies.get(cookie) or secrets.token_urlsafe(18)
    status, problem = PROBLEMS[why] if why else (200, "")
    response = show(
        request,
        "login.html",
        status,
        problem=problem,
        name=name,
        wanted=_ours(wanted),
        login_token=desk.cipher.sign("desk-form", bound_to),
        others=[way for way in desk.providers.values() if way.key != LOCAL],
    )
    if signed_in is None:
        set_cookie(response, desk.settings, cookie, bound_to)
    return response


async def _read(desk: Desk, token: str) -> SignedIn:
    who = await desk.db.read(sessions.find_session, token, desk.clock.now())
    assert who is not None, "a session that was opened this moment"
    return who.at_step(desk.settings.second_factor_required)


def _on(request: web.Request, desk: Desk, who: SignedIn, wanted: str) -> web.HTTPSeeOther:
    router, wanted = request.app.router, _ours(wanted)
    if who.step is Step.CODE:
        code = router["second_factor"].url_for()
        response = web.HTTPSeeOther(str(code.with_query(next=wanted) if wanted else code))
    elif who.step is Step.ENROL:
        response = web.HTTPSeeOther(str(router["enrol"].url_for()))
    else:
        response = web.HTTPSeeOther(wanted or str(router[home(who.roles)].url_for()))
    set_cookie(response, desk.settings, session_cookie(desk.settings), who.token)
    response.del_cookie(form_cookie(desk.settings), path="/")
    return response


def _ours(wanted: str) -> str:
    return wanted if OURS.fullmatch(wanted) else ""
