"""The two doors a scripted resident can knock at: our front door's JSON, and the REST channel of stock Rasa."""

from __future__ import annotations

import json
import uuid
from typing import Any, Protocol

import aiohttp

from bench.people import Heard, Said

PATIENCE = 60.0  # seconds for one message; longer is a failure


class Failed(Exception):
    """A message was not answered; the text says how."""


class Door(Protocol):
    """One conversation. `say` gives the replies to one message or raises Failed."""

    async def open(self) -> None: ...

    async def say(self, said: Said) -> Heard: ...


class FrontDoor:
    """A conversation by `POST /chat` with `Accept: application/json`, as any script may have one.

    visitor: an address of its own for each conversation, believed because the benchmark's front door trusts this machine as a proxy: the
    limits of one address are for one household, not for a town.
    """

    def __init__(self, http: aiohttp.ClientSession, url: str, visitor: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Accept": "application/json", "X-Forwarded-For": visitor}
        self._cookie: dict[str, str] = {}
        self._csrf = ""
        self._sent = 0

    async def open(self) -> None:
        async with self._http.get(f"{self._url}/chat", headers=self._headers) as answer:
            if answer.status != 200:
                raise Failed(f"GET /chat: {answer.status}")
            self._csrf = (await answer.json())["hidden"]["csrf"]
            self._cookie = {name: morsel.value for name, morsel in answer.cookies.items()}

    async def say(self, said: Said, settled: bool = True) -> Heard:
        """The replies to one message; with `settled` only once none is owed any more."""
        self._sent += 1
        fields = {"csrf": self._csrf, "client_id": f"bench-{self._sent}"}
        fields |= {"choice": said.choice} if said.choice else {"message": said.text}
        # The same id again is the same message: only its reply is waited for.
        for _ in range(int(PATIENCE / 5)):
            found = await self._post(fields)
            if found["messages"] and not (settled and found.get("owed")):
                return heard(found["messages"])
        raise Failed("no reply")

    async def _post(self, fields: dict[str, str]) -> dict[str, Any]:
        try:
            async with self._http.post(
                f"{self._url}/chat", json=fields, headers=self._headers, cookies=self._cookie
            ) as answer:
                if answer.status != 200:
                    raise Failed(f"POST /chat: {answer.status}")
                found: dict[str, Any] = await answer.json()
                return found
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Failed(type(error).__name__) from None


class StockDoor:
    """A conversation by Rasa's own REST channel; a choice is sent as Rasa's buttons send it, as the payload of an intent."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = f"{url}/webhooks/rest/webhook"
        self._sender = uuid.uuid4().hex

    async def open(self) -> None:
        return None

    async def say(self, said: Said) -> Heard:
        text = f"/choose{json.dumps({'choice': said.choice})}" if said.choice else said.text
        body = {"sender": self._sender, "message": text, "input_channel": "web"}
        try:
            async with self._http.post(self._url, json=body) as answer:
                if answer.status != 200:
                    raise Failed(f"REST channel: {answer.status}")
                replies = await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Failed(type(error).__name__) from None
        if not replies:
            raise Failed("no reply")
        return heard(
            [
                {
                    "text": reply.get("text", ""),
                    "choices": [{"label": b["title"], "value": b["payload"]} for b in reply.get("buttons", [])],
                    "services": (reply.get("custom") or {}).get("services"),
                }
                for reply in replies
            ]
        )


def heard(messages: list[dict[str, Any]]) -> Heard:
    """Replies in the front door's JSON as a resident takes them in."""
    choices = [(c["label"], c["value"]) for message in messages for c in message.get("choices") or []]
    return Heard(
        "\n".join(message.get("text") or "" for message in messages),
        tuple(choices),
        any(message.get("services") for message in messages),
    )
