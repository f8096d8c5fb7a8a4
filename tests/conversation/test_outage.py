"""When the actions fail, nothing is half done: no confirmation, no lost answer, and the same message succeeds later."""

from __future__ import annotations

import uuid

import pytest

from tests.conversation.test_journey import OPENING, referrals, to_services, to_summary
from tests.conversation.world import Talk, World

CONFIRMATION = "Your reference is"


def test_the_action_server_dies_when_the_form_starts(world: World, talk: Talk) -> None:
    """At form start: 503, nothing said, and afterwards the same message opens the assessment."""
    message = uuid.uuid4().hex
    with world.broken():
        assert talk.send(OPENING, message)[0] == 503
    assert "Have I got that right?" in talk.say(OPENING, message)


def test_the_action_server_dies_in_mid_form(world: World, talk: Talk) -> None:
    """In mid-form: 503 twice, and afterwards the same answer goes on with the form."""
    to_services(talk)
    talk.say("I'd like a person")
    message = uuid.uuid4().hex
    with world.broken():
        for _ in range(2):
            status, answer = talk.send("yes im 71", message)
            assert status == 503 and CONFIRMATION not in str(answer)
    assert "What matters most to you" in talk.say("yes im 71", message)


@pytest.mark.parametrize("action", ["all", "action_submit_referral"])
def test_the_action_server_dies_at_submit(world: World, talk: Talk, action: str) -> None:
    """At submit: no confirmation and no referral; afterwards the same "send it" stores exactly one and says so."""
    to_summary(talk)
    message = uuid.uuid4().hex
    with world.broken(action):
        status, answer = talk.send("Send it", message)
        assert status == 503 and CONFIRMATION not in str(answer)
    assert referrals(world, talk) == []
    assert CONFIRMATION in talk.say("Send it", message)
    assert len(referrals(world, talk)) == 1


def test_a_repeated_message_gives_the_same_replies_and_runs_nothing(world: World, talk: Talk) -> None:
    """The same message id twice: the same replies, and no action is called."""
    message = uuid.uuid4().hex
    first = talk.say(OPENING, message)
    calls = len(world.calls)
    status, answer = talk.send(OPENING, message)
    assert status == 200 and answer["repeated"]
    assert "\n".join(reply["text"] for reply in answer["replies"]) == first
    assert len(world.calls) == calls
