"""Who is writing: one random token in a cookie, one form token made from it, and where a post may come from."""

from __future__ import annotations

import hashlib
import re
import secrets
from urllib.parse import urlsplit

from aiohttp import web

from common.encryption import Cipher
from common.settings import Settings

SECURE_NAME, PLAIN_NAME = "__Host-chat", "chat"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """The cookie holds 256 random bits; only their digest is stored. The form token is a signature of them.

    Over https the cookie is `__Host-` and Secure. Outside production a page reached by another address than PUBLIC_BASE_URL
    (a developer's http://127.0.0.1) gets a plain cookie, because a browser would not send the other one back.
    """

    def __init__(self, settings: Settings, cipher: Cipher) -> None:
        self._base = urlsplit(settings.public_base_url)
        self._production = settings.production
        self._cipher = cipher

    def read(self, request: web.Request) -> str | None:
        """The token of the request's cookie, or None when it has none of ours."""
        token = request.cookies.get(self._cookie_name(request), "")
        return token if _TOKEN.fullmatch(token) else None

    @staticmethod
    def fresh() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def digest(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    def form_token(self, token: str) -> str:
        return self._cipher.sign("form", token)

    def post_key(self, token: str | None, repeat_key: str) -> str:
        """The keyed digest by which a post is known again, whether it was stored or refused."""
        return self._cipher.digest(f"post: {token or ''}\0{repeat_key}")

    def give(self, request: web.Request, response: web.StreamResponse, token: str) -> None:
        """Put the token into the browser until it is closed."""
        name = self._cookie_name(request)
        response.set_cookie(name, token, path="/", httponly=True, samesite="Lax", secure=name == SECURE_NAME)

    def take_back(self, request: web.Request, response: web.StreamResponse) -> None:
        name = self._cookie_name(request)
        response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=name == SECURE_NAME)

    def may_post(self, request: web.Request, token: str | None, form_token: str) -> bool:
        """True when the post comes from a page of ours that was given to this session."""
        if token is None or not self.own_origin(request):
            return False
        try:
            return self._cipher.verify("form", token, form_token)
        except TypeError:  # compare_digest takes ASCII only
            return False

    def own_origin(self, request: web.Request) -> bool:
        """False for a foreign Origin. A client that sends none (no browser does that for a post) is judged by its token."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
        own = {f"{self._base.scheme}://{self._base.netloc}".lower()}
        if not self._production:
            own |= {f"{scheme}://{request.host}".lower() for scheme in ("http", "https")}
        return origin.lower() in own

    def _cookie_name(self, request: web.Request) -> str:
        secure = self._base.scheme == "https" and (self._production or request.host == self._base.netloc)
        return SECURE_NAME if secure else PLAIN_NAME
