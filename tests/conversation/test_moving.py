"""A chat that moves between the web page and text messages: the same question, memory and outcome; nothing told is said unasked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from actions.moved import PLAIN
from tests.conversation.resident import Played, characters, play
from tests.conversation.states import ALL, DETAILS, TO_A_PERSON, arrive, asked
from tests.conversation.world import Talk, World

NUMBER = "+447700900777"
WELCOME = "Welcome back. Shall we carry on, or start again?"
SOME = list(characters())[::15]
TO_WEB = (
    "what_is_going_on",
    "needs_right",
    "place",
    "next_step",
    "full_name",
    "contact",
    "summary_right",
    "contact_note",
)


def move(talk: Talk, to: str) -> str:
    """What the front door gives the bot when a code has come; returns what is said first there."""
    talk.channel = to
    metadata = {"away": True, "moved": True} | ({"sms_number": NUMBER} if to == "sms" else {})
    body = {"conversation": talk.id, "message_id": uuid.uuid4().hex, "text": "(A code to carry on here)"}
    status, answer = talk.world.post(
        "/webhooks/front_door/turn", {**body, "choice": "moved=yes", "channel": to, "metadata": metadata}
    )
    assert status == 200, answer
    talk.replies = answer["replies"]
    talk.transcript += [f"-- now by {to}", talk.said, " | ".join(talk.labels)]
    return talk.said


class Moving(Talk):
    """A talk that moves to the other channel before some of its messages, and carries on there."""

    def __init__(self, world: World, channel: str, before: tuple[int, ...]) -> None:
        super().__init__(world, channel)
        self._before = before
        self._said = 0

    def say(self, text: str, message_id: str | None = None, **metadata: Any) -> str:
        self._said += 1
        if self._said in self._before:
            move(self, "sms" if self.channel == "web" else "web")
            if asked(self) == "came_back":
                super().say("Carry on", **metadata)
        return super().say(text, message_id, **({"sms_number": NUMBER} if self.channel == "sms" else {}))


@pytest.mark.parametrize(("state", "to"), [*((state, "sms") for state in ALL), *((state, "web") for state in TO_WEB)])
def test_the_same_question_is_open_after_the_move(start: Callable[..., Talk], state: str, to: str) -> None:
    """A question that tells nothing comes at once; any other only after "carry on". The first words name nothing that was told."""
    talk = start("web" if to == "sms" else "sms")
    arrive(talk, state)
    told, name = talk.transcript[0], talk.world.slots[talk.id].get("full_name")
    first = move(talk, to)
    if state in PLAIN:
        assert asked(talk) == state
    else:
        assert first == WELCOME and talk.labels == ["Carry on", "Start again"]
        talk.say("1")
        assert asked(talk) == state, talk.transcript[-6:]
    for need in talk.world.slots[talk.id].get("needs") or []:
        short = talk.world.services.needs.get(need).short
        assert short.lower() not in first.lower(), told
    assert not name or name not in first


@pytest.mark.parametrize("to", ["sms", "web"])
def test_the_number_i_am_texting_from_is_offered_only_by_text(start: Callable[..., Talk], to: str) -> None:
    """Offered with the very first text; on the page there is no such number, and a number has to be typed."""
    talk = start("web" if to == "sms" else "sms")
    arrive(talk, "contact")
    move(talk, to)
    assert ("The number I am texting from" in talk.labels) == (to == "sms")
    if to == "sms":
        talk.say("1", sms_number=NUMBER)
        assert talk.world.slots[talk.id]["contact"] == NUMBER and asked(talk) == "safe_contact"


def test_services_are_a_list_by_text_and_cards_on_the_page(start: Callable[..., Talk]) -> None:
    """After the move more services come in the form of the new channel, and none of those shown before."""
    for to in ("web", "sms"):
        talk = start("sms" if to == "web" else "web")
        arrive(talk, "next_step")
        shown = set(talk.world.slots[talk.id]["shown"])
        move(talk, to)
        talk.say("Carry on")
        talk.say("Show me more")
        (listed,) = (reply for reply in talk.replies if reply["data"].get("kind") == "services")
        assert not shown & {service["id"] for service in listed["data"]["services"]}
        longest = max(len(part.splitlines()) for part in listed["text"].split("\n\n"))
        assert longest > 1 if to == "web" else longest == 1


@pytest.mark.parametrize("to", ["sms", "web"])
def test_consent_holds_and_is_not_asked_again(start: Callable[..., Talk], to: str) -> None:
    """What was agreed to before the move is sent after it, with the words that were shown then."""
    talk = start("web" if to == "sms" else "sms")
    for step in [*TO_A_PERSON, *DETAILS[:3]]:
        talk.say(step)
    offer = talk.world.slots[talk.id]["consent_offer"]
    move(talk, to)
    for step in ("Carry on", *DETAILS[3:]):
        talk.say(step)
    assert talk.world.slots[talk.id]["consent_offer"] == offer
    assert "reference" in talk.say("Send it")


def test_danger_told_before_is_remembered(start: Callable[..., Talk]) -> None:
    """The flag stays with the chat, and a referral names it."""
    talk = start("web")
    talk.say("my husband hits me and i need somewhere else to live")
    known = talk.world.slots[talk.id]
    flags, needs = known["red_flags_seen"], known["needs"]
    first = move(talk, "sms")
    assert first == WELCOME and flags == ["abuse_now"]
    talk.say("Carry on", sms_number=NUMBER)
    known = talk.world.slots[talk.id]
    assert (known["red_flags_seen"], known["needs"], asked(talk)) == (flags, needs, "needs_right")


def test_without_an_open_question_the_first_one_comes(start: Callable[..., Talk]) -> None:
    """After the end a move is a new start; the offer of a text in two weeks comes again with its choices."""
    talk = start("web")
    arrive(talk, "next_step")
    talk.say("That's enough for now")
    assert "What's going on for you?" in move(talk, "sms")
    talk = start("sms")
    arrive(talk, "next_step")
    talk.say("That's enough for now", sms_number=NUMBER)
    offered = talk.labels
    move(talk, "sms")
    assert talk.labels == offered


@pytest.fixture(scope="module")
def played(world: World) -> list[tuple[str, Played, Played, Played]]:
    """Residents who stay on the page, who go on by text, and who change twice."""
    return [
        (
            who["id"],
            play(world, who, "web"),
            play(world, who, "web", Moving(world, "web", (3,))),
            play(world, who, "sms", Moving(world, "sms", (2, 5))),
        )
        for who in SOME
    ]


def test_the_same_resident_the_same_outcome(played: list[tuple[str, Played, Played, Played]]) -> None:
    """End, destination, needs, place and flags are those of who stayed on one channel."""
    for who, *plays in played:
        outcomes = {
            (one.end, one.destination, tuple(sorted(one.needs)), one.place, tuple(sorted(one.flags))) for one in plays
        }
        assert len(outcomes) == 1, (who, outcomes)
