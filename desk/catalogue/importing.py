"""The page on which staff import a feed from an address or a file."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy.orm import Session

from desk import audit
from desk.catalogue.feed_import import COUNTS, FeedImports
from desk.catalogue.pages import field, go, page, read_and_note
from desk.catalogue.uploads import saved
from desk.keys import DESK, SIGNED_IN
from service_catalogue.starter_record import STARTER

IMPORTS = web.AppKey("imports", FeedImports)
MOST_SHOWN = 200
_NOTHING = "Give an address, or choose a file."
_BUSY = "Another import is still running. Wait until it is done."


async def import_page(request: web.Request) -> web.StreamResponse:
    """The form, and how the newest import from here is getting on."""
    return await _page(request)


async def import_begin(request: web.Request) -> web.StreamResponse:
    """Begin the import and go back to the page, which tells how it gets on."""
    desk, who, imports = request.app[DESK], request[SIGNED_IN], request.app[IMPORTS]
    address, name = (await field(request, "address")).strip(), " ".join((await field(request, "name")).split())[:200]
    path = None if address else await saved(request, "file", desk.settings.var_dir / "uploads")
    problem = await _wrong(address, desk.settings.production) if address else "" if path else _NOTHING
    if path is not None and not name:
        problem = "Give the source a name, so that the next file of the same publisher can be told to be its."
    if name.casefold() == STARTER:
        problem = "Give the source another name. This one stands for our own spreadsheet."
    if problem:
        if path is not None:
            await asyncio.to_thread(path.unlink)
        return await _page(request, problem=problem, address=address, name=name, status=422)
    feed = address or str(path)
    shown_as = address or f"a file of {name}"
    wanted = {"source_name": name or None, "allow_removals": await field(request, "removals") == "yes"}
    if not imports.start(feed, shown_as=shown_as, who=who.name, delete=path, **wanted):
        if path is not None:
            await asyncio.to_thread(path.unlink)
        return await _page(request, problem=_BUSY, address=address, name=name, status=409)

    def work(session: Session) -> None:
        audit.note(session, who=who.name, what="import_begun", object="import", now=desk.clock.now(), detail=shown_as)

    await desk.db.run(work)
    raise go(request, "feeds", said="importing")


async def _wrong(address: str, production: bool) -> str:
    """What is wrong with an address, in words for staff; empty when it may be read. In production it must be one that
    anybody on the internet can read: the desk is no way into the council's own network."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in ("http", "https") or parts.username or len(address) > 500 or " " in address:
        return "Give the whole address of the feed. It starts with https:// and has no spaces in it."
    if not production:
        return ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return "There is no such address. Check how it is spelled."
    if not all(ipaddress.ip_address(str(one[4][0]).split("%")[0]).is_global for one in found):
        return "This address lies inside a private network. A feed has a public address."
    return ""


async def _page(
    request: web.Request, problem: str = "", address: str = "", name: str = "", status: int = 200
) -> web.Response:
    await read_and_note(request, "import", lambda session: None)
    job = request.app[IMPORTS].job
    issues = (job.report or {}).get("issues", []) if job else []
    issues = sorted(issues, key=lambda one: one["severity"] != "error")  # what was lost first
    return await page(
        request,
        "import.html",
        status,
        problem=problem,
        address=address,
        name=name,
        job=job,
        counts=COUNTS,
        issues=issues[:MOST_SHOWN],
        left=max(0, len(issues) - MOST_SHOWN) + ((job.report or {}).get("not_listed", 0) if job else 0),
    )
