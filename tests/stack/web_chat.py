"""A resident on the web page without a browser: the page's own JSON, over plain HTTP."""

from __future__ import annotations

import http.cookiejar
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any


class WebChat:
    """One chat. `say` and `choose` give the labels of the choices then open; `urls` are the addresses that were asked for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._sent = 0
        self.choices: dict[str, str] = {}
        self.said = ""
        self.urls: list[str] = []
        self._csrf = self.ask("/chat")["hidden"]["csrf"]

    def ask(self, path: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
        data = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self._url + path, data, {"Accept": "application/json"})
        with self._opener.open(request, timeout=15) as answer:
            self.urls.append(answer.geturl())
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def html(self, path: str) -> str:
        """A page as a browser gets it."""
        with self._opener.open(self._url + path, timeout=15) as answer:
            self.urls.append(answer.geturl())
            return str(answer.read().decode())

    def say(self, text: str) -> list[str]:
        return self._post({"message": text})

    def choose(self, label: str) -> list[str]:
        return self._post({"choice": self.choices[label]})

    def _post(self, what: dict[str, str]) -> list[str]:
        self._sent += 1
        fields = {"csrf": self._csrf, "client_id": f"script-{self._sent}", **what}
        end = time.monotonic() + 20
        while True:  # the same id again is the same message: its reply is waited for
            answer = self.ask("/chat", fields)
            if answer["messages"] or time.monotonic() > end:
                break
        self.said = "\n".join(message["text"] for message in answer["messages"])
        found = [choice for message in answer["messages"] for choice in message["choices"]]
        self.choices = {choice["label"]: choice["value"] for choice in found}
        return list(self.choices)
