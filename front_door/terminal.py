"""`python -m front_door.terminal [URL]`: talk to a running assistant in the terminal, through the front door like any channel.

Reads one message a line, from a keyboard or a pipe, until the input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from typing import Any

import aiohttp

from common import settings

WAIT_FOR_REPLY = 20.0  # seconds; the server itself keeps trying for longer


class NotRunning(Exception):
    """No assistant answers at the address; the message says what to do."""


class Talk:
    """One conversation over HTTP. `say(text)` gives the replies as text, choices numbered."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._hidden: dict[str, str] = {}
        self._sent = 0

    async def begin(self) -> str:
        """Open the chat; returns its welcome. Raises NotRunning."""
        opened = await self._ask("GET", "/chat")
        self._hidden = opened["hidden"]
        return _spoken(opened["messages"])

    async def say(self, text: str) -> str:
        """Send one message and wait for its reply."""
        self._sent += 1
        fields = {
            **self._hidden,
            "client_id": f"t-{self._hidden['client_id']}-{self._sent}",
            "message": text,
            "channel": "terminal",
        }
        answer = await self._ask("POST", "/chat", fields)
        if "error" in answer:
            return "\n".join([_spoken(answer.get("messages", [])), answer.get("message", "")]).strip()
        shown = 0
        deadline = asyncio.get_running_loop().time() + WAIT_FOR_REPLY
        while answer.get("owed") and asyncio.get_running_loop().time() < deadline:
            for message in answer["messages"][shown:]:
                print(_spoken([message]), flush=True)
            shown = len(answer["messages"])
            await asyncio.sleep(1)
            answer = await self._ask("POST", "/chat", fields)  # the same id: nothing is sent twice
        return _spoken(answer.get("messages", [])[shown:])

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            async with self._http.request(
                method, self._url + path, json=body, headers={"Accept": "application/json"}
            ) as response:
                answer: dict[str, Any] = json.loads(await response.text())
                return answer
        except (aiohttp.ClientError, OSError):
            raise NotRunning(f"Nothing answers at {self._url}. Start the assistant first: make run") from None
        except ValueError:
            raise NotRunning(f"{self._url} is not the assistant.") from None


def _spoken(messages: Iterable[dict[str, Any]]) -> str:
    lines = []
    for message in messages:
        lines.append(message["text"])
        lines += [
            f"  {number} {choice['label']}" for number, choice in enumerate(message.get("choices") or [], start=1)
        ]
    return "\n".join(lines)


async def talk(url: str) -> int:
    """Read lines from standard input until it ends; returns the exit status."""
    # A plain cookie on an address without a name (127.0.0.1) is refused by the default jar.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        conversation = Talk(http, url)
        try:
            print(await conversation.begin(), flush=True)
            while True:
                if sys.stdin.isatty():
                    print("> ", end="", flush=True)
                line = await asyncio.to_thread(sys.stdin.readline)
                if not line:
                    return 0
                if not line.strip():
                    continue
                if not sys.stdin.isatty():
                    print(f"> {line.rstrip()}", flush=True)
                print(await conversation.say(line.rstrip("\n")), flush=True)
        except NotRunning as problem:
            print(problem, file=sys.stderr)
            return 1


def main() -> int:
    url = sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{settings.load().port}"
    try:
        return asyncio.run(talk(url))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
