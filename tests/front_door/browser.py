"""A browser without JavaScript, and a page as a test sees it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer


class Page(HTMLParser):
    """A page as a test sees it: messages, forms with their fields, balanced tags, links."""

    _VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self, html: str, status: int = 200) -> None:
        super().__init__()
        self.html = html
        self.status = status
        self.messages: list[dict[str, str]] = []
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.alerts: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if found.get("id"):
            self.ids.append(found["id"])
        if "data-from" in found:
            self.messages.append({"from": found["data-from"], "text": ""})
        if found.get("role") == "alert":
            self.alerts.append("")
        if tag == "form":
            self.forms.append({**found, "hidden": {}, "buttons": [], "boxes": {}})
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag == "input" and found.get("type") == "hidden":
            self.forms[-1]["hidden"][found["name"]] = found["value"]
        if tag == "button":
            if not self._inside("form"):
                self.forms.append({"hidden": {}, "buttons": [], "boxes": {}})
            self.forms[-1]["buttons"].append({**found, "text": ""})
        if tag == "textarea" and "name" in found:
            self.forms[-1]["boxes"][found["name"]] = ""
        if tag not in self._VOID:
            self._open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if any("data-from" in attrs for _, attrs in self._open):
            self.messages[-1]["text"] += data
        if any(attrs.get("role") == "alert" for _, attrs in self._open):
            self.alerts[-1] += data
        if self._inside("button"):
            self.forms[-1]["buttons"][-1]["text"] += data
        if self._open and self._open[-1][0] == "textarea" and self.forms and "name" in self._open[-1][1]:
            self.forms[-1]["boxes"][self._open[-1][1]["name"]] += data

    def _inside(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)

    @property
    def composer(self) -> dict[str, Any]:
        return next(form for form in self.forms if "message" in form["boxes"])

    @property
    def choices(self) -> dict[str, dict[str, Any]]:
        """The choice forms by the label of their button."""
        return {
            form["buttons"][0]["text"].strip(): form
            for form in self.forms
            if form["buttons"] and form["buttons"][0].get("name") == "choice"
        }

    def said(self, sender: str) -> list[str]:
        """The texts of one side, without the words that only screen readers hear."""
        who = {"assistant": "Assistant:", "resident": "You:"}[sender]
        return [" ".join(m["text"].split()).removeprefix(who).strip() for m in self.messages if m["from"] == sender]


class Browser:
    """A browser with its own cookies and without JavaScript: it sends forms and follows redirects."""

    def __init__(self, server: TestServer) -> None:
        self._server = server
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.page = Page("<p></p>")

    async def __aenter__(self) -> Browser:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    def url(self, path: str) -> str:
        return str(self._server.make_url(path))

    async def open(self, path: str = "/chat") -> Page:
        async with self.http.get(self.url(path)) as response:
            self.page = Page(await response.text(), response.status)
        return self.page

    async def submit(self, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
        """Post fields to /chat as a browser would, and follow the redirect."""
        async with self.http.post(self.url("/chat"), data=fields, headers=headers) as response:
            self.page = Page(await response.text(), response.status)
        return self.page

    async def send(self, text: str) -> Page:
        return await self.submit({**self.page.composer["hidden"], "message": text})

    async def press(self, label: str) -> Page:
        form = self.page.choices[label]
        return await self.submit({**form["hidden"], "choice": form["buttons"][0]["value"]})

    async def json(self, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Post as a script that wants JSON."""
        async with self.http.post(self.url("/chat"), data=fields, headers={"Accept": "application/json"}) as response:
            return response.status, await response.json()


async def ask(browser: Browser, text: str) -> dict[str, Any]:
    """The JSON answer to a message that must be taken."""
    status, answer = await browser.json({**browser.page.composer["hidden"], "message": text})
    assert status == 200, answer
    return answer
