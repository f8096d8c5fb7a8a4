"""A message in another language is answered in it, and is no need, no answer and no failed try."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.asides import notice
from actions.other_language import ActionOtherLanguage
from actions.red_flag import ActionRedFlag
from actions.services import Services
from actions.summary import summarise
from common.clock import Clock
from common.database import open_database
from tests.actions.support import tracker, turn

ROOT = Path(__file__).resolve().parents[2]
POLISH = ("language", "pl")


@pytest.fixture(scope="module")
def services() -> Services:
    return Services.load(open_database("sqlite://"), Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


async def answered(services: Services, **known: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What is said to a Polish message, and the slots that it changes."""
    say = CollectingDispatcher()
    entities = known.pop("entities", [POLISH, ("need", "food")])
    events = await ActionOtherLanguage(services).run(
        say, tracker("nie mam na jedzenie", entities=entities, **known), {}
    )
    return say.messages, {event["name"]: event["value"] for event in events}


@pytest.mark.parametrize("channel", ["web", "sms", "terminal"])
async def test_the_first_time_in_full(services: Services, channel: str) -> None:
    """The reply of the channel, with its language and direction for the page."""
    said, slots = await answered(services, channel=channel)
    assert [message["text"] for message in said] == [services.tongues.get("pl").says(channel)]
    assert said[0]["custom"] == {"kind": "language", "language": "pl", "direction": "ltr"}
    assert slots["language"] == "pl" and slots["language_run"] == 1


async def test_no_need_no_answer_no_failed_try(services: Services) -> None:
    """What the classifier makes of it is not kept; the resident's words are, for the packet."""
    _, slots = await answered(services, form="assessment_form", requested_slot="needs_right", failed_turns=1.0)
    assert set(slots) == {"language", "language_run", "own_words"}
    assert slots["own_words"] == ["nie mam na jedzenie"]


async def test_the_second_in_a_row_leads_to_a_person(services: Services) -> None:
    """Not the same words again: shorter ones, and the way to a person is open."""
    said, slots = await answered(services, language="pl", language_run=1.0)
    assert [message["text"] for message in said] == [services.tongues.get("pl").says("web", again=True)]
    assert slots["wants_person"] is True


async def test_later_but_not_in_a_row_it_is_short(services: Services) -> None:
    """Said in full once in a conversation; English in between is no reason to send somebody to a person."""
    said, slots = await answered(services, language="pl", language_run=0.0)
    assert [message["text"] for message in said] == [services.tongues.get("pl").says("web", again=True)]
    assert "wants_person" not in slots


async def test_a_person_asked_for_in_polish_is_given(services: Services) -> None:
    _, slots = await answered(services, intent="talk_to_human")
    assert slots["wants_person"] is True


async def test_after_the_end_it_begins_anew(services: Services) -> None:
    """A finished assessment is put aside first, so that it does not swallow the wish for a person."""
    _, slots = await answered(services, outcome="enough", language="pl", language_run=1.0)
    assert slots["outcome"] is None and slots["wants_person"] is True


def test_a_message_in_english_ends_the_row() -> None:
    """A choice does so too."""
    for entities in ([], [("choice", "needs_right=yes")]):
        seen = turn(
            "yes",
            form="assessment_form",
            requested_slot="needs_right",
            language_run=1.0,
            needs_right=None,
            entities=entities,
        )
        notice(seen)
        assert seen.get("language_run") == 0


async def test_after_a_red_flag_it_follows_once(services: Services) -> None:
    """The crisis reply first, then the way to an interpreter; the second time the crisis reply alone. No need is kept."""
    for known, count in (({}, 2), ({"language": "pl"}, 1)):
        say = CollectingDispatcher()
        message = tracker(
            "chcę umrzeć", entities=[("red_flag", "suicide_self_harm"), POLISH, ("need", "food")], **known
        )
        events = await ActionRedFlag(services).run(say, message, {})
        assert len(say.messages) == count and say.messages[0]["custom"]["kind"] == "crisis"
        slots = {event["name"]: event["value"] for event in events}
        assert slots["needs"] == [] and slots["red_flags_seen"] == ["suicide_self_harm"]
        if count == 2:
            assert say.messages[1]["text"] == services.tongues.get("pl").says("web")


def test_whoever_gets_in_touch_knows_the_language(services: Services) -> None:
    """It is read back with everything else that will be sent."""
    known = {"consent_offer": {"words": {"team": "First Contact Plus"}}, "best_time": "Any time", "full_name": "Kasia"}
    known |= {"contact": "+447700900123", "contact_kind": "phone", "safe_contact": "both"}
    assert "You wrote in Polish" in summarise(turn("yes", language="pl", **known), services)
    assert "wrote in" not in summarise(turn("yes", **known), services)
