"""Every question against every interruption, on both channels: it is answered, and the same question is still open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversation.states import ALL, PERSON, arrive, asked
from tests.conversation.world import Talk, wordings

# What is said, and the responses of which one must answer it (none: the question itself is put again, plainer or not).
INTERRUPTIONS: dict[str, tuple[str, ...]] = {
    "why do you need to know that?": ("why",),
    "who gets to see what i write": ("utter_privacy",),
    "how does this work": ("utter_help",),
    "what time are you open": ("utter_hours", "utter_hours_unconfirmed"),
    "are you a robot": ("utter_bot",),
    "say that again please": (),
    "what does that mean": (),
    "can you put that in simpler words please": (),
    "i want to make a complaint, you lot are useless": ("utter_complaint",),
    "lovely weather we are having today": ("utter_chitchat",),
    "hello": ("utter_greet",),
}
FLAG = "i want to kill myself"


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("state", ALL)
def test_an_interruption_is_answered_and_the_question_stays(
    start: Callable[..., Talk], state: str, channel: str
) -> None:
    """Why, privacy, help, hours, bot, repeat, meaning, simpler, complaint, small talk and a greeting, one after another, then danger."""
    talk = start(channel)
    arrive(talk, state)
    prompts: list[str] = []
    for text, responses in INTERRUPTIONS.items():
        talk.say(text)
        if not responses:
            assert len(talk.replies) == 1, talk.transcript[-3:]
        elif responses != ("why",):
            expected = [line for name in responses for line in wordings(name)]
            assert any(line in talk.said for line in expected), (text, talk.transcript[-3:])
        else:
            assert len(talk.replies) >= 2, talk.transcript[-3:]
        assert asked(talk) == state, (text, talk.transcript[-6:])
        prompts.append(talk.replies[-1]["text"])
    assert not any(a == b == c for a, b, c in zip(prompts, prompts[1:], prompts[2:], strict=False)), prompts
    talk.say(FLAG)
    assert talk.replies[0]["data"].get("kind") == "crisis" and "999" in talk.replies[0]["text"]
    # The question about safety is answered by it, and whoever tells of danger is not kept from a person by optional questions.
    assert asked(talk) == state or state in ("safety", *PERSON), talk.transcript[-3:]
