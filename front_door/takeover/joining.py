"""A person joins a conversation and leaves it. Both are one transaction that holds the conversation, so one voice speaks at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.model import ACTIVE, NOTED, QUEUED, WAITING, Conversation, Message
from front_door.saying import Voice, say
from front_door.sms.private import REPLIES_WITHIN
from front_door.takeover import keeping
from front_door.takeover.hearing import answer_danger
from front_door.takeover.history import tell_referral
from front_door.takeover.model import JOINED, NOBODY, RELEASED, Takeover, open_takeover
from front_door.takeover.rules import AGAIN, CAREFUL, CLOSED, NIGHT, NOT_YOURS, OVER, STOPPED, TAKEN, LiveChat
from front_door.timing import Timing

OVERRIDES = ("safety", "agreed", "on_call")  # why a lead joins outside the hours
_IDLE = Timing().session_idle


def join(
    session: Session, conversation_id: str, *, who: str, speaker: str, voice: Voice, now: datetime, override: str = ""
) -> str:
    """Make `who` (an account) the one who speaks; returns "" or why not, a code of `rules` (AGAIN: they had joined). The resident is told who it is.

    What waits for the bot and was not begun is left to the person; a turn under way keeps its answer to itself.
    speaker: a key of `LiveChat.speakers`. override: why it may be outside the team's hours, one of OVERRIDES.
    """
    conversation, takeover = held(session, conversation_id)
    if conversation is None or not is_there(conversation, now):
        return OVER
    if takeover is not None and takeover.joined_by is not None:
        return AGAIN if takeover.joined_by == who else TAKEN
    rules = voice.words.live
    if not rules.is_open(now) and override not in OVERRIDES:
        return CLOSED
    if refused := may_not_text(conversation, rules, now):
        return refused
    if takeover is None:
        takeover = Takeover(id=rows.new_id(), conversation_id=conversation.id)
        session.add(takeover)
    for message in _not_begun(session, conversation):
        message.state = NOTED
        if message.flags and not message.crisis_sent:
            answer_danger(session, conversation, message, voice, now)
    takeover.kept = keeping.remember(session, conversation)
    takeover.joined_by, takeover.joined_at, takeover.speaker = who, now, speaker
    takeover.override = override or None
    takeover.waiting_since = takeover.last_line_at = now
    conversation.person = JOINED
    joined = rules.words["joined"].replace("{speaker}", rules.speakers[speaker])
    notice(session, conversation, joined, voice, now)
    takeover.first_line = conversation.last_seq
    session.flush()
    return ""


def release(
    session: Session, conversation_id: str, *, who: str, voice: Voice, now: datetime, lead: bool = False
) -> str:
    """The person leaves; returns "" or why not. A lead may also end what somebody else joined."""
    conversation, takeover = held(session, conversation_id)
    if conversation is None or takeover is None or takeover.joined_by is None:
        return OVER
    if takeover.joined_by != who and not lead:
        return NOT_YOURS
    end(session, conversation, takeover, voice, now, by=who, reason=RELEASED, said=voice.words.live.words["released"])
    return ""


def end(
    session: Session,
    conversation: Conversation,
    takeover: Takeover,
    voice: Voice,
    now: datetime,
    *,
    by: str,
    reason: str,
    said: str = "",
    call_back: bool = False,
) -> None:
    """End a takeover: `said` is told, then what the assistant kept, or its open question again. With `call_back` the bot is asked for
    a person instead, as if the resident had pressed the button. Nothing is told to somebody who has left.
    """
    takeover.ended_at, takeover.ended_by, takeover.reason = now, by, reason
    conversation.person = NOBODY
    joined = takeover.joined_at is not None
    answer_due = _is_answer_due(session, conversation)
    back = keeping.take_out(takeover, conversation, again=joined and not call_back and not answer_due)
    session.flush()
    if joined:
        tell_referral(session, takeover, now)
    if not is_there(conversation, now):
        return
    if joined and not back and not call_back and not answer_due:
        said = f"{said} {voice.words.live.words['carry_on']}"
    if said:
        notice(session, conversation, said, voice, now, back)
    if call_back:
        rows.add_message(session, conversation, "in", "", now, state=QUEUED, kind=keeping.CALL_BACK)
    session.flush()


def notice(
    session: Session, conversation: Conversation, said: str, voice: Voice, now: datetime, then: Sequence[Reply] = ()
) -> None:
    """Tell the resident something about who speaks, and after it what the bot has to say."""
    say(session, conversation, rows.new_id(), [Reply(said, data={"kind": keeping.NOTICE}), *then], voice, now)


def held(session: Session, conversation_id: str) -> tuple[Conversation | None, Takeover | None]:
    """A conversation, held for writing, and its takeover that has not ended."""
    conversation = rows.locked(session, conversation_id)
    if conversation is not None:
        session.refresh(conversation)
    return conversation, open_takeover(session, conversation_id) if conversation else None


def is_there(conversation: Conversation, now: datetime) -> bool:
    """Whether the resident still has this chat open, as far as we know."""
    quiet = conversation.channel != "sms" and rows.older_than(conversation.last_seen_at, now, _IDLE)
    return conversation.state == ACTIVE and conversation.last_seq > 0 and not quiet


def may_not_text(conversation: Conversation, rules: LiveChat, now: datetime) -> str | None:
    """Why no text of staff may go to this conversation now: a code of `rules`; None when it may, or when it is on the web."""
    if conversation.channel != "sms":
        return None
    if conversation.texts_stopped:
        return STOPPED
    if conversation.careful and now - conversation.last_seen_at > REPLIES_WITHIN:
        return CAREFUL
    return None if rules.may_text(conversation.last_seen_at, now) else NIGHT


def _not_begun(session: Session, conversation: Conversation) -> Sequence[Message]:
    """Messages that wait and that no turn was tried for. (What was tried, the bot may have answered: its answer is kept.)"""
    return session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.direction == "in")
        .where(Message.state == QUEUED, Message.turn_id.is_(None))
        .order_by(Message.seq)
    ).all()


def _is_answer_due(session: Session, conversation: Conversation) -> bool:
    waiting = select(Message.id).where(
        Message.conversation_id == conversation.id, Message.direction == "in", Message.state.in_(WAITING)
    )
    return session.scalar(waiting.limit(1)) is not None
