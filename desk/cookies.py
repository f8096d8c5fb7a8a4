"""The desk's cookies: HttpOnly, SameSite=Lax, and pinned to this host behind https."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from common.settings import Settings


def secure(settings: Settings) -> bool:
    """True when residents and staff come by https."""
    return urlsplit(settings.public_base_url).scheme == "https"


def session_cookie(settings: Settings) -> str:
    """The `__Host-` prefix pins the cookie to this host, but browsers accept it over https only."""
    return _named(settings, "desk")


def form_cookie(settings: Settings) -> str:
    """What the sign-in form is bound to."""
    return _named(settings, "desk-form")


def begun_cookie(settings: Settings) -> str:
    """A sign-in with another provider that is under way in this browser."""
    return _named(settings, "desk-begun")


def set_cookie(
    response: web.StreamResponse, settings: Settings, name: str, value: str, max_age: int | None = None
) -> None:
    """Set it until the browser closes, or for `max_age` seconds."""
    response.set_cookie(name, value, httponly=True, samesite="Lax", secure=secure(settings), path="/", max_age=max_age)


def _named(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if secure(settings) else name
