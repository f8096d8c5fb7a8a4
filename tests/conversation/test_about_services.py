"""What may be said about services that were shown, without losing the question that is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from referrals.asked_text import AskedText
from service_catalogue.care_model import ServiceReport
from tests.conversation.states import arrive, asked
from tests.conversation.world import Talk, wording


def shown(talk: Talk) -> list[str]:
    """The names in the newest list, in order."""
    known = talk.world.slots[talk.id]
    return [known["shown"][id] for id in known["shown_last"]]


def cards(talk: Talk) -> list[dict[str, Any]]:
    return [card for reply in talk.replies for card in reply["data"].get("services", [])]


def at_services(start: Callable[..., Talk], channel: str = "web") -> Talk:
    talk = start(channel)
    arrive(talk, "next_step")
    return talk


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("words", ["tell me more about the second one", "what's number 2", "more info about the 2nd"])
def test_tell_me_about_two(start: Callable[..., Talk], channel: str, words: str) -> None:
    """The second service is told in full, and the open question comes again."""
    talk = at_services(start, channel)
    second = shown(talk)[1]
    said = talk.say(words)
    assert second in said and shown(talk)[0] not in said
    assert asked(talk) == "next_step"


def test_a_service_may_be_named(start: Callable[..., Talk]) -> None:
    """Its name, or enough of it, does instead of its place in the list."""
    talk = at_services(start)
    last = shown(talk)[-1]
    assert last in talk.say(f"can you tell me more about {last.lower()}")


def test_more_gives_three_others(start: Callable[..., Talk]) -> None:
    """Nothing comes twice, and "the first one" is then the first of the new list."""
    talk = at_services(start)
    before = shown(talk)
    talk.say("Show me more")
    assert shown(talk) and not set(before) & set(shown(talk))
    assert shown(talk)[0] in talk.say("tell me about the first one")


def test_another_kind_brings_other_services(start: Callable[..., Talk]) -> None:
    """ "None of these are any good" is heard: other services come."""
    talk = at_services(start)
    before = shown(talk)
    talk.say("have you got a different kind of thing")
    assert not set(before) & set(shown(talk)) and asked(talk) == "next_step"


def test_another_place_is_looked_at_and_home_stays_home(start: Callable[..., Talk]) -> None:
    """ "Anything in Loughborough?" looks there; the place that a referral goes by does not change."""
    talk = at_services(start)
    home = talk.world.slots[talk.id]["place"]
    talk.say("is there anything in Loughborough")
    known = talk.world.slots[talk.id]
    assert (known["place"], known["near"], asked(talk)) == (home, "Loughborough", "next_step")


def test_who_tells_of_moving_has_moved(start: Callable[..., Talk]) -> None:
    """ "I don't live here any more" is no wish for more services: the place changes, and so does the way on."""
    talk = at_services(start)
    talk.say("sorry I've told you wrong, I don't live there any more, I moved to Oakham in April")
    assert talk.world.slots[talk.id]["place"] == "Oakham", talk.transcript


def reports(talk: Talk) -> list[ServiceReport]:
    ids = talk.world.slots[talk.id]["shown_last"]
    with talk.world.services.db.transaction() as session:
        found = list(session.scalars(select(ServiceReport).where(ServiceReport.service_id.in_(ids))))
        session.expunge_all()
        return [row for row in found if row.channel == talk.channel]


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_a_dead_number_is_reported_to_the_desk(start: Callable[..., Talk], channel: str) -> None:
    """The resident hears what was done with it, and a person gets it to look at."""
    talk = at_services(start, channel)
    before = len(reports(talk))
    said = talk.say("the number for the first one is dead")
    assert shown(talk)[0] in said and "999" not in said
    assert len(reports(talk)) == before + 1 and reports(talk)[-1].kind == "number"
    assert asked(talk) == "next_step"


def texts(talk: Talk) -> list[AskedText]:
    with talk.world.services.db.transaction() as session:
        found = list(session.scalars(select(AskedText).where(AskedText.conversation == talk.id)))
        session.expunge_all()
        return found


def test_text_me_this_asks_for_a_number_and_says_what_will_happen(start: Callable[..., Talk]) -> None:
    """The list goes to the number that was given, once; and it is not said to be sent before it is."""
    talk = at_services(start)
    names = shown(talk)
    assert wording("utter_ask_text_to") in talk.say("text me these please")
    said = talk.say("07700 900123")
    assert wording("utter_will_text") in said and "sent" not in said
    (row,) = texts(talk)
    assert row.phone == "+447700900123" and all(name in str(row.body) for name in names)
    assert asked(talk) == "next_step"


def test_a_number_in_the_same_message_is_not_asked_for(start: Callable[..., Talk]) -> None:
    """Nothing already said is asked."""
    talk = at_services(start)
    assert wording("utter_will_text") in talk.say("can you text these to my phone 07700 900456")
    assert len(texts(talk)) == 1


@pytest.mark.parametrize("no", ["Don't text me", "no", "id rather not"])
def test_no_number_no_text(start: Callable[..., Talk], no: str) -> None:
    """A no leads back to the question that was open."""
    talk = at_services(start)
    talk.say("text me these please")
    talk.say(no)
    assert asked(talk) == "next_step" and not texts(talk)


def test_a_landline_is_asked_about_once_more_and_then_left(start: Callable[..., Talk]) -> None:
    """What cannot take a text is no number; a third try never comes."""
    talk = at_services(start)
    talk.say("text me these please")
    assert wording("utter_ask_text_to_plainer") in talk.say("0116 496 0123")
    talk.say("0116 496 0123")
    assert asked(talk) == "next_step" and not texts(talk)


def test_two_texts_are_the_most(start: Callable[..., Talk]) -> None:
    """Nobody can be pestered through one chat."""
    talk = at_services(start)
    for _ in range(2):
        talk.say("text these to my phone 07700 900123")
    assert wording("utter_text_limit") in talk.say("text these to my phone 07700 900123")
    assert len(texts(talk)) == 2


def test_by_text_they_are_there_already(start: Callable[..., Talk]) -> None:
    """Who texts has the list on the phone."""
    talk = at_services(start, "sms")
    assert wording("utter_texted_already") in talk.say("text me these please")


def test_without_a_provider_nothing_is_promised(start: Callable[..., Talk]) -> None:
    """Where texts cannot be sent, the resident hears it."""
    talk = at_services(start)
    with talk.world.using(can_text=False):
        assert wording("utter_cannot_text") in talk.say("text me these please")
    assert not texts(talk)


@pytest.mark.parametrize(
    ("words", "said"), [("why do you need that", "only for that"), ("can you say that in simpler words", "What is it?")]
)
def test_the_number_question_can_be_asked_about(start: Callable[..., Talk], words: str, said: str) -> None:
    """Why and plainer have an answer, and the question stays."""
    talk = at_services(start)
    talk.say("text me these please")
    assert said in talk.say(words)
    assert asked(talk) == "text_to"


def test_danger_and_a_person_come_first_there_too(start: Callable[..., Talk]) -> None:
    """While a number is asked for, a red flag is answered at once and a person asked for is given."""
    talk = at_services(start)
    talk.say("text me these please")
    assert "999" in talk.say("i want to kill myself")
    assert asked(talk) == "text_to"
    talk.say("can i talk to a person please")
    assert asked(talk) == "adult", talk.transcript
