"""What texts do not say: after hours of silence, about an earlier referral, and to who may be watched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from front_door.sms.render import whole
from referrals.model import Referral
from referrals.packet import Packet, contact_unsafe
from tests.conversation.states import asked
from tests.conversation.world import Talk

NUMBER = {"sms_number": "+447700900123"}
ANSWERS = {
    "what_is_going_on": "can i talk to a person",
    "needs_right": "yes",
    "place": "hinckley",
    "next_step": "I'd like a person",
    "adult": "yes im over 18",
    "consent": "I agree",
    "full_name": "Sam Ableton Jones",
    "contact": "07700 900123",
    "safe_contact": "Ring or text is fine",
    "contact_note": "write to me at 12 Long Street",
    "best_time": "Any time",
    "summary_right": "Send it",
}


def go_to(talk: Talk, question: str | None, **other: str) -> str:
    """Answer whatever is asked until this question is open (None: until nothing is); returns what was said last."""
    for _ in range(25):
        if asked(talk) == question:
            return talk.said
        talk.say(other.get(asked(talk) or "") or ANSWERS.get(asked(talk) or "", "rather not say"), **NUMBER)
    raise AssertionError(talk.transcript[-12:])


def stored(talk: Talk) -> Referral:
    with talk.world.services.db.transaction() as session:
        (found,) = session.scalars(select(Referral).where(Referral.conversation == talk.id))
        session.expunge_all()
        return found


@pytest.mark.parametrize("first", ["hello", "1", "9", "my damp flat"])
def test_o7_the_first_text_after_hours_says_no_topic_answer_or_name(start: Callable[..., Talk], first: str) -> None:
    """Whatever is written first, all that comes back is the offer to carry on or to start again."""
    talk = start("sms")
    talk.say("my flat is damp and the landlord wont do repairs", **NUMBER)
    talk.say("can i talk to a person", **NUMBER)
    go_to(talk, "best_time")
    talk.say(first, away=True, **NUMBER)
    text = whole([reply["text"] for reply in talk.replies], talk.choices)
    assert text == "Welcome back. Shall we carry on, or start again?\n1 Carry on\n2 Start again"


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("contact", ["07700 900123", "sam@example.org"])
def test_p1_whether_contact_is_safe_is_asked_before_it_is_used(
    start: Callable[..., Talk], channel: str, contact: str
) -> None:
    """Right after the number or address, before anything is sent or read back, on both channels."""
    talk = start(channel)
    talk.say("can i talk to a person", **NUMBER)
    go_to(talk, "contact")
    said = talk.say(contact, **NUMBER)
    assert asked(talk) == "safe_contact" and "safe" in said
    with talk.world.services.db.reading() as session:
        assert not session.scalars(select(Referral).where(Referral.conversation == talk.id)).all()


def test_p1_after_abuse_contact_counts_as_unsafe_until_it_is_said_to_be_safe(start: Callable[..., Talk]) -> None:
    """Who skips the question is not rung, texted or e-mailed as if it were safe; no later text is offered either."""
    talk = start("sms")
    talk.say("my husband hits me and im scared of him", **NUMBER)
    talk.say("can i talk to a person", **NUMBER)
    go_to(talk, None, safe_contact="rather not say")
    packet = Packet.from_dict(stored(talk).packet)
    assert (packet.safe_to_call, packet.safe_to_text) == (False, False) and contact_unsafe(packet)
    assert "May I text you" not in "\n".join(talk.transcript)


def test_o8_no_text_holds_a_full_name_or_an_address(start: Callable[..., Talk]) -> None:
    """The summary that is read back by text shows the first name and initials, and not the words that may be an address."""
    talk = start("sms")
    talk.say("can i talk to a person", **NUMBER)
    said = go_to(talk, "summary_right", safe_contact="No, it is not safe")
    assert "Sam A. J." in said
    everything = "\n".join(reply["text"] for turn in talk.turns for reply in turn)
    assert "Ableton" not in everything and "Long Street" not in everything
    talk.say("Send it", **NUMBER)
    packet = stored(talk).packet
    assert "Ableton" in str(packet) and "Long Street" in str(packet), "the team has both"


def test_p2_who_comes_again_from_the_same_number_hears_of_no_earlier_referral(start: Callable[..., Talk]) -> None:
    """One handset may be two people's: the second conversation is as if it were the first, and ends with its own reference."""
    first, second = start("sms"), start("sms")
    first.say("can i talk to a person", **NUMBER)
    go_to(first, None)
    second.say("did i ask for help before?", **NUMBER)
    go_to(second, None)
    old, new = stored(first).reference, stored(second).reference
    heard = "\n".join(reply["text"] for turn in second.turns for reply in turn)
    assert old not in heard and new in heard
    assert not any(word in heard.lower() for word in ("already", "last time", "again before", "earlier", "duplicate"))
