"""After hours of silence: an offer to carry on, with nothing repeated of what was told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversation.states import ALL, arrive, asked
from tests.conversation.world import Talk

WELCOME = "Welcome back. Shall we carry on, or start again?"


@pytest.mark.parametrize("state", ["needs_right", "place", "fallen", "next_step", "full_name", "summary_right"])
def test_carry_on_opens_the_same_question(start: Callable[..., Talk], state: str) -> None:
    """The first reply says no topic, answer or name; "carry on" leads back to the question that was open."""
    assert state in ALL
    talk = start("sms")
    arrive(talk, state)
    assert talk.say("hello are you there", away=True) == WELCOME
    talk.say("Carry on")
    assert asked(talk) == state, talk.transcript[-6:]


def test_carry_on_may_be_said_in_words_or_the_question_answered_at_once(start: Callable[..., Talk]) -> None:
    """ "yes" carries on; an answer to the question that was open counts as that."""
    talk = start("sms")
    arrive(talk, "place")
    talk.say("hi", away=True)
    talk.say("yes please")
    assert asked(talk) == "place"
    talk.say("hi", away=True)
    talk.say("coalville")
    assert talk.world.slots[talk.id]["place"] == "Coalville"


def test_start_again_forgets(start: Callable[..., Talk]) -> None:
    """The answers are put aside and the first question comes."""
    talk = start("sms")
    arrive(talk, "next_step")
    talk.say("hiya", away=True)
    assert "own words" in talk.say("Start again")
    assert not talk.world.slots[talk.id].get("needs")


def test_danger_comes_before_the_welcome(start: Callable[..., Talk]) -> None:
    """A red flag after a long gap is answered as one."""
    talk = start("sms")
    arrive(talk, "next_step")
    assert "999" in talk.say("i want to kill myself", away=True)


def test_what_the_first_message_tells_is_kept(start: Callable[..., Talk]) -> None:
    """A need told on coming back is on the list when the resident carries on."""
    talk = start("sms")
    arrive(talk, "place")
    assert talk.say("i also need help with my debts, i owe money on three credit cards", away=True) == WELCOME
    talk.say("Carry on")
    assert "money_debt" in talk.world.slots[talk.id]["needs"]
