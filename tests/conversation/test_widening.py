"""What misses a wish of the resident is only shown when they agree to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from service_catalogue.model import Service
from tests.conversation.states import asked
from tests.conversation.world import Talk, World, wording


@pytest.fixture
def nothing_is_free(world: World) -> Iterator[None]:
    """Every service of the catalogue costs money, for the time of a test."""
    db = world.services.db
    with db.transaction() as session:
        before = {service.id: service.cost for service in session.query(Service)}
        session.execute(update(Service).values(cost="paid"))
    yield
    with db.transaction() as session:
        for service in session.query(Service):
            service.cost = before[service.id]


def cards(talk: Talk) -> list[str]:
    return [card["name"] for reply in talk.replies for card in reply["data"].get("services", [])]


def at_the_question(start: Callable[..., Talk], channel: str) -> Talk:
    """Up to "would you like to see what there is?"."""
    talk = start(channel)
    talk.say("I'm lonely and would like to meet people, but it must be free, I have no money for it")
    for _ in range(8):
        if asked(talk) == "next_step":
            break
        talk.say({"needs_right": "yes that's right", "place": "Melton Mowbray"}.get(asked(talk) or "", "skip"))
    assert wording("utter_ask_wider") in talk.said and "I know of nothing that is all you asked for" in talk.said
    return talk


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("words", ["yes please", "Show me those", "show me more"])
@pytest.mark.usefixtures("nothing_is_free")
def test_who_agrees_sees_what_misses_the_wish(start: Callable[..., Talk], channel: str, words: str) -> None:
    """Nothing is listed before, and the list comes once they agree, in words or by the choice."""
    talk = at_the_question(start, channel)
    assert not cards(talk)
    talk.say(words)
    assert cards(talk) and asked(talk) == "next_step"
    assert wording("utter_ask_wider") not in talk.said


@pytest.mark.usefixtures("nothing_is_free")
def test_who_does_not_is_offered_a_person_instead(start: Callable[..., Talk]) -> None:
    talk = at_the_question(start, "web")
    assert wording("utter_ask_next_step_plainer") in talk.say("no, I said it must be free")
    assert not cards(talk)
    talk.say("yes")
    assert world_wants_person(talk)


@pytest.mark.usefixtures("nothing_is_free")
def test_a_digression_brings_the_same_question_back_without_another_search(start: Callable[..., Talk]) -> None:
    talk = at_the_question(start, "sms")
    talk.say("why do you ask?")
    assert "I know of nothing" not in talk.said and not cards(talk)
    talk.say("go on then")
    assert cards(talk)


def test_of_a_postcode_only_the_sector_is_kept_and_distances_are_from_there(start: Callable[..., Talk]) -> None:
    """LE13 1AA is in Melton Mowbray; the letters at the end, a few homes, are not kept. Another place ends it."""
    talk = start("web")
    talk.say("I'm lonely and would like to meet people")
    talk.say("yes that's right")
    talk.say("LE13 1AA")
    assert talk.world.slots[talk.id].get("sector") == "LE13 1"
    talk.say("Sorry, I have moved. I live in Wigston now")
    assert talk.world.slots[talk.id].get("sector") is None


def world_wants_person(talk: Talk) -> bool:
    return bool(talk.world.slots[talk.id].get("wants_person"))
