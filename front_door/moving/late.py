"""What is said around a move: first words on the new channel, and answers that were under way to the old one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from front_door.bot_client import Reply
from front_door.model import ACTIVE, Conversation, Message
from front_door.moving.doors import SMS
from front_door.moving.words import KINDS, MovingWords
from front_door.saying import Voice, say
from front_door.sms import private, render


def has_moved(kinds: Collection[str]) -> bool:
    """Whether a turn is that of the message that brought a code."""
    return any(kind in KINDS for kind in kinds)


def arrived(kinds: Collection[str], replies: list[Reply], words: MovingWords) -> list[Reply]:
    """The replies to a turn, with our words about the move before those to a code."""
    kind = next((kind for kind in kinds if kind in KINDS), None)
    if kind is None:
        return replies
    return [replace(replies[0], text=f"{words.arrived[kind]}\n{replies[0].text}"), *replies[1:]]


def may_hear(conversation: Conversation) -> bool:
    """Whether anybody is there to be answered. A page that was left shows nothing; a text that was taken in before its
    conversation gave way to another one is answered all the same, unless the number stopped our texts.
    """
    return conversation.state == ACTIVE or (conversation.channel == SMS and not conversation.texts_stopped)


def say_late(
    session: Session,
    conversation: Conversation,
    channel: str,
    turn_id: str,
    replies: Sequence[Reply],
    voice: Voice,
    now: datetime,
) -> list[Message]:
    """Say the answer to a message that came in by `channel` before its conversation moved, or ended for a phone.

    A text is answered by text, without choices: a number sent back would answer another question. What was asked on the
    page is kept for who asks for it ("Reply 9"), because the first text must name no topic; only danger is answered at once.
    """
    if channel == SMS:
        plain = [replace(reply, choices=()) for reply in replies]
        lines = say(session, conversation, turn_id, plain, voice, now, channel=SMS)
    elif conversation.channel == SMS:
        kept = [reply for reply in replies if not reply.is_crisis]
        lines = say(session, conversation, turn_id, kept, voice, now, channel=channel)
        if whole := render.whole([reply.text for reply in kept], ()):
            conversation.more_text = whole
            conversation.more_private = any(private.names_one(reply, voice.texts.private) for reply in kept)
        crisis = [reply for reply in replies if reply.is_crisis]
        lines += say(session, conversation, turn_id, crisis, voice, now) if crisis else []
    else:
        return []
    for line in lines:
        line.channel = channel
    return lines


def with_last_answer(conversation: Conversation, replies: list[Reply], words: MovingWords) -> list[Reply]:
    """The first text after a move says that an answer is kept; nothing does when a person speaks there by now."""
    if not replies or not conversation.more_text:
        return replies
    return [*replies[:-1], replace(replies[-1], text=f"{replies[-1].text}\n{words.last_answer}")]
