"""A form post of one of our own pages, checked as every page checks it."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from front_door.forms import BadBody, read_fields
from front_door.web.limits import PerMinute
from front_door.web.sessions import Sessions


async def posted(request: web.Request, sessions: Sessions, posts: PerMinute) -> tuple[str, Mapping[str, str]]:
    """(the session's token, the fields). Raises HTTP 400 for a body that cannot be read, 403 without our session and form token,
    429 when the address has used up its `posts`.
    """
    try:
        fields = await read_fields(request)
    except BadBody:
        raise web.HTTPBadRequest() from None
    token = sessions.read(request)
    if token is None or not sessions.may_post(request, token, fields.get("csrf", "")):
        raise web.HTTPForbidden()
    if not posts.take(request.remote or ""):
        raise web.HTTPTooManyRequests(headers={"Retry-After": "60"})
    return token, fields
