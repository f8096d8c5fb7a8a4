"""Conversations for the tests, built from Rasa's own events, and whole turns of the tiny assistant."""

from __future__ import annotations

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.tracker_store import ConversationStore, turns
from tests.bot.action_server import ActionServer
from tests.bot.tiny import DOMAIN


def conversation(turns: int = 3) -> DialogueStateTracker:
    """A conversation of `turns` messages, the newest not answered yet."""
    events: list[Event] = []
    for number in range(turns):
        events += [ActionExecuted("action_listen"), UserUttered(f"message {number}", {"name": "tell_need"})]
        events += [BotUttered(f"reply {number}")] if number < turns - 1 else [SlotSet("reference", "R1")]
    return DialogueStateTracker.from_events("c1", events, Domain.from_yaml(DOMAIN).slots)


async def turn(model: str, server: ActionServer, text: str) -> tuple[list[str], DialogueStateTracker | None]:
    """What a tiny assistant says to one message, and the tracker it saved."""
    agent = Agent.load(model, action_endpoint=EndpointConfig(server.url))
    channel = CollectingOutputChannel()
    try:
        await agent.processor.handle_message(UserMessage(text, channel, "c1"))
    finally:
        tracker = await agent.tracker_store.retrieve("c1")
    return [message["text"] for message in channel.messages], tracker


def says(text: str, message_id: str | None = None) -> UserUttered:
    """A message that was understood as loneliness."""
    return UserUttered(
        text,
        {"name": "tell_need", "confidence": 0.9},
        [{"entity": "need", "value": "loneliness", "start": 0, "end": len(text)}],
        input_channel="sms",
        message_id=message_id,
        metadata={"crisis_sent": []},
    )


def one_turn(number: int = 1) -> list[Event]:
    """The events of one turn, with something of each kind."""
    return [
        says(f"i am lonely {number}", f"m{number}"),
        ActiveLoop("assessment"),
        SlotSet("requested_slot", "village"),
        BotUttered(f"Where do you live? {number}", {"buttons": [{"title": "Wigston", "payload": "Wigston"}]}),
        ActionExecuted("action_listen"),
    ]


def tracker(*events: Event, conversation: str = "c1") -> DialogueStateTracker:
    """A conversation with these events, none of them stored yet."""
    return DialogueStateTracker.from_events(conversation, list(events), Domain.from_yaml(DOMAIN).slots)


def grow(known: DialogueStateTracker, events: list[Event]) -> DialogueStateTracker:
    """The same conversation, gone on."""
    for event in events:
        known.update(event)
    return known


def stored(store: ConversationStore) -> list[sa.engine.Row]:
    """The rows of the table, in the order in which they were stored."""
    with store._engine.connect() as connection:
        return connection.execute(sa.select(turns).order_by(turns.c.id)).all()
