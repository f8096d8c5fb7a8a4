"""How the bot calls the action server: what it sends, and what it takes for an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import TurnFailed
from bot.secret import Cipher, secret_key

LIMIT_SECONDS = 3.0


class ActionClient:
    """Calls the action server: one kept-alive session, one time limit, and no failure that Rasa could swallow."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._key = Cipher(secret_key()).sign("internal", "actions")

    async def call(self, url: str, payload: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and JSON body of one action call. Raises TurnFailed when there is no usable answer."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LIMIT_SECONDS))
        try:
            async with self._session.post(url, json=payload, headers={"X-Internal-Key": self._key}) as response:
                return response.status, await response.json(content_type=None)
        except Exception as error:
            raise TurnFailed(f"action {payload['next_action']}: {type(error).__name__}") from error


def payload(action: str, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What an action is told: the slots, the newest message and what happened since, and the forms; not the whole conversation.

    As `tracker.current_state()`, which first copies the message that opened the form and all that was understood of it, deeply.
    """
    message = tracker.latest_message
    loop = tracker.active_loop
    return {
        "next_action": action,
        "sender_id": tracker.sender_id,
        "tracker": {
            "sender_id": tracker.sender_id,
            "slots": tracker.current_slot_values(),
            "latest_message": {**message.parse_data, "entities": message.entities} if message else None,
            "latest_event_time": tracker.events[-1].timestamp if tracker.events else None,
            "followup_action": tracker.followup_action,
            "paused": tracker.is_paused(),
            "events": [event.as_dict() for event in since_last_message(tracker)],
            "latest_input_channel": tracker.get_latest_input_channel(),
            "active_loop": (
                {"name": loop.name, "is_interrupted": loop.is_interrupted, "rejected": loop.rejected} if loop else {}
            ),
            "latest_action": tracker.latest_action,
            "latest_action_name": tracker.latest_action_name,
        },
        "domain": {"forms": domain.forms, "slots": {}},
        "version": "3.6.21",
    }


def since_last_message(tracker: DialogueStateTracker) -> list[Event]:
    recent: list[Event] = []
    for event in reversed(tracker.events):
        recent.append(event)
        if isinstance(event, UserUttered):
            break
    return recent[::-1]


def result_check() -> Callable[[Any], bool]:
    """A function that says whether an action's answer is one by Rasa's own schema.

    Rasa builds a validator for each call: 30 of the 50 ms of a turn. And its schema tries each event as each of 23 kinds; which kind it
    is stands in the event, so here it is checked as that one.
    """
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)
    event = schema["properties"]["events"]["items"]
    kinds = {kind["properties"]["event"]["const"]: validator(kind) for kind in event["oneOf"]}
    if len(kinds) != len(event["oneOf"]):
        raise ValueError("two kinds of event have one name in Rasa's schema")
    any_event = validator({name: part for name, part in event.items() if name != "oneOf"})
    rest = {name: part for name, part in schema["properties"].items() if name != "events"}
    whole = validator({**schema, "properties": {**rest, "events": {"type": "array"}}})

    def is_event(given: Any) -> bool:
        if not any_event.is_valid(given):
            return False
        kind = kinds.get(given["event"])
        return kind is not None and kind.is_valid(given)

    def is_result(given: Any) -> bool:
        return whole.is_valid(given) and all(map(is_event, given.get("events", ())))

    return is_result
