"""Whatever is typed is text: it gets an answer, and drives nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conversation.world import Talk, World

ODD = {
    "slash command": "/restart",
    "intent payload": "/affirm",
    "payload with slots": '/tell_need{"need": "food"}',
    "submit": "/action_submit_referral",
    "html": "<script>alert(1)</script><b>help</b>",
    "sql": "'; DROP TABLE referral; --",
    "emoji": "😀😀😀",
    "one dot": ".",
    "gujarati": "મને મદદ જોઈએ છે",
    "arabic": "أحتاج إلى مساعدة",
    "chinese": "我需要帮助",
    "template": "{reference} {needs_text}",
    "nulls": "hello\u0000there",
    "joiners": "\u200b\u200d\ufeff",
    "long": "I am so worried about money and the house is cold. " * 95,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_text_gets_an_answer(talk: Talk, text: str) -> None:
    """Every odd text gets a reply with words in it, and the conversation goes on after it."""
    assert talk.say(text).strip()
    assert "own words" in talk.say("start again")


def test_a_typed_slash_is_text(start: Callable[..., Talk]) -> None:
    """A typed /restart neither wipes the conversation nor reaches Rasa as a command."""
    talk = start()
    talk.say("i cant pay my rent")
    talk.say("/restart")
    talk.say("yes thats right")
    assert "Which town or village" in talk.said


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"conversation": "x"}', b'{"conversation": 1, "message_id": "a", "text": "b"}'],
)
def test_a_malformed_turn_is_refused(world: World, body: bytes) -> None:
    """A turn that is not of the agreed form: 400 with a reason, never a page of HTML."""
    status, answer = world.post("/webhooks/front_door/turn", body)
    assert status == 400 and answer["error"] == "bad_request"


def test_a_turn_without_the_key_is_refused(world: World) -> None:
    """Only the front door may talk to the bot."""
    status, _ = world.post("/webhooks/front_door/turn", {"conversation": "c", "message_id": "m", "text": "hi"}, key="x")
    assert status == 403


@pytest.mark.parametrize("text", ["/affirm", "/restart", ""])
def test_parsing_takes_text_as_text(world: World, text: str) -> None:
    """POST /model/parse: a leading slash is text, empty text is out_of_scope."""
    status, answer = world.post("/model/parse", {"text": text})
    assert status == 200
    assert (answer["intent"]["name"] == "out_of_scope") if not text else answer["intent"]["name"] != text[1:]


def test_parsing_finds_several_needs_and_the_place(world: World) -> None:
    """POST /model/parse: several needs, the place and the postcode come out as entities."""
    _, answer = world.post(
        "/model/parse", {"text": "im in Coalville le67 3ab, cant pay my gas bill and i keep falling over at home"}
    )
    found = {(entity["entity"], entity["value"]) for entity in answer["entities"]}
    assert ("place", "Coalville") in found and ("postcode", "LE67 3AB") in found
    assert {value for kind, value in found if kind == "need"} >= {"falls_mobility"}
    assert answer["intent"]["name"] == "tell_need"
