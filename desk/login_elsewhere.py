"""Signing in with a provider that has pages of its own: there, and back with an answer that belongs to this browser."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidTag

from common.encryption import Cipher
from desk.cookies import begun_cookie, set_cookie
from desk.identity import LOCAL, Begun, Identity, Provider, Refused
from desk.keys import DESK, Desk

WITHIN = 600  # seconds from going there to coming back
LetIn = Callable[[web.Request, Identity, str], Awaitable[web.StreamResponse]]
Form = Callable[[web.Request, str, Refused | None], web.Response]


def add_elsewhere(app: web.Application, let_in: LetIn, form: Form) -> None:
    """The two addresses of each provider. `let_in` opens the session; `form` is the sign-in page with the reason of a refusal."""

    async def begin(request: web.Request) -> web.StreamResponse:
        """Off to the provider, by a link and not by a form: our policy lets forms lead to ourselves alone."""
        desk, provider = request.app[DESK], _provider(request)
        back = str(request.app.router["login_back"].url_for(provider=provider.key))
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        begun = Begun(state, nonce, verifier, f"{desk.settings.public_base_url}{back}")
        response = web.HTTPSeeOther(await provider.begin(begun))
        kept = {"provider": provider.key, "next": request.query.get("next", ""), "until": _until(desk), **asdict(begun)}
        set_cookie(response, desk.settings, begun_cookie(desk.settings), _seal(desk.cipher, kept), max_age=WITHIN)
        raise response

    async def back(request: web.Request) -> web.StreamResponse:
        """Back from the provider: only in the browser that went, once, within ten minutes, with the same `state`."""
        desk, provider = request.app[DESK], _provider(request)
        kept = _open(desk.cipher, request.cookies.get(begun_cookie(desk.settings), ""))
        answer = dict(request.query)
        mine = kept.get("provider") == provider.key and kept.get("until", 0) > desk.clock.now().timestamp()
        if not mine or not hmac.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
            return _forget(form(request, "", Refused.WRONG), desk)
        begun = Begun(kept["state"], kept["nonce"], kept["verifier"], kept["back"])
        result = await provider.finish(answer, begun, request.remote or "")
        if isinstance(result, Refused):
            return _forget(form(request, kept["next"], result), desk)
        try:
            return _forget(await let_in(request, result, kept["next"]), desk)
        except web.HTTPSeeOther as on:
            raise _forget(on, desk) from None

    one = "/login/with/{provider:[a-z-]{1,40}}"
    app.router.add_get(one, begin, name="login_begin")
    app.router.add_get(f"{one}/back", back, name="login_back")


def _provider(request: web.Request) -> Provider:
    found = request.app[DESK].providers.get(request.match_info["provider"])
    if found is None or found.key == LOCAL:
        raise web.HTTPNotFound
    return found


def _until(desk: Desk) -> float:
    return desk.clock.now().timestamp() + WITHIN


def _forget(response: Any, desk: Desk) -> Any:
    response.del_cookie(begun_cookie(desk.settings), path="/")
    return response


def _seal(cipher: Cipher, kept: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(cipher.encrypt(json.dumps(kept))).decode()


def _open(cipher: Cipher, cookie: str) -> dict[str, Any]:
    try:
        return dict(json.loads(cipher.decrypt(base64.urlsafe_b64decode(cookie.encode()))))
    except (InvalidTag, ValueError, binascii.Error):
        return {}
