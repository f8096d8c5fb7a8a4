"""Fixes to Rasa 3.6.21, each with its reason; `apply()` puts them in place before Rasa serves.

Rasa 3.6.21 is the last of its line, so none of these will arrive from upstream. `tests/bot/test_fixes.py` and
`test_fixes_actions.py` hold a test for each that fails when the fix stops working. Those that only save work are in `bot.speed`.
"""

from __future__ import annotations

import os
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core import events as rasa_events
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.common import all_subclasses

from bot import speed
from bot.action_calls import ActionClient, payload, result_check
from bot.errors import TurnFailed


def apply() -> None:
    """Put every fix in place. Call once, before a model is loaded."""
    _a_failed_action_fails_the_turn()
    _a_failure_inside_rasa_fails_the_turn()
    _a_database_outage_fails_the_turn()
    _typed_slashes_are_text()
    _event_classes_are_looked_up_once()
    speed.apply()


def _a_failed_action_fails_the_turn() -> None:
    """Rasa logs a failed action, records it as done and goes on: "your referral has been sent" with nothing sent.

    Here every failure but a rejection (status 400) raises TurnFailed. What is sent and what is taken for a result: bot.action_calls.
    """
    client = ActionClient()
    is_result = result_check()

    async def run(
        self: RemoteAction,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        if self.action_endpoint is None:
            raise TurnFailed("no action_endpoint in endpoints.yml")
        url = os.environ.get("ACTIONS_URL") or self.action_endpoint.url
        status, result = await client.call(url, payload(self.name(), tracker, domain))
        if status == 400 and isinstance(result, dict) and "action_name" in result:
            raise ActionExecutionRejection(result["action_name"], result.get("error"))
        if status != 200 or not is_result(result):
            raise TurnFailed(f"action {self.name()}: status {status}")
        try:
            messages = await self._utter_responses(result.get("responses", []), output_channel, nlg, tracker)
            return [*messages, *rasa_events.deserialise_events(result.get("events", []))]
        except Exception as error:
            raise TurnFailed(f"action {self.name()}: {type(error).__name__}") from error

    RemoteAction.run = run


def _a_failure_inside_rasa_fails_the_turn() -> None:
    """Rasa swallows an exception of its own actions too (a response that cannot be filled, a form's code) and goes on.

    Here it fails the turn like that of any other action. A rejection still lets the rules answer.
    """
    run_action = MessageProcessor._run_action

    async def run(self: MessageProcessor, action: Action, *args: Any, **kwargs: Any) -> bool:
        return await run_action(self, _FailsLoudly(action), *args, **kwargs)  # type: ignore[arg-type]

    MessageProcessor._run_action = run


class _FailsLoudly:
    """An action whose exceptions, rejections aside, become TurnFailed."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, *args: Any, **kwargs: Any) -> list[Event]:
        try:
            return await self._action.run(*args, **kwargs)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            raise TurnFailed(f"action {self._action.name()}: {type(error).__name__}") from error


def _a_database_outage_fails_the_turn() -> None:
    """Rasa always wraps the tracker store and falls back to an empty one in memory: a resident in mid-form hears "Sorry?".

    Here the store is used as it is (ours raises TurnFailed), and a store that could not be imported stops the start-up
    instead of becoming an in-memory one.
    """

    def use_the_store_itself(store: TrackerStore | None, domain: Domain) -> TrackerStore:
        if store is None:
            return InMemoryTrackerStore(domain)
        if isinstance(store, InMemoryTrackerStore) and os.environ.get("ALLOW_MEMORY_TRACKER") != "1":
            raise RuntimeError("the tracker store named in endpoints.yml could not be loaded")
        store.domain = domain
        return store

    Agent._create_tracker_store = staticmethod(use_the_store_itself)


def _typed_slashes_are_text() -> None:
    """Rasa obeys any message that starts with a slash: a resident could type /restart and wipe the conversation."""

    def leave(message: Message, *_args: Any, **_kwargs: Any) -> Message:
        return message

    YAMLStoryReader.unpack_regex_message = staticmethod(leave)


def _event_classes_are_looked_up_once() -> None:
    """Reading any event rebuilt the table of all event classes, a third to a half of the time to load a conversation."""
    table: dict[str, Any] = {}

    def resolve(type_name: str, default: Any | None = None) -> Any | None:
        if type_name not in table:
            for cls in all_subclasses(Event):
                table.setdefault(cls.type_name, cls)  # as in Rasa, the first of two classes with one name
        found = table.get(type_name, default)
        if found is None:
            raise ValueError(f"Unknown event name '{type_name}'.")
        return found

    Event.resolve_by_type = staticmethod(resolve)


def main_arguments(arguments: list[str]) -> list[str]:
    """Arguments for Rasa's own command line: `run` gets our files, loopback and the port of RASA_PORT unless given."""
    if not arguments or arguments[0] not in ("run", "shell"):
        return arguments
    defaults = {
        "--endpoints": "endpoints.yml",
        "--credentials": "credentials.yml" if arguments[0] == "run" else None,
        "--interface": "127.0.0.1",
        "--port": os.environ.get("RASA_PORT", "5005"),
    }
    names = {argument.partition("=")[0] for argument in arguments}
    given = {{"-i": "--interface", "-p": "--port"}.get(name, name) for name in names}
    extra = [part for name, value in defaults.items() if value and name not in given for part in (name, value)]
    return arguments + extra
