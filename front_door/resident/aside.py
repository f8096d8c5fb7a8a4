"""One question of our own beside the conversation's: shall a referral be taken back? The conversation's own waits meanwhile."""

from __future__ import annotations

from typing import Any

from front_door import choices
from front_door.model import Conversation
from front_door.resident.words import ResidentWords

TAKE, KEEP = "taken_back=yes", "taken_back=no"


def ask(conversation: Conversation, reference: str, words: ResidentWords) -> tuple[dict[str, str], ...]:
    """Put the question; returns its choices. Kept with what was open before."""
    before = (conversation.pending_choices, conversation.held)
    options = ({"label": words.take_back, "value": TAKE}, {"label": words.keep, "value": KEEP})
    conversation.aside = {"reference": reference, "choices": before[0], "held": before[1]}
    conversation.pending_choices = list(options)
    return options


def answered(conversation: Conversation, text: str) -> str | None:
    """TAKE or KEEP when the question is open and `text` answers it, by number or label; else None."""
    return choices.resolve(text, conversation.pending_choices or []) if is_open(conversation) else None


def is_open(conversation: Conversation) -> bool:
    """Whether it is this question that waits; a newer one of the conversation's own has taken its place otherwise."""
    return bool(conversation.aside) and any(_ours(choice) for choice in conversation.pending_choices or [])


def put_back(conversation: Conversation) -> dict[str, Any] | None:
    """Forget the question and open the conversation's own again; returns what was kept, None when there was nothing."""
    kept = conversation.aside
    if kept is None and not any(_ours(choice) for choice in conversation.pending_choices or []):
        return None
    if any(_ours(choice) for choice in conversation.pending_choices or []):
        conversation.pending_choices = (kept or {}).get("choices")
        conversation.held = (kept or {}).get("held")
    conversation.aside = None
    return kept


def _ours(choice: dict[str, str]) -> bool:
    return choice["value"] in (TAKE, KEEP)
