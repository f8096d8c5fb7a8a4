"""Keeping what was said: a page to print and a file to save, both without JavaScript."""

from __future__ import annotations

from aiohttp import web

from front_door.web.pages import Pages, page
from front_door.web.reading import Reading

_FILE_NAME = "chat.txt"  # says nothing of what it is about


class Keeping:
    """The routes for print and save."""

    def __init__(self, pages: Pages, reading: Reading) -> None:
        self._pages = pages
        self._reading = reading

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/chat/print", self.printed), web.get("/chat/save", self.saved)]

    async def printed(self, request: web.Request) -> web.Response:
        """The transcript for paper: no box, no choices."""
        _, transcript = await self._reading.of(request)
        return page(self._pages.printed(transcript))

    async def saved(self, request: web.Request) -> web.Response:
        """The transcript as a plain text file to download."""
        _, transcript = await self._reading.of(request)
        return web.Response(
            text=self._pages.saved(transcript),
            content_type="text/plain",
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="{_FILE_NAME}"'},
        )
