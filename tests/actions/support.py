"""A tracker as Rasa sends it, for reading answers without Rasa."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.turn import Turn


def tracker(text: str, intent: str = "tell_need", form: str | None = None, **slots: Any) -> Tracker:
    """A tracker whose newest message is `text`; entities go in `entities=[(kind, value), ...]`."""
    entities = [{"entity": kind, "value": value} for kind, value in slots.pop("entities", [])]
    metadata = slots.pop("metadata", {})
    message = {"text": text, "intent": {"name": intent}, "entities": entities, "message_id": "m1", "metadata": metadata}
    events = [{"event": "user", "text": text, "input_channel": slots.pop("channel", "web")}]
    loop = {"name": form} if form else {}
    known = {"requested_slot": None, "about_other": False, "failed_turns": 0.0, **slots}
    if form == "referral_form":
        known.setdefault("place", "Quorn")  # known, or given up, before anybody comes to this form
    return Tracker("c1", known, message, events, False, None, loop, "action_listen")


def turn(text: str, intent: str = "tell_need", form: str | None = None, **slots: Any) -> Turn:
    return Turn(tracker(text, intent, form, **slots), form)
