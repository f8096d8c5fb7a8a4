"""Other doors that take referrals: another council and a provider, offered in the conversation once somebody confirmed them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from referrals.destinations import Destinations
from referrals.model import ConsentEvent, Delivery, Referral
from tests.actions.test_receivers import council, provider
from tests.conversation.world import Talk, World

DETAILS = ("Jo Brown", "07700 900123", "Ring only", "Any time")


@contextmanager
def confirmed(world: World, *entries: Any) -> Iterator[None]:
    others = Destinations({(one.destination, one.team): one for one in entries})
    with world.using(team=dataclasses.replace(world.services.team, others=others)):
        yield


def stored(world: World, talk: Talk) -> list[Referral]:
    with world.services.db.reading() as session:
        return list(session.scalars(select(Referral).where(Referral.conversation == talk.id).order_by(Referral.id)))


def finish(talk: Talk) -> str:
    for detail in DETAILS:
        talk.say(detail)
    return talk.say("Send it")


def test_another_council_is_offered_and_receives_what_was_agreed(world: World, talk: Talk) -> None:
    """Their own door first, then one question; a yes, an age and a consent later the packet is in the queue and a notice waits."""
    with confirmed(world, council("Leicester")):
        talk.say("i cant pay my gas bill")
        talk.say("yes")
        said = talk.say("leicester city")
        assert "city council can help you" in said and "Shall I pass this on?" in said
        assert talk.labels == ["Yes, pass it on", "I live somewhere else"] and stored(world, talk) == []
        talk.say("yes please")
        consent = talk.say("yes im 40")
        assert "Leicester Test Council, the council for your area" in consent and stored(world, talk) == []
        talk.say("I agree")
        said = finish(talk)
        (one,) = stored(world, talk)
        assert one.reference in said and (one.destination, one.team) == ("other_council", "Leicester Test Council")
        with world.services.db.reading() as session:
            (event,) = session.scalars(select(ConsentEvent).where(ConsentEvent.referral_id == one.id))
            assert event.receiver == one.team and event.words in consent
            assert session.scalars(select(Delivery).where(Delivery.referral_id == one.id)).all()


@pytest.mark.parametrize("answer", ["no thanks", "im 16"])
def test_no_to_the_offer_and_under_18_leave_nothing(world: World, talk: Talk, answer: str) -> None:
    """A no ends it kindly; a young person gets their own door; nothing is stored either way."""
    with confirmed(world, council("Leicester")):
        talk.say("i cant pay my gas bill")
        talk.say("yes")
        talk.say("leicester city")
        if answer == "no thanks":
            assert "Nothing has been sent" in talk.say(answer)
        else:
            talk.say("Yes, pass it on")
            assert "Childline" in talk.say(answer)
        assert stored(world, talk) == []


@pytest.mark.parametrize("by", ["", "nobody"])
def test_unconfirmed_is_as_before(world: World, talk: Talk, by: str) -> None:
    """Their own door is shown, nothing is offered and nothing stored, with an unconfirmed entry as with none."""
    with confirmed(world, *([council("Leicester", by="")] if not by else [])):
        talk.say("i cant pay my gas bill")
        talk.say("yes")
        said = talk.say("leicester city")
        assert "city council can help you" in said and "pass this on" not in said
        assert talk.labels == ["I live somewhere else"]
        talk.say("i want to talk to a person")
        assert stored(world, talk) == []


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        (("I agree", "I agree"), ["first_contact_plus", "provider"]),
        (("I don't agree", "yes thats fine"), ["provider"]),
        (("I agree", "no thank you"), ["first_contact_plus"]),
        (("I don't agree", "I don't agree"), []),
    ],
)
def test_two_receivers_are_asked_about_one_at_a_time(
    world: World, talk: Talk, answers: tuple[str, str], sent: list[str]
) -> None:
    """One question a turn, each for its own team; what is refused gets nothing, what is agreed to gets its own referral."""
    with confirmed(world, provider(needs=("energy_warm_home", "money_debt"))):
        for step in ("i cant keep my house warm, heating costs too much", "yes", "coalville"):
            talk.say(step)
        for _ in range(4):
            if "I'd like a person" in talk.labels:
                break
            talk.say("I'd rather not say")
        talk.say("I'd like a person")
        talk.say("yes im 40")
        first = talk.say("Skip these questions")
        assert first.count("?") == 1 and "First Contact Plus" in first and "Warm Homes Test" not in first
        second = talk.say(answers[0])
        assert second.count("?") == 1 and "Warm Homes Test" in second and "First Contact Plus" not in second
        said = talk.say(answers[1])
        if sent:
            assert "name" in said
            said = finish(talk)
        found = stored(world, talk)
        assert [one.destination for one in found] == sent
        assert all(one.reference in said for one in found)
        if not sent:
            assert "Nothing has been sent" in said


def test_a_service_picked_and_an_access_need_reach_the_packet(world: World, start: Callable[..., Talk]) -> None:
    """Heard in passing, never asked: "im deaf so text me", "I'll try the second one"."""
    talk = start("web")
    for step in ("im lonely since my wife died. im deaf so text me", "yes", "coalville"):
        talk.say(step)
    for _ in range(4):
        if "I'd like a person" in talk.labels:
            break
        talk.say("I'd rather not say" if "I'd rather not say" in talk.labels else "Rather not say")
    shown = list(world.slots[talk.id]["shown"].values())
    talk.say("I'll try the second one, and can a person help me too")
    seen = []
    for _ in range(12):
        slot = world.slots[talk.id]["requested_slot"]
        if slot == "consent":
            break
        seen.append(world.slots[talk.id].get("question") if slot.startswith("person") else slot)
        talk.say("yes im 70" if slot == "adult" else "not sure")
    assert "access_needs" not in seen
    talk.say("I agree")
    said = ""
    for detail in ("Jo Brown", "07700 900123", "Text only", "Any time"):
        said = talk.say(detail)
    assert "deaf" in said and shown[1] in said
    talk.say("Send it")
    (one,) = stored(world, talk)
    assert one.packet["services_chosen"] == [shown[1]] and "im deaf so text me" in one.packet["access_needs"]


def test_what_is_asked_beside_an_access_need_is_answered(talk: Talk) -> None:
    """A question gets its own answer, not a nod to the access need, which is kept all the same; a stop ends it."""
    for step in ("can i talk to a person", "hinckley", "yes 18"):
        talk.say(step)
    assert "only if you agree" in talk.say("who sees this? im deaf")
    assert "im deaf" in talk.world.slots[talk.id]["answers"]["access_needs"]
    talk.say("stop. im autistic and i dont want this")
    assert talk.world.ended.get(talk.id) == "action_stop"


def test_p1_abuse_known_by_a_need_is_told_to_the_front_door(talk: Talk) -> None:
    """No danger now, no flag, no such service shown yet: every reply of an action says "careful"; other needs say nothing."""
    talk.say("i left my violent ex two years ago, its all over, but i need counselling about the domestic abuse")
    assert "domestic_abuse" in talk.world.slots[talk.id]["needs"] and not talk.world.slots[talk.id].get(
        "red_flags_seen"
    )
    assert any(reply["data"].get("careful") for reply in talk.replies)
    other = Talk(talk.world, talk.channel)
    other.say("i cant pay my gas bill")
    assert not any(reply["data"].get("careful") for reply in other.replies)
