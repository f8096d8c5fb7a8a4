"""Whether a reader's copy is still good: entity tags and times that follow from the catalogue's version token."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta, timezone

from aiohttp import web

SHAPE = "1"  # raise when the same catalogue comes to be told in another way


class Freshness:
    """`salt`: what answers follow from besides the catalogue (the words they are told in)."""

    def __init__(self, salt: str) -> None:
        self._salt = f"{SHAPE}\n{salt}"
        self._token = ""
        self._since = datetime.fromtimestamp(0, timezone.utc)
        self._lock = threading.Lock()

    def stamp(self, token: str, path: str) -> tuple[str, datetime]:
        """The entity tag of `path` (with its query) at this version of the catalogue, and the second since which we have
        seen this version. A later version gets a later second, even when both came within one."""
        tag = hashlib.sha256(f"{self._salt}\n{token}\n{path}".encode("utf-8", "replace")).hexdigest()[:32]
        with self._lock:
            if token != self._token:
                now = datetime.now(timezone.utc).replace(microsecond=0)
                self._token, self._since = token, max(now, self._since + timedelta(seconds=1))
            return tag, self._since


def still_good(request: web.Request, tag: str, since: datetime) -> bool:
    """Does the reader have this answer already? Tags count before times (RFC 9110)."""
    if request.if_none_match is not None:
        return any(known.value == tag for known in request.if_none_match)
    known_since = request.if_modified_since
    return known_since is not None and since <= known_since
