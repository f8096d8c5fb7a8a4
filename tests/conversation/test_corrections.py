"""Every answer can be changed at every later point, on both channels: from the list, or by saying the new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conversation.states import arrive, asked
from tests.conversation.world import Talk

OPENING = "im behind with the council tax, i cant find a job and i want to give up smoking"
# The whole way of somebody who answers everything: the question, and the answer given first.
WAY: tuple[tuple[str, str], ...] = (
    ("what_is_going_on", OPENING),
    ("needs_right", "yes"),
    ("place", "coalville"),
    ("matters_most", "Stopping smoking"),
    ("next_step", "I'd like a person"),
    ("adult", "Yes, 18 or over"),
    ("what_matters", "seeing my grandson"),
    ("who_is_around", "my sister"),
    ("what_tried", "the job centre"),
    ("consent", "I agree"),
    ("full_name", "Sam"),
    ("contact", "07700 900123"),
    ("safe_contact", "Ring only"),
    ("best_time", "Mornings"),
)
# What each earlier answer is called in the list, what is said when it is asked again, and the slot that then holds it.
CHANGES: dict[str, tuple[str, list[str], str, Any]] = {
    "place": ("The town or village", ["hinckley"], "place", "Hinckley"),
    "matters_most": ("Which one shall we look at first?", ["Work and learning"], "first_question", "matters_most=employment_skills"),
    "adult": ("The age", ["yes im 44"], "adult", "yes"),
    "full_name": ("The name", ["Alex"], "full_name", "Alex"),
    "contact": ("The phone or e-mail", ["07700 900456", "Text only"], "contact", "+447700900456"),
    "safe_contact": ("If it is safe to ring or text", ["Text only"], "safe_contact", "text"),
    "best_time": ("The best time", ["Afternoons"], "best_time", "Afternoons"),
}  # fmt: skip
LATER = (
    "next_step",
    "adult",
    "what_matters",
    "consent",
    "full_name",
    "contact",
    "safe_contact",
    "best_time",
    "summary_right",
)


def go_to(talk: Talk, state: str) -> list[str]:
    """Walk the whole way up to an open question; returns the questions answered."""
    answers, answered = dict(WAY), []
    for _ in range(25):
        question = asked(talk) or "what_is_going_on"
        if question == state:
            return answered
        talk.say(answers.get(question, "I'd rather not say"))
        answered.append(question)
    raise AssertionError(talk.transcript)


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("state", LATER)
def test_every_earlier_answer_can_be_changed_from_the_list(
    start: Callable[..., Talk], state: str, channel: str
) -> None:
    """ "Can I change an answer": the list names each earlier answer; the new one is kept, and the open question comes back."""
    talk = start(channel)
    answered = go_to(talk, state)
    slots = talk.world.slots
    for name in answered:
        if name not in CHANGES:
            continue
        label, said, slot, value = CHANGES[name]
        talk.say("can i change an answer")
        assert label in talk.labels, (name, talk.labels)
        talk.say(label)
        for text in said[:1]:
            talk.say(text)
        for _ in range(
            4
        ):  # what hangs on the answer is asked again too: whether a new number is safe, consent for a new team
            if asked(talk) == state:
                break
            talk.say(
                {"contact": said[0], "safe_contact": "Text only", "consent": "I agree"}.get(asked(talk) or "", "skip")
            )
        assert slots[talk.id].get(slot) == value, (name, slots[talk.id].get(slot), talk.transcript[-9:])
        assert asked(talk) == state, (name, talk.transcript[-9:])
    talk.say("can i change an answer")
    talk.say("What help is needed")
    talk.say(next(label for label in talk.labels if label.startswith("Take off: Money")))
    for _ in range(3):
        if asked(talk) == state:
            break
        talk.say("yes")
    assert "money_debt" not in slots[talk.id]["needs"], talk.transcript[-9:]


# Said at a later question: the slot it changes, and the value.
SPOKEN: dict[str, tuple[str, str, str]] = {
    "place": ("sorry i live in hinckley not coalville", "place", "Hinckley"),
    "full_name": ("sorry my name is Alex not Sam", "full_name", "Alex"),
    "contact": ("sorry i gave you the wrong number its 07700 900456", "contact", "+447700900456"),
    "safe_contact": ("actually text only please, dont ring", "safe_contact", "text"),
    "best_time": ("sorry can you make it afternoons", "best_time", "sorry can you make it afternoons"),
}


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("state", LATER)
def test_an_earlier_answer_can_be_changed_by_saying_so(start: Callable[..., Talk], state: str, channel: str) -> None:
    """The new answer in words, at a later question, without any list."""
    talk = start(channel)
    for name in go_to(talk, state):
        if name not in SPOKEN:
            continue
        text, slot, value = SPOKEN[name]
        talk.say(text)
        assert talk.world.slots[talk.id].get(slot) == value, (name, talk.transcript[-6:])
        for _ in range(3):
            if asked(talk) == state:
                break
            talk.say({"safe_contact": "Ring only", "consent": "I agree"}.get(asked(talk) or "", "skip"))
        assert asked(talk) == state, (name, talk.transcript[-9:])


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_two_corrections_in_one_message_are_both_taken(start: Callable[..., Talk], channel: str) -> None:
    """Name and number corrected at once."""
    talk = start(channel)
    go_to(talk, "summary_right")
    talk.say("sorry my name is Alex not Sam and the number should be 07700 900456")
    known = talk.world.slots[talk.id]
    assert (known["full_name"], known["contact"]) == ("Alex", "+447700900456"), talk.transcript[-6:]


def test_a_place_that_is_changed_changes_the_way(start: Callable[..., Talk]) -> None:
    """A correction late in the referral that names the city leads to the city's own door, and nothing is sent."""
    talk = start()
    go_to(talk, "summary_right")
    said = talk.say("sorry i live in leicester city centre not coalville, we moved")
    assert "0116 454 1004" in said, talk.transcript[-3:]


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_going_back_asks_the_question_before(start: Callable[..., Talk], channel: str) -> None:
    """ "Go back" opens the question before, whichever kind it is, and its answer may be another one now."""
    talk = start(channel)
    answered = go_to(talk, "best_time")
    for name in reversed([name for name in answered if name in ("contact", "safe_contact", "full_name", "consent")]):
        talk.say("go back")
        assert asked(talk) == name, talk.transcript[-3:]


def test_an_answer_to_a_light_question_is_forgotten_with_what_it_brought(start: Callable[..., Talk]) -> None:
    """ "Behind on rent" brings the home onto the list; taken back, it goes again."""
    talk = start()
    arrive(talk, "priority_bills")
    talk.say("Behind on rent")
    assert "housing" in talk.world.slots[talk.id]["needs"]
    talk.say("can i change an answer")
    talk.say("Which bill worries you most?")
    assert asked(talk) == "priority_bills" and "housing" not in talk.world.slots[talk.id]["needs"]
