"""The assistant says something: lines of the transcript, and for a phone one text in the outbox, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.model import Conversation, Message, OutboxText
from front_door.sms import render
from front_door.words import Words


@dataclass(frozen=True)
class Voice:
    """What the front door says without the bot: its own words, and the crisis replies from confirmed contacts."""

    words: Words
    crisis_text: Callable[[Sequence[str], str | None, str, str], str]  # flags, area, channel, the resident's text

    def crisis(self, flags: Sequence[str], area: str | None, channel: str, text: str) -> Reply:
        return Reply(self.crisis_text(flags, area, channel, text), data={"kind": "crisis", "flags": list(flags)})

    def apology(self) -> Reply:
        return Reply(self.words.apology, data={"kind": "apology"})

    def gave_up(self) -> Reply:
        return Reply(self.words.gave_up, data={"kind": "apology"})


def say(
    session: Session,
    conversation: Conversation,
    turn_id: str,
    replies: Sequence[Reply],
    voice: Voice,
    now: datetime,
    welcome: bool = False,
) -> list[Message]:
    """Add `replies` to the conversation. On the web each is a message; by text all of them are one text, numbered choices
    last, with the short welcome before the first text of a conversation (when `welcome`), except before a crisis reply
    or one in another language, which would not fit any more: then it comes with the next text.
    Returns the lines added.
    """
    if conversation.channel == "sms":
        return _say_by_text(session, conversation, turn_id, replies, voice, now, welcome)
    return [
        rows.add_message(
            session,
            conversation,
            "out",
            reply.text,
            now,
            turn_id=turn_id,
            kind=_kind(reply),
            data={"choices": list(reply.choices), "data": reply.data} if reply.choices or reply.data else None,
        )
        for reply in replies
    ]


def _say_by_text(
    session: Session,
    conversation: Conversation,
    turn_id: str,
    replies: Sequence[Reply],
    voice: Voice,
    now: datetime,
    welcome: bool,
) -> list[Message]:
    crisis = any(reply.is_crisis for reply in replies)
    open_question: Sequence[dict[str, str]] = next((r.choices for r in reversed(replies) if r.choices), ())
    text = render.whole([reply.text for reply in replies], open_question)
    if not text.strip():
        return []
    foreign = any(reply.data.get("kind") == "language" for reply in replies)
    if welcome and not conversation.welcomed and not crisis and not foreign:
        text = f"{voice.words.sms_welcome}\n{text}"
        conversation.welcomed = True
    fitted = render.fit(text, voice.words.more, render.MAX_CRISIS_SEGMENTS if crisis else render.MAX_SEGMENTS)
    if fitted.rest:
        conversation.more_text = fitted.rest
    kind = "crisis" if crisis else _kind(replies[0])
    line = rows.add_message(session, conversation, "out", fitted.body, now, turn_id=turn_id, kind=kind)
    session.add(
        OutboxText(
            id=rows.new_id(),
            conversation_id=conversation.id,
            position=conversation.last_seq,
            kind=kind if kind in ("crisis", "stop_confirmation") else "reply",
            crisis=crisis,
            body=fitted.body,
            segments=fitted.segments,
            next_at=now,
            created_at=now,
        )
    )
    return [line]


def _kind(reply: Reply) -> str:
    return str(reply.data.get("kind") or "text")[:20]
