"""The guards around every page of the desk: who is signed in, forged forms, headers, and errors that tell nothing."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from common.settings import Settings
from desk import audit, sessions
from desk.catalogue import uploads
from desk.cookies import form_cookie, session_cookie
from desk.keys import DESK, SIGNED_IN, Desk
from desk.roles import MENU, home, may
from desk.sessions import SignedIn, Step

log = logging.getLogger(__name__)
# By route name; every other page needs somebody signed in.
OPEN_ROUTES = frozenset({"login", "login_begin", "login_back", "static"})
# What can be reached before the second factor was shown or set up; the first is where everything else leads.
STEPS = {Step.CODE: ("second_factor", "logout"), Step.ENROL: ("enrol", "enrol_picture", "logout")}
QUIET_ROUTES = frozenset(
    {"queue_counts", "live_talks", "live_lines"}
)  # asked for by a script, so nobody need sit there: they keep no session alive
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers then send `Origin: null` with our own forms, and the check below would refuse them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
ERRORS = {
    400: ("Something was missing", "Go back, check the form and send it again."),
    403: ("This page is not for you", "Your account may not open it. If you need it, ask whoever keeps the accounts."),
    404: ("Nothing here", "There is no page, referral or service at this address. Check it."),
    405: ("Not like this", "Go back to the queue and start again."),
    413: ("Too much at once", "Go back and send less."),
    500: (
        "Something went wrong",
        "Nothing was changed. Try again; if it happens again, tell whoever looks after the desk.",
    ),
}


OLD_FORM = ("This form is out of date", "Go back, reload the page and send the form again.")


class OldForm(web.HTTPForbidden):
    """A form that we did not make ourselves, or made for another session."""


def form_token(request: web.Request) -> str:
    """The hidden token of every form on the page: bound to the session, or before sign-in to the browser's form cookie."""
    desk = request.app[DESK]
    return desk.cipher.sign("desk-form", _bound_to(request, desk) or "")


def show(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """A page, with what every page needs: links, who is signed in, the form token, the time now."""
    desk, signed_in = request.app[DESK], request.get(SIGNED_IN)
    roles = signed_in.roles if signed_in and signed_in.step is Step.IN else frozenset()
    body = desk.pages.render(
        template,
        urls=request.app.router,
        who=signed_in.name if signed_in else "",
        menu=[entry for entry in MENU if may(roles, entry[1])],
        may=lambda route: may(roles, route),
        home=home(roles),
        token=form_token(request) if signed_in else "",
        now=desk.clock.now(),
        **context,
    )
    return web.Response(text=body, content_type="text/html", status=status)


@web.middleware
async def finish(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: turns every failure into a plain page, and puts the headers on whatever goes out."""
    try:
        response = await handler(request)
    except web.HTTPRedirection as redirect:
        redirect.headers.update(HEADERS)
        raise
    except web.HTTPException as error:
        response = _error_page(request, error.status, OLD_FORM if isinstance(error, OldForm) else None)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
    except Exception as error:
        # The text of a database error can hold what a resident wrote: only its kind is logged.
        log.error("desk page failed: route=%s error=%s", request.match_info.route.name, type(error).__name__)
        response = _error_page(request, 500)
    response.headers.update(HEADERS)
    return response


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody gets past who is not signed in or whose roles do not open the page; no form that we did not make ourselves."""
    desk, name = request.app[DESK], request.match_info.route.name
    token = request.cookies.get(session_cookie(desk.settings), "")
    now = desk.clock.now()
    signed_in = await desk.db.read(sessions.find_session, token, now) if token else None
    if signed_in is not None:
        signed_in = signed_in.at_step(desk.settings.second_factor_required)
        request[SIGNED_IN] = signed_in
        if name not in QUIET_ROUTES and now - signed_in.seen_at >= sessions.SEEN_EVERY:
            await desk.db.run(sessions.mark_seen, signed_in, now)
    elif name not in OPEN_ROUTES:
        wanted = f"?next={quote(request.path)}" if request.method == "GET" else ""
        raise web.HTTPSeeOther(f"{request.app.router['login'].url_for()}{wanted}")
    if signed_in is not None and name not in OPEN_ROUTES:
        await _check_roles(request, desk, signed_in)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        if name in uploads.ROUTES:
            request = uploads.roomy(request)
        await _check_form(request, desk)
    return await handler(request)


async def _check_roles(request: web.Request, desk: Desk, signed_in: SignedIn) -> None:
    """The front page leads each to their own; any other page that is not theirs answers 403, whatever is or is not there."""
    name, router = request.match_info.route.name, request.app.router
    if signed_in.step is not Step.IN:
        if name not in STEPS[signed_in.step]:
            raise web.HTTPSeeOther(str(router[STEPS[signed_in.step][0]].url_for()))
        return
    if request.match_info.http_exception is not None or may(signed_in.roles, name):
        return
    if name == "queue" and request.method in ("GET", "HEAD"):
        raise web.HTTPSeeOther(str(router[home(signed_in.roles)].url_for()))
    await desk.db.run(audit.note, who=signed_in.name, what="refused", object=name or "", now=desk.clock.now())
    raise web.HTTPForbidden


async def _check_form(request: web.Request, desk: Desk) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(origin, request, desk.settings):
        raise OldForm
    form = await request.post()
    bound_to = _bound_to(request, desk)
    token = str(form.get("token", ""))
    if not bound_to or not token.isascii() or not desk.cipher.verify("desk-form", bound_to, token):
        raise OldForm


def _is_ours(origin: str, request: web.Request, settings: Settings) -> bool:
    base = urlsplit(settings.public_base_url)
    if origin == f"{base.scheme}://{base.netloc}":
        return True
    return not settings.production and urlsplit(origin).netloc == request.host


def _bound_to(request: web.Request, desk: Desk) -> str | None:
    signed_in = request.get(SIGNED_IN)
    return signed_in.token if signed_in else request.cookies.get(form_cookie(desk.settings))


def _error_page(request: web.Request, status: int, words: tuple[str, str] | None = None) -> web.Response:
    title, text = words or ERRORS.get(status, ("This did not work", "Go back to the queue and try again."))
    return show(request, "error.html", status, title=title, text=text)
