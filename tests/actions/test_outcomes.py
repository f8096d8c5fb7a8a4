"""Every end of a conversation says what it came to, for the front door's counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.later import ActionEnough
from actions.services import Services
from actions.session import ActionDeclined, ActionOwnDoor
from common.clock import Clock
from common.database import open_database
from front_door.outcomes import OUTCOMES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def services() -> Services:
    return Services.load(open_database("sqlite://"), Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


@pytest.mark.parametrize(
    ("action", "slots", "outcome"),
    [
        (ActionEnough, {}, "enough"),
        (ActionDeclined, {"consent": "no"}, "declined"),
        (ActionOwnDoor, {"adult": "no"}, "own_door"),
    ],
)
async def test_an_end_names_its_outcome(services: Services, action: Any, slots: dict[str, Any], outcome: str) -> None:
    """One that the front door knows."""
    tracker = Tracker("c1", slots, {"text": "bye", "message_id": "m1"}, [], False, None, {}, "action_listen")
    say = CollectingDispatcher()
    await action(services).run(say, tracker, {})
    assert [message["custom"]["outcome"] for message in say.messages if message.get("custom")] == [outcome]
    assert outcome in OUTCOMES
