"""The guards around every page of the desk: who is signed in, forged forms, headers, and errors that tell nothing."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from common.settings import Settings
from desk import sessions
from desk.catalogue import uploads
from desk.keys import DESK, SIGNED_IN, Desk

log = logging.getLogger(__name__)
OPEN_ROUTES = frozenset({"login", "static"})  # by route name; every other page needs somebody signed in
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
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
    403: ("This form is out of date", "Go back, reload the page and send the form again."),
    404: ("Nothing here", "There is no page, referral or service at this address. Check it."),
    405: ("Not like this", "Go back to the queue and start again."),
    413: ("Too much at once", "Go back and send less."),
    500: (
        "Something went wrong",
        "Nothing was changed. Try again; if it happens again, tell whoever looks after the desk.",
    ),
}


def secure(settings: Settings) -> bool:
    return urlsplit(settings.public_base_url).scheme == "https"


def session_cookie(settings: Settings) -> str:
    """The `__Host-` prefix pins the cookie to this host, but browsers accept it over https only."""
    return "__Host-desk" if secure(settings) else "desk"


def form_cookie(settings: Settings) -> str:
    return "__Host-desk-form" if secure(settings) else "desk-form"


def set_cookie(response: web.StreamResponse, settings: Settings, name: str, value: str) -> None:
    response.set_cookie(name, value, httponly=True, samesite="Lax", secure=secure(settings), path="/")


def form_token(request: web.Request) -> str:
    """The hidden token of every form on the page: bound to the session, or before sign-in to the browser's form cookie."""
    desk = request.app[DESK]
    return desk.cipher.sign("desk-form", _bound_to(request, desk) or "")


def show(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """A page, with what every page needs: links, who is signed in, the form token, the time now."""
    desk, signed_in = request.app[DESK], request.get(SIGNED_IN)
    body = desk.pages.render(
        template,
        urls=request.app.router,
        who=signed_in.name if signed_in else "",
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
        response = _error_page(request, error.status)
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
    """Nobody gets past who is not signed in; no form that we did not make ourselves."""
    desk = request.app[DESK]
    token = request.cookies.get(session_cookie(desk.settings), "")
    now = desk.clock.now()
    signed_in = await desk.db.read(sessions.find_session, token, now) if token else None
    if signed_in is not None:
        request[SIGNED_IN] = signed_in
        if now - signed_in.seen_at >= sessions.SEEN_EVERY:
            await desk.db.run(sessions.mark_seen, signed_in, now)
    elif request.match_info.route.name not in OPEN_ROUTES:
        wanted = f"?next={quote(request.path)}" if request.method == "GET" else ""
        raise web.HTTPSeeOther(f"{request.app.router['login'].url_for()}{wanted}")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        if request.match_info.route.name in uploads.ROUTES:
            request = uploads.roomy(request)
        await _check_form(request, desk)
    return await handler(request)


async def _check_form(request: web.Request, desk: Desk) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(origin, request, desk.settings):
        raise web.HTTPForbidden
    form = await request.post()
    bound_to = _bound_to(request, desk)
    token = str(form.get("token", ""))
    if not bound_to or not token.isascii() or not desk.cipher.verify("desk-form", bound_to, token):
        raise web.HTTPForbidden


def _is_ours(origin: str, request: web.Request, settings: Settings) -> bool:
    base = urlsplit(settings.public_base_url)
    if origin == f"{base.scheme}://{base.netloc}":
        return True
    return not settings.production and urlsplit(origin).netloc == request.host


def _bound_to(request: web.Request, desk: Desk) -> str | None:
    signed_in = request.get(SIGNED_IN)
    return signed_in.token if signed_in else request.cookies.get(form_cookie(desk.settings))


def _error_page(request: web.Request, status: int) -> web.Response:
    title, text = ERRORS.get(status, ("This did not work", "Go back to the queue and try again."))
    return show(request, "error.html", status, title=title, text=text)
