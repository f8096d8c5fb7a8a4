"""Reading what a stranger posted: a form or JSON, as plain strings, never an exception of the parser's own."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict


class BadBody(ValueError):
    """The body is neither a form nor a JSON object with texts; or its characters cannot be read."""


async def read_form(request: web.Request) -> MultiDict[str]:
    """The fields of a form post; files are left out. Raises BadBody; too large a body raises HTTP 413."""
    try:
        fields = await request.post()
    except (ValueError, LookupError, AssertionError, HttpProcessingError) as error:
        raise BadBody(type(error).__name__) from None
    return MultiDict((name, value) for name, value in fields.items() if isinstance(value, str))


async def read_fields(request: web.Request) -> Mapping[str, str]:
    """The fields of a form post or of a JSON object. Raises BadBody; too large a body raises HTTP 413."""
    if request.content_type != "application/json":
        return await read_form(request)
    try:
        body = json.loads(await request.text())
    except (ValueError, LookupError, RecursionError) as error:
        raise BadBody(type(error).__name__) from None
    if not isinstance(body, dict) or not all(isinstance(value, (str, int, type(None))) for value in body.values()):
        raise BadBody("not an object of texts")
    return {name: well_formed("" if value is None else str(value)) for name, value in body.items()}


def well_formed(text: str) -> str:
    """The same text without lone surrogates, which no encoding of a database or of the network can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
