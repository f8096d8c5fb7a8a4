"""What may come at any moment: red flags, help, why, a person, start again, stop; and the same question afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversation.test_journey import OPENING, referrals, to_services
from tests.conversation.world import Talk, World, wording

Steps = list[str]

# What to say to arrive at each open question, and a part of that question.
STATES: dict[str, tuple[Steps, str]] = {
    "what_is_going_on": (["hello"], "own words"),
    "needs_right": ([OPENING], "Have I got that right?"),
    "place": ([OPENING, "yes"], "Which town or village"),
    "place_choice": ([OPENING, "yes", "ashby"], "Which one is it?"),
    "adult": (["can i talk to a person", "hinckley"], "Are you 18 or over?"),
    "consent": (["can i talk to a person", "hinckley", "yes 18"], "Are you happy for me to send it?"),
    "full_name": (["can i talk to a person", "hinckley", "yes 18", "I agree"], "What is your name?"),
    "contact": (["can i talk to a person", "hinckley", "yes 18", "I agree", "Sam"], "reach you on"),
    "safe_contact": (["can i talk to a person", "hinckley", "yes 18", "I agree", "Sam", "07700 900123"], "Is it safe"),
    "best_time": (
        ["can i talk to a person", "hinckley", "yes 18", "I agree", "Sam", "07700 900123", "Ring only"],
        "best time",
    ),
    "summary_right": (
        ["can i talk to a person", "hinckley", "yes 18", "I agree", "Sam", "07700 900123", "Ring only", "Any time"],
        "Shall I send it?",
    ),
}


def arrive(talk: Talk, state: str) -> str:
    steps, question = STATES[state]
    for step in steps:
        talk.say(step)
    assert question in talk.said, talk.transcript
    return question


@pytest.fixture(params=list(STATES))
def at(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_red_flag_is_answered_first_and_the_question_stays(talk: Talk, at: str) -> None:
    """In every state on both channels: the crisis numbers come first, then the same question."""
    question = arrive(talk, at)
    said = talk.say("i dont want to be here any more, ive been thinking of ending my life")
    assert "111" in talk.replies[0]["text"] or "999" in talk.replies[0]["text"]
    assert talk.replies[0]["data"].get("kind") == "crisis"
    assert "0808 800 3302" in said and "116 123" in said
    assert question in said or "I think you would like help" in said


def test_help_is_given_and_the_question_comes_again(talk: Talk, at: str) -> None:
    """Help in every state, then the same question."""
    question = arrive(talk, at)
    said = talk.say("how does this work")
    assert "pass you on to a person" in said
    assert question in said


def test_why_gives_the_reason_of_this_question(talk: Talk, at: str) -> None:
    """ "Why do you ask?" gives the open question's own reason, then the question again."""
    question = arrive(talk, at)
    said = talk.say("why do you need to know that?")
    assert wording(f"utter_why_{at}") in said
    assert question in said


def test_start_again_asks_the_first_question(talk: Talk, at: str) -> None:
    """Start again works in every state and forgets the answers."""
    arrive(talk, at)
    assert "own words" in talk.say("start again")


def test_stop_ends_and_sends_nothing(world: World, talk: Talk, at: str) -> None:
    """Stop works in every state; nothing is sent and the resident is told so."""
    arrive(talk, at)
    assert "Nothing has been sent" in talk.say("please just stop now and leave me be")
    assert referrals(world, talk) == []


def test_a_person_can_be_asked_for(talk: Talk, at: str) -> None:
    """A person asked for is never refused, whatever is open."""
    arrive(talk, at)
    said = talk.say("i want to talk to a real person")
    assert "person" in said or "Which town or village" in said


def test_who_sees_this(talk: Talk, at: str) -> None:
    """Privacy questions are answered in every state, then the same question."""
    question = arrive(talk, at)
    said = talk.say("who gets to see what i write")
    assert "only if you agree" in said
    assert question in said


def test_the_same_words_are_never_said_three_times(talk: Talk, at: str) -> None:
    """Nonsense twice: the question never comes three times in the same words, and a person is offered or asked for."""
    question = arrive(talk, at)
    talk.say("purple seventeen the of")
    talk.say("wibble wobble under")
    prompts = [line for line in talk.transcript[1::3] if question in line]
    assert len(prompts) < 3 or len(set(prompts)) > 1


def test_a_third_party_is_asked_about_as_such(start: Callable[..., Talk]) -> None:
    """Asking for somebody else changes the wording and the consent."""
    talk = start()
    assert "they would like help" in talk.say("my mum keeps falling over and she is so lonely since dad died")


def test_why_at_a_light_question(start: Callable[..., Talk]) -> None:
    """A light question has its own reason in the question bank."""
    talk = start()
    talk.say("i have run out of food and money")
    talk.say("yes")
    talk.say("coalville")
    question = talk.said
    said = talk.say("why are you asking me that")
    assert question.splitlines()[-1] in said and said != question


def test_services_stay_after_a_digression(talk: Talk) -> None:
    """After the services, a digression asks the open question again and does not repeat the list."""
    to_services(talk)
    said = talk.say("are you a robot")
    assert "not a person" in said
    assert not any(reply["data"].get("kind") == "services" for reply in talk.replies)
