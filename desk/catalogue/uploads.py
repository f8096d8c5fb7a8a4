"""Files that staff send."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from aiohttp import web

MOST_BYTES = 100 * 1024 * 1024
ROUTES = frozenset({"feeds", "spreadsheet"})  # by route name; every other page takes only a small form


def roomy(request: web.Request) -> web.Request:
    """The same request, allowed to be as large as a file may be. To be called before its body is read."""
    return request.clone(client_max_size=MOST_BYTES)


async def uploaded(request: web.Request, name: str) -> bytes:
    """The content of the file in field `name`; empty when none was chosen."""
    part = (await request.post()).get(name)
    return await asyncio.to_thread(part.file.read) if isinstance(part, web.FileField) else b""


async def saved(request: web.Request, name: str, folder: Path) -> Path | None:
    """The file in field `name`, written under a name of our own into `folder`; None when none was chosen or it is empty.
    The caller deletes it."""
    part = (await request.post()).get(name)
    if not isinstance(part, web.FileField):
        return None

    def write() -> Path | None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="feed-", delete=False) as copy:
            shutil.copyfileobj(part.file, copy)
            path = Path(copy.name)
        if path.stat().st_size:
            return path
        path.unlink()
        return None

    return await asyncio.to_thread(write)
