"""The fields of a post to /chat."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from front_door.forms import well_formed
from front_door.inbox import PAGE_ID
from front_door.words import Words

_CHANNELS = ("web", "terminal")
PERSON = "person"


@dataclass(frozen=True)
class Said:
    """What a resident typed or pressed. text: as typed, line ends made plain. choice: the value of a pressed choice."""

    text: str
    choice: str | None
    form_token: str
    client_id: str
    channel: str

    @classmethod
    def of(cls, fields: Mapping[str, str], words: Words) -> Said:
        text = well_formed(fields.get("message", "")).replace("\r\n", "\n").replace("\r", "\n").strip()
        if fields.get("say") == PERSON:
            text = words.talk_to_a_person
        channel = fields.get("channel", "web")
        return cls(
            text=text,
            choice=fields.get("choice") or None,
            form_token=fields.get("csrf", ""),
            client_id=fields.get("client_id", "")[:80],
            channel=channel if channel in _CHANNELS else "web",
        )


def new_page_id() -> str:
    """The hidden id of one view of the page."""
    return PAGE_ID + secrets.token_urlsafe(12)
