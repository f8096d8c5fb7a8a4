"""Headers that every answer carries, and our own pages for errors."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from common.settings import Settings
from front_door.faults import where
from front_door.web.pages import Pages, page
from front_door.words import Words

logger = logging.getLogger(__name__)

_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Not "no-referrer": with it browsers send "Origin: null" for our own forms, and the origin check would refuse them.
_REFERRERS = "same-origin"
_NO_DEVICES = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
_PAGES = {
    400: "problem",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    413: "too_big",
    429: "too_many",
    503: "busy",
}
_OTHER_ROOMS = ("/desk", "/open-referral")


def headers(settings: Settings) -> Middleware:
    """Adds the security headers an answer does not set itself. Everything but static files is never stored."""
    https = settings.public_base_url.startswith("https://")

    @web.middleware
    async def add(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            _add(error.headers, request)
            raise
        _add(response.headers, request)
        return response

    def _add(found: Any, request: web.Request) -> None:
        found.setdefault("Content-Security-Policy", _CONTENT_POLICY)
        found.setdefault("Referrer-Policy", _REFERRERS)
        found.setdefault("X-Content-Type-Options", "nosniff")
        found.setdefault("X-Frame-Options", "DENY")
        found.setdefault("Permissions-Policy", _NO_DEVICES)
        if not request.path.startswith("/open-referral"):
            found.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        static = request.path.startswith("/static/")
        found.setdefault("Cache-Control", "public, max-age=86400" if static else "no-store")
        if https:
            found.setdefault("Strict-Transport-Security", "max-age=31536000")

    return add


def errors(pages: Pages, words: Words) -> Middleware:
    """Our own pages instead of bare errors, for people; short JSON for scripts. Staff pages and the read API keep theirs.
    Nothing of an unexpected error but its kind is logged: its message may hold what a resident wrote.
    """

    @web.middleware
    async def catch(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400 or request.path.startswith(_OTHER_ROOMS):
                raise
            kept = {k: v for k, v in error.headers.items() if k in ("Retry-After", "Allow")}
            return _answer(request, error.status, kept)
        except Exception as error:
            logger.error("%s %s: %s", request.method, _route(request), where(error))
            return _answer(request, 500, {})

    def _answer(request: web.Request, status: int, kept: dict[str, str]) -> web.Response:
        name = _PAGES.get(status, "problem")
        if wants_json(request):
            return web.json_response({"error": name, "message": words.trouble[name].text}, status=status, headers=kept)
        response = page(pages.trouble(words.trouble[name]), status)
        response.headers.update(kept)
        return response

    return catch


def wants_json(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown path"
