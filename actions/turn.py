"""One turn as an action sees it: what was said, what is known, and what the action decides."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

_NOT_ACTIONS = ("action_listen", "action_session_start", "action_extract_slots")


class Turn:
    """A reading view of Rasa's tracker, and the slots that change in this turn (`set`, then `events`)."""

    def __init__(self, tracker: Tracker, form: str | None = None) -> None:
        self._tracker = tracker
        self._form = form
        self._changed: dict[str, Any] = {}
        self.corrected = False  # set when the message changed an earlier answer
        self._asked: str | None = tracker.get_slot("requested_slot")
        message = tracker.latest_message or {}
        self.text: str = message.get("text") or ""
        self.intent: str = (message.get("intent") or {}).get("name") or ""
        self.message_id: str = message.get("message_id") or ""
        self.metadata: dict[str, Any] = message.get("metadata") or {}
        self._entities: list[dict[str, Any]] = message.get("entities") or []

    @property
    def conversation(self) -> str:
        return self._tracker.sender_id

    @property
    def channel(self) -> str:
        """ "web", "sms" or "terminal"."""
        return self._tracker.get_latest_input_channel() or "web"

    @property
    def loop(self) -> str | None:
        return (self._tracker.active_loop or {}).get("name")

    @property
    def asked(self) -> str | None:
        """The slot whose question is open."""
        return self._asked

    def answers_to(self, slot: str | None) -> None:
        """Read the message as an answer to another question than the one put last."""
        self._asked = slot

    def get(self, slot: str, default: Any = None) -> Any:
        """The value of a slot as this turn leaves it."""
        value = self._changed[slot] if slot in self._changed else self._tracker.get_slot(slot)
        return default if value is None else value

    def before(self, slot: str, default: Any = None) -> Any:
        """The value of a slot as this turn found it."""
        value = self._tracker.get_slot(slot)
        return default if value is None else value

    def set(self, **slots: Any) -> None:
        self._changed.update(slots)

    @property
    def changed(self) -> bool:
        return bool(self._changed)

    def events(self) -> list[EventType]:
        return [SlotSet(name, value) for name, value in self._changed.items()]

    def entities(self, kind: str) -> list[str]:
        """The values of all entities of one kind, in the order found, each once."""
        return list(dict.fromkeys(e["value"] for e in self._entities if e.get("entity") == kind))

    @property
    def detail(self) -> str | None:
        return next(iter(self.entities("detail")), None)

    @property
    def wants_human(self) -> bool:
        """True when the message asks for a person."""
        return self.intent == "talk_to_human" or self.detail == "person"

    @property
    def about_other(self) -> bool:
        """True when help is asked for somebody else than the writer, as this turn leaves it."""
        return bool(self.get("about_other"))

    @property
    def choice(self) -> tuple[str, str] | None:
        """The choice made, as (slot, value), when this message is one. Only Rasa's own shell sends a choice as its text."""
        token = next(iter(self.entities("choice")), None) or (self.text.strip() if self.channel == "cmdline" else "")
        slot, sign, value = token.partition("=")
        known = slot.isidentifier() and slot in self._tracker.slots
        return (slot, value) if sign and known and value else None

    @property
    def answered_by(self) -> str | None:
        """Another action that has run since the message: the form only comes back to ask its question again. None when there is none."""
        for event in reversed(self._tracker.events or []):
            if event.get("event") == "user":
                return None
            if event.get("event") == "action" and event.get("name") not in (*_NOT_ACTIONS, self._form):
                return str(event["name"])
        return None
