"""Signing in and out."""

from __future__ import annotations

import logging
import re
import secrets

from aiohttp import web

from desk import sessions
from desk.keys import DESK, SIGNED_IN
from desk.login_check import Refused
from desk.security import form_cookie, session_cookie, set_cookie, show

log = logging.getLogger(__name__)
# Where a sign-in may lead; nothing else.
OURS = re.compile(r"/desk/(?:data|referrals/[A-Za-z0-9-]{1,16}|catalogue(?:/[a-z0-9_-]{1,40}){0,4})?")
PROBLEMS = {
    Refused.WRONG: (401, "That name and password do not belong together. Check both and try again."),
    Refused.TOO_MANY: (429, "Too many tries. Wait 15 minutes, then try again."),
}


async def login_page(request: web.Request) -> web.StreamResponse:
    """The sign-in form."""
    return _form(request, wanted=request.query.get("next", ""))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check name and password; on success a new session and the way to the page that was wanted."""
    desk = request.app[DESK]
    form = await request.post()
    name, password, wanted = (str(form.get(field, "")) for field in ("name", "password", "next"))
    result = await desk.login.sign_in(name, password, request.remote or "")
    if isinstance(result, Refused):
        log.warning("sign-in refused: %s", result.value)
        return _form(request, wanted=wanted, refused=result, name=name)
    response = web.HTTPSeeOther(wanted if OURS.fullmatch(wanted) else str(request.app.router["queue"].url_for()))
    set_cookie(response, desk.settings, session_cookie(desk.settings), result)
    response.del_cookie(form_cookie(desk.settings), path="/")
    raise response


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session on the server, so that its cookie is worth nothing, and forget the cookie."""
    desk = request.app[DESK]
    await desk.db.run(sessions.revoke, request[SIGNED_IN], desk.clock.now())
    response = web.HTTPSeeOther(str(request.app.router["login"].url_for()))
    set_cookie(response, desk.settings, session_cookie(desk.settings), "")
    raise response


def _form(request: web.Request, wanted: str, refused: Refused | None = None, name: str = "") -> web.Response:
    desk = request.app[DESK]
    cookie = form_cookie(desk.settings)
    signed_in = request.get(SIGNED_IN)
    bound_to = signed_in.token if signed_in else request.cookies.get(cookie) or secrets.token_urlsafe(18)
    status, problem = PROBLEMS[refused] if refused else (200, "")
    response = show(
        request,
        "login.html",
        status,
        problem=problem,
        name=name,
        wanted=wanted if OURS.fullmatch(wanted) else "",
        login_token=desk.cipher.sign("desk-form", bound_to),
    )
    if signed_in is None:
        set_cookie(response, desk.settings, cookie, bound_to)
    return response
