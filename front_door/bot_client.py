"""The bot, as the front door reaches it: one turn in, structured replies out, or BotFailed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import aiohttp

from common.encryption import Cipher


class BotFailed(Exception):
    """The bot gave no usable answer. The message names the kind of failure, never what the resident wrote."""


class BotGone(BotFailed):
    """The bot is not there, not ready, or did not answer in time (`hung`): another one may do the turn."""

    def __init__(self, kind: str, hung: bool = False) -> None:
        super().__init__(kind)
        self.hung = hung


@dataclass(frozen=True)
class Reply:
    """One reply: its text, the choices under it ({"label", "value"}), and facts for richer channels."""

    text: str
    choices: tuple[dict[str, str], ...] = ()
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def is_crisis(self) -> bool:
        return self.data.get("kind") == "crisis"


class BotClient:
    """HTTP client of `POST /webhooks/front_door/turn`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, cipher: Cipher, seconds: float) -> None:
        self._http = http
        self._url = f"{url}/webhooks/front_door/"
        self._headers = {"X-Internal-Key": cipher.sign("internal", "rasa")}
        self._timeout = aiohttp.ClientTimeout(total=seconds)

    async def turn(
        self,
        *,
        conversation: str,
        message_id: str,
        text: str,
        choice: str | None,
        channel: str,
        metadata: dict[str, Any],
    ) -> list[Reply]:
        """The replies to one message. The same `message_id` again gives the same replies and runs nothing twice.

        Raises BotFailed for everything but a well-formed answer with at least one reply.
        """
        body = {
            "conversation": conversation,
            "message_id": message_id,
            "text": text.replace("\x00", ""),
            "choice": choice,
            "channel": channel,
            "metadata": metadata,
        }
        try:
            async with self._http.post(
                self._url + "turn", json=body, headers=self._headers, timeout=self._timeout
            ) as response:
                if response.status == 503 and "not_ready" in await response.text():
                    raise BotGone("not ready")
                if response.status != 200:
                    raise BotFailed(f"status {response.status}")
                answer = await response.json(content_type=None)
        except TimeoutError:
            raise BotGone("TimeoutError", hung=True) from None
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise BotGone(type(error).__name__) from None
        except aiohttp.ClientError as error:
            raise BotFailed(type(error).__name__) from None
        except ValueError:
            raise BotFailed("not JSON") from None
        return _replies(answer)

    async def ready(self, seconds: float = 1.0) -> bool:
        """True when the bot says that it can take messages (model loaded, smoke test passed)."""
        return await answers(self._http, self._url, seconds)


async def answers(http: aiohttp.ClientSession, url: str, seconds: float = 1.0) -> bool:
    """True when `GET url` gives 200 in time."""
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=seconds)) as response:
            return response.status == 200
    except (aiohttp.ClientError, OSError):
        return False


def _replies(answer: Any) -> list[Reply]:
    try:
        replies = [_reply(item) for item in answer["replies"]]
    except (KeyError, TypeError, AttributeError):
        raise BotFailed("wrong shape") from None
    replies = [reply for reply in replies if reply.text or reply.choices or reply.data]
    if not replies:  # Rasa's way of saying that something went wrong
        raise BotFailed("no replies")
    return replies


def _reply(item: dict[str, Any]) -> Reply:
    text, choices, data = item["text"], item.get("choices") or [], item.get("data") or {}
    if not isinstance(text, str) or not isinstance(data, dict):
        raise TypeError
    return Reply(text, tuple({"label": str(c["label"]), "value": str(c["value"])} for c in choices), data)
