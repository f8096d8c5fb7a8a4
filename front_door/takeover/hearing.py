"""What a resident writes while a person is there: kept for the person, screened for danger first, and never given to the bot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from front_door.bot_client import Reply
from front_door.model import Conversation, Message
from front_door.safeguarding.recording import record_reply_shown
from front_door.saying import Voice, say
from front_door.takeover.keeping import NOTICE
from front_door.takeover.model import open_takeover


def hear(session: Session, conversation: Conversation, message: Message, voice: Voice, now: datetime) -> None:
    """Note that the resident wrote to the person, and answer danger at once. `conversation` is held for writing."""
    takeover = open_takeover(session, conversation.id)
    if takeover is not None:
        takeover.waiting_since = takeover.waiting_since or now
        takeover.last_line_at = now
    if message.flags and not message.crisis_sent:
        answer_danger(session, conversation, message, voice, now)


def answer_danger(session: Session, conversation: Conversation, message: Message, voice: Voice, now: datetime) -> None:
    """The crisis reply to a message that the bot does not get; what was shown is written down with its safety events."""
    reply = voice.crisis(message.flags or (), conversation.area, conversation.channel, message.text)
    say(session, conversation, message.turn_id or message.id, [reply], voice, now)
    message.crisis_sent = True
    session.flush()
    record_reply_shown(session, [message.id], reply.text)


def say_moved(
    session: Session, conversation: Conversation, message: Message, arrived: str, voice: Voice, now: datetime
) -> None:
    """The chat came to another channel while a person is there: that is said without the bot."""
    told = Reply(f"{arrived} {voice.words.live.words['still_here']}", data={"kind": NOTICE})
    say(session, conversation, message.id, [told], voice, now)
