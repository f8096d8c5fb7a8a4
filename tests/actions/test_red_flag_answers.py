"""A danger that only an answer to our own question names is spoken of in every branch: what is spoken of is recorded for staff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.assess import FORM, ValidateAssessmentForm
from actions.services import Services
from common.clock import Clock
from common.database import open_database
from tests.actions.support import tracker

ROOT = Path(__file__).resolve().parents[2]
ASKED: dict[str, Any] = {
    "form": FORM,
    "requested_slot": "first_question",
    "question": "carer_coping",
    "needs": ["carer_support"],
    "needs_right": "yes",
    "what_is_going_on": "told",
    "place": "Quorn",
    "red_flags_seen": ["abuse_now"],
}


@pytest.fixture(scope="module")
def services() -> Services:
    return Services.load(open_database("sqlite://"), Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


async def flags_said(services: Services, answered_by: str = "", **known: Any) -> list[list[str]]:
    """The flags of each crisis reply to "it is not safe any more"."""
    say, talk = CollectingDispatcher(), tracker("Yes, it is not safe any more", **{**ASKED, **known})
    if answered_by:
        talk.events.append({"event": "action", "name": answered_by})
    await ValidateAssessmentForm(services).run(say, talk, {})
    custom = [message["custom"] for message in say.messages if message.get("custom")]
    return [about["flags"] for about in custom if about.get("kind") == "crisis"]


async def test_the_flag_of_an_answer_is_spoken_of(services: Services) -> None:
    """The plain case: the answer alone raises it."""
    assert await flags_said(services, red_flags_seen=[]) == [["adult_safeguarding"]]


async def test_the_flag_of_an_answer_beside_a_danger_that_was_answered_first(services: Services) -> None:
    """The message named one danger in words, and as an answer another one: both are spoken of, the first not twice."""
    assert await flags_said(services, answered_by="action_red_flag") == [["adult_safeguarding"]]
