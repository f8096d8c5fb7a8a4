"""The body of a turn as the front door sends it."""

from __future__ import annotations

import json
from typing import Any

TURN: dict[str, Any] = {
    "conversation": "c1",
    "message_id": "m1",
    "text": "i am so lonely",
    "choice": None,
    "channel": "sms",
    "metadata": {"crisis_sent": ["fire_gas"]},
}


def body(**changes: Any) -> bytes:
    return json.dumps({**TURN, **changes}).encode()
