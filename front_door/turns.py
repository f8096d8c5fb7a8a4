"""How a turn ends, in one transaction each: answered, failed, or with the truth while it still waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.claiming import Lease, Turn, claim_next
from front_door.model import ACTIVE, DONE, FAILED, QUEUED, WAITING, Conversation, Message
from front_door.moving import late
from front_door.saying import Voice, say


@dataclass(frozen=True)
class Ended:
    """How a turn ended: whether this worker's result counted, whether the turn is over, the next one if any, and the lines that were said."""

    counted: bool
    done: bool = False
    next: Turn | None = None
    said: Sequence[Message] = ()


def finish(
    session: Session, turn: Turn, replies: Sequence[Reply], voice: Voice, lease: Lease, now: datetime, local: bool
) -> Ended:
    """Write the replies, mark the turn done, queue what has to be sent and claim what comes next, together.

    local: the replies are our own words and leave the bot's open question as it is. A worker that lost its lease writes
    nothing, and nobody ends a turn twice.
    """
    conversation = rows.locked(session, turn.conversation)
    messages = _to_end(session, conversation, turn, lease)
    if conversation is None or not messages:
        return Ended(False)
    said = _with_crisis(turn, list(replies), any(message.crisis_sent for message in messages), voice)
    for message in messages:
        message.state = DONE
    if not local:
        conversation.apologised = False
        conversation.more_text = conversation.more_text if late.has_moved(turn.kinds) else None
        conversation.pending_choices = next((list(r.choices) for r in reversed(said) if r.choices), None)
        for reply in said:
            if isinstance(reply.data.get("area"), str):
                conversation.area = reply.data["area"][:60]
    lines: list[Message] = []
    if conversation.state == ACTIVE and conversation.channel == turn.channel:
        if late.has_moved(turn.kinds):
            said = late.with_last_answer(conversation, said, voice.words.moving)
        lines = say(session, conversation, turn.id, said, voice, now, welcome=True)
    elif late.may_hear(conversation):
        lines = late.say_late(session, conversation, turn.channel, turn.id, said, voice, now)
    _record_crisis(session, turn, said, now)
    following = claim_next(session, conversation, lease, now, without=turn.messages)
    return Ended(True, True, following, lines)


def _to_end(session: Session, conversation: Conversation | None, turn: Turn, lease: Lease) -> list[Message]:
    """The messages of a turn that this worker may end: it holds the lease, and they still wait. They wait no longer when a stalled
    worker's lease ran out and the same turn was claimed again, by another worker or beside itself in the same one.
    """
    if conversation is None or conversation.lease_owner != lease.owner:
        return []
    waiting = select(Message).where(Message.id.in_(turn.messages), Message.state.in_(WAITING))
    return list(session.scalars(waiting))


def _with_crisis(turn: Turn, said: list[Reply], already: bool, voice: Voice) -> list[Reply]:
    """Danger is answered exactly once: by the bot, or by us when the bot did not or was late."""
    if already:
        return [reply for reply in said if reply.choices or not reply.is_crisis]
    if turn.flags and not any(reply.is_crisis for reply in said):
        return [voice.crisis(turn.flags, turn.area, turn.channel, turn.text), *said]
    return said


def _record_crisis(session: Session, turn: Turn, said: Sequence[Reply], now: datetime) -> None:
    shown = next((reply for reply in said if reply.is_crisis), None)
    if shown is None:
        return
    if not rows.record_reply_shown(session, turn.messages, shown.text) and not turn.flags:
        flags = [str(flag) for flag in shown.data.get("flags", [])] or ["found_by_the_bot"]
        rows.record_flags(
            session,
            flags,
            channel=turn.channel,
            now=now,
            conversation_id=turn.conversation,
            message_id=turn.id,
            reply_shown=shown.text,
        )


def fail(
    session: Session, turn: Turn, voice: Voice, lease: Lease, now: datetime, delay: float, give_up: timedelta
) -> Ended:
    """The bot did not answer: try again after `delay` seconds, or, past `give_up`, say so and go on with what is next."""
    conversation = rows.locked(session, turn.conversation)
    messages = _to_end(session, conversation, turn, lease)
    if conversation is None or not messages:
        return Ended(False)
    over = rows.older_than(turn.oldest, now, give_up)
    for message in messages:
        message.attempts += 1
        message.state = FAILED if over else QUEUED
    if over:
        lines: list[Message] = []
        if late.may_hear(conversation):
            lines = say(session, conversation, turn.id, [voice.gave_up()], voice, now)
        return Ended(True, True, claim_next(session, conversation, lease, now, without=turn.messages), lines)
    conversation.lease_owner = conversation.lease_until = None
    conversation.next_turn_at = now + timedelta(seconds=delay)
    return Ended(True)


def break_silence(session: Session, message_id: str, voice: Voice, now: datetime, troubled: bool) -> bool:
    """A message has no answer yet. Danger is answered now; else, when `troubled`, we own up once per outage.

    Returns True when nothing more has to be said for this message.
    """
    message = session.get(Message, message_id)
    if message is None or message.state not in WAITING:
        return True
    conversation = rows.locked(session, message.conversation_id)
    if conversation is None or not late.may_hear(conversation):
        return True
    session.refresh(message)
    if message.state not in WAITING:
        return True
    if message.flags and not message.crisis_sent:
        reply = voice.crisis(message.flags, conversation.area, conversation.channel, message.text)
        say(session, conversation, message.turn_id or message.id, [reply], voice, now)
        message.crisis_sent = True
        rows.record_reply_shown(session, [message.id], reply.text)
        return True
    if message.flags or conversation.apologised:
        return True
    if not troubled:
        return False
    say(session, conversation, message.turn_id or message.id, [voice.apology()], voice, now)
    conversation.apologised = True
    return True
