"""The assistant says something: lines of the transcript, and for a phone one text in the outbox, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.model import Conversation, Message, OutboxText
from front_door.sms import budget, links, private, render
from front_door.sms.text_rules import TextRules
from front_door.words import Words

if TYPE_CHECKING:  # it stands on this module
    from front_door.resident.chatting import Chatting

MORE = "more"  # the kind of a reply that is the rest of a long text
_NAMING = frozenset({private.SERVICES, private.HELD, MORE, "list"})  # kinds of replies that may name services


@dataclass(frozen=True)
class Voice:
    """What the front door says without the bot: its own words, the crisis replies from confirmed contacts, what texts may say,
    and what is said of a referral that was sent."""

    words: Words
    crisis_text: Callable[[Sequence[str], str | None, str, str], str]  # flags, area, channel, the resident's text
    texts: TextRules
    referrals: Chatting | None = None

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
    channel: str | None = None,
) -> list[Message]:
    """Add `replies` to the conversation. On the web each is a message; by text all of them are one text, numbered choices
    last, with the short welcome before the first text of a conversation (when `welcome`), except before a crisis reply
    or one in another language, which would not fit any more: then it comes with the next text.
    channel: the one that is answered on, where the conversation has moved since. Returns the lines added.
    """
    if (channel or conversation.channel) == "sms":
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
    replies = private.guarded(conversation, replies, voice.texts.private)
    crisis = any(reply.is_crisis for reply in replies)
    open_question: Sequence[dict[str, str]] = next((r.choices for r in reversed(replies) if r.choices), ())
    said = [r.text if r.is_crisis else links.only_ours(r.text, voice.texts.links) for r in replies]
    text = render.whole(said, open_question)
    if not text.strip():
        return []
    foreign = any(reply.data.get("kind") == "language" for reply in replies)
    greets = welcome and not conversation.welcomed and not crisis and not foreign
    if greets:
        text = f"{voice.words.sms_welcome}\n{text}"
    fitted = render.fit(text, voice.words.more, render.MAX_CRISIS_SEGMENTS if crisis else render.MAX_SEGMENTS)
    kind = _text_kind(replies)
    closed = budget.closed_because(session, conversation, kind, fitted.segments, voice.texts.day, now)
    lines = [
        queue_text(session, conversation, turn_id, fitted, kind, "crisis" if crisis else _kind(replies[0]), now, closed)
    ]
    if closed is None:
        conversation.welcomed = conversation.welcomed or greets
        if fitted.rest or any(_kind(reply) == MORE for reply in replies):
            conversation.more_text = fitted.rest or None
            conversation.more_private = bool(fitted.rest) and any(
                private.names_one(reply, voice.texts.private) for reply in replies
            )
    elif kind not in ("follow_up", "staff") and not budget.was_told(
        session, conversation, now
    ):  # nobody waits for what they did not ask
        notice = render.fit(voice.texts.day.reached, voice.words.more)
        lines.append(queue_text(session, conversation, turn_id, notice, budget.NOTICE, budget.NOTICE, now))
    return lines


def was_closed(session: Session, lines: Sequence[Message]) -> bool:
    """Whether a text among these lines was closed at once, at the day's limit, and so will never go."""
    closed = select(OutboxText.id).where(
        OutboxText.conversation_id.in_({line.conversation_id for line in lines}),
        OutboxText.position.in_([line.seq for line in lines]),
        OutboxText.state == "failed",
    )
    return session.scalar(closed.limit(1)) is not None


def queue_text(
    session: Session,
    conversation: Conversation,
    turn_id: str,
    text: render.Text,
    kind: str,
    message_kind: str,
    now: datetime,
    closed: str | None = None,
    **columns: Any,
) -> Message:
    """A line of the transcript and its text in the outbox; `closed` says why it is not sent, and stands there for staff to see.
    `columns`: more of the line."""
    line = rows.add_message(session, conversation, "out", text.body, now, turn_id=turn_id, kind=message_kind, **columns)
    session.add(
        OutboxText(
            id=rows.new_id(),
            conversation_id=conversation.id,
            position=conversation.last_seq,
            kind=kind,
            crisis=kind == "crisis",
            number_digest=budget.number_of(session, conversation),
            body=text.body,
            segments=text.segments,
            state="failed" if closed else "pending",
            error=closed,
            next_at=now,
            created_at=now,
        )
    )
    return line


def _text_kind(replies: Sequence[Reply]) -> str:
    """What sort of text the replies make, for the outbox: the one that asks for the most care of those in it."""
    kinds = {_kind(reply) for reply in replies}
    for kind in ("crisis", "confirmation", "stop_confirmation", "follow_up", "staff"):
        if kind in kinds:
            return kind
    names = kinds & _NAMING or any(reply.data.get("services") for reply in replies)
    return private.SERVICES if names else "reply"


def _kind(reply: Reply) -> str:
    return str(reply.data.get("kind") or "text")[:20]
