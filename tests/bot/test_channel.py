"""The bot's own channel: what it takes and how replies are collected."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import BotUttered

from bot.channel import MAX_TEXT, BadRequest, WholeReplies, as_reply, read_turn
from tests.bot.turns import body

BUTTONS = [{"title": "Yes", "payload": "yes"}, {"title": "No", "payload": "no"}]

# --- reading -----------------------------------------------------------------------------------------------------------


def test_a_good_turn_is_read() -> None:
    """Every field reaches Rasa: text, conversation, message id, channel and metadata."""
    message = read_turn(body())
    assert message.text == "i am so lonely"
    assert (message.sender_id, message.message_id, message.input_channel) == ("c1", "m1", "sms")
    assert message.metadata == {"crisis_sent": ["fire_gas"]}
    assert message.parse_data is None
    assert isinstance(message.output_channel, WholeReplies)
    assert message.output_channel.name() == "sms"


def test_channel_choice_and_metadata_may_be_left_out() -> None:
    """The three needed fields are enough; the channel is then the web."""
    message = read_turn(json.dumps({"conversation": "c1", "message_id": "m1", "text": ""}).encode())
    assert message.input_channel == "web" and message.parse_data is None and message.metadata == {}


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"conversation": "c1", "text": "hello"}',
        b'{"conversation": "c1", "message_id": "m1"}',
        b'{"message_id": "m1", "text": "hello"}',
        body(conversation=7),
        body(conversation=None),
        body(conversation=""),
        body(conversation="c" * 65),
        body(message_id=7),
        body(message_id=""),
        body(message_id="m" * 65),
        body(text=None),
        body(text=["hello"]),
        body(text="x" * (MAX_TEXT + 1)),
        body(channel="pigeon"),
        body(channel=None),
        body(channel=["web"]),
        body(choice=2),
        body(choice=["yes"]),
    ],
)
def test_every_bad_form_is_refused(bad: bytes) -> None:
    """A request of another form is refused as a whole; nothing is guessed."""
    with pytest.raises(BadRequest):
        read_turn(bad)


def test_the_longest_values_are_taken() -> None:
    """Ids of 64 characters and a text of the full length are fine."""
    message = read_turn(body(conversation="c" * 64, message_id="m" * 64, text="x" * MAX_TEXT))
    assert len(message.text) == MAX_TEXT


@pytest.mark.parametrize("metadata", [None, "text", ["crisis_sent"], 7])
def test_metadata_of_another_form_counts_as_none(metadata: Any) -> None:
    """Metadata is a help, never a reason to leave a resident without an answer."""
    assert read_turn(body(metadata=metadata)).metadata == {}


def test_a_choice_becomes_the_intent_choose() -> None:
    """A chosen button is certain: no guess about the words on it, and its value travels as an entity."""
    message = read_turn(body(text="Yes please", choice="yes"))
    assert message.parse_data is not None
    assert message.text == message.parse_data["text"] == "Yes please"
    assert message.parse_data["intent"] == {"name": "choose", "confidence": 1.0}
    assert message.parse_data["entities"] == [{"entity": "choice", "value": "yes", "start": 0, "end": 10}]


def test_an_empty_choice_is_no_choice() -> None:
    """A form sent without a button pressed is an ordinary message."""
    assert read_turn(body(choice="")).parse_data is None


# --- collecting --------------------------------------------------------------------------------------------------------


async def test_replies_stay_whole() -> None:
    """Blank lines and buttons stay in one reply; Rasa's own collecting channel splits and flattens them."""
    text = "One.\n\nTwo.\n\nThree?"
    channel = WholeReplies("web")
    said = BotUttered(text, {"buttons": BUTTONS, "custom": {"kind": "crisis"}})
    await channel.send_response("c1", said.message())
    (message,) = channel.messages
    assert as_reply(message) == {
        "text": text,
        "choices": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}],
        "data": {"kind": "crisis"},
    }
    of_rasa = CollectingOutputChannel()
    await of_rasa.send_response("c1", BotUttered(text).message())
    assert len(of_rasa.messages) == 3


@pytest.mark.parametrize(
    "message",
    [{}, {"text": None, "buttons": None, "custom": None}, {"text": "", "buttons": [], "custom": {}}],
)
def test_missing_parts_of_a_reply_are_empty(message: dict[str, Any]) -> None:
    """The front door always gets the same three fields."""
    assert as_reply(message) == {"text": "", "choices": [], "data": {}}
