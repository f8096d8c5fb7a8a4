"""After the end: may we text in two weeks, and did it help?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import follow_up
from referrals.follow_up import FollowUp
from tests.conversation.states import DETAILS, TO_A_PERSON, arrive, asked
from tests.conversation.world import Talk

NUMBER = {"sms_number": "+447700900123"}
OFFER = "May I text you once"


def agreed(talk: Talk) -> list[FollowUp]:
    with talk.world.services.db.transaction() as session:
        found = list(session.scalars(select(FollowUp).where(FollowUp.conversation == talk.id)))
        session.expunge_all()
        return found


def enough(start: Callable[..., Talk]) -> Talk:
    talk = start("sms")
    arrive(talk, "next_step")
    assert OFFER in talk.say("That's enough for now", **NUMBER)
    return talk


@pytest.mark.parametrize("yes", ["Yes, text me", "1", "yeah ok", "yes please"])
def test_a_yes_is_written_down_with_the_words_it_was_given_to(start: Callable[..., Talk], yes: str) -> None:
    """By text the number is the one that wrote; the resident hears the day."""
    talk = enough(start)
    assert "I will text you once" in talk.say(yes, **NUMBER)
    (row,) = agreed(talk)
    assert row.phone == NUMBER["sms_number"] and OFFER in row.words
    assert asked(talk) is None and "referral" not in talk.said


@pytest.mark.parametrize("no", ["No, thanks", "2", "nah", "no thank you"])
def test_a_no_leaves_nothing(start: Callable[..., Talk], no: str) -> None:
    """Nothing is stored, and it is not asked again in this conversation."""
    talk = enough(start)
    assert "won't text you" in talk.say(no, **NUMBER)
    assert not agreed(talk)


def test_anything_else_goes_on_as_ever(start: Callable[..., Talk]) -> None:
    """Silence and other words are no yes: a new need opens a new assessment."""
    talk = enough(start)
    talk.say("i also need help to stop smoking", **NUMBER)
    assert asked(talk) == "needs_right" and not agreed(talk)
    talk.say("yes", **NUMBER)
    assert not agreed(talk)


def test_a_person_may_still_be_asked_for(start: Callable[..., Talk]) -> None:
    """After the answer, as before it, a person asked for is a person given, with nothing asked again."""
    talk = enough(start)
    talk.say("No, thanks", **NUMBER)
    talk.say("actually can i talk to a person", **NUMBER)
    assert asked(talk) == "adult"


def test_why_has_an_answer(start: Callable[..., Talk]) -> None:
    """ "Why?" is told the reason, and a yes still counts."""
    talk = enough(start)
    assert "learn what helps" in talk.say("why do you ask", **NUMBER)
    talk.say("yes ok", **NUMBER)
    assert len(agreed(talk)) == 1


@pytest.mark.parametrize(("safe", "offered"), [("Ring or text", True), ("Ring only", False)])
def test_after_a_referral_only_where_a_text_is_safe(start: Callable[..., Talk], safe: str, offered: bool) -> None:
    """The number given for the referral is used when it may be texted, and the yes carries the reference."""
    talk = start("web")
    for step in [*TO_A_PERSON, *DETAILS[:3], safe, DETAILS[4]]:
        talk.say(step)
    sent = talk.say("Send it")
    assert "reference" in sent and (OFFER in sent) == offered
    if offered:
        talk.say("yes")
        (row,) = agreed(talk)
        assert row.reference and row.reference in sent


def test_who_lives_with_danger_is_not_asked(start: Callable[..., Talk]) -> None:
    """A text two weeks later may be read by the person who hurts them."""
    talk = start("sms")
    for step in ["my husband hits me and i need somewhere else to live", "yes", "coalville"]:
        talk.say(step, **NUMBER)
    for _ in range(4):
        if asked(talk) == "next_step":
            break
        talk.say("I'd rather not say", **NUMBER)
    assert OFFER not in talk.say("That's enough for now", **NUMBER)


def sent(talk: Talk) -> None:
    """As if the text had gone out in this conversation."""
    services = talk.world.services
    with services.db.transaction() as session:
        follow_up.agree(
            session,
            services.follow_up,
            conversation="earlier" + talk.id,
            episode="e",
            phone=NUMBER["sms_number"],
            words="May I?",
            reference=None,
            now=services.clock.now() - timedelta(days=20),
        )
        row = session.scalars(select(FollowUp).where(FollowUp.conversation == "earlier" + talk.id)).one()
        follow_up.sent(row, talk.id, services.clock.now())


def answer(talk: Talk) -> str | None:
    with talk.world.services.db.transaction() as session:
        return session.scalars(select(FollowUp.answer).where(FollowUp.sent_in == talk.id)).one()


@pytest.mark.parametrize(
    ("words", "written", "open_question"),
    [
        ("yes it did thanks", "yes", None),
        ("no", "no", "what_is_going_on"),
        ("i cant pay my bills now", None, "needs_right"),
    ],
)
def test_did_it_help(start: Callable[..., Talk], words: str, written: str | None, open_question: str | None) -> None:
    """Yes ends it, no begins again, and a new need is heard as one."""
    talk = start("sms")
    sent(talk)
    talk.say(words, asked="helped", **NUMBER)
    assert (answer(talk), asked(talk)) == (written, open_question), talk.transcript
