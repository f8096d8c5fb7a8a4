"""How a turn ends, in one transaction each: answered, failed, or with the truth while it still waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from front_door import outcomes, rows
from front_door.bot_client import Reply
from front_door.claiming import Lease, Turn, claim_next
from front_door.model import ACTIVE, DONE, FAILED, QUEUED, WAITING, Conversation, Message
from front_door.moving import late
from front_door.safeguarding.recording import record_flags, record_reply_shown
from front_door.saying import Voice, say
from front_door.takeover import asking, history, keeping

_STILL_WAITING = select(Message).where(Message.id.in_(bindparam("ids", expanding=True)), Message.state.in_(WAITING))
FOUND_BY_THE_BOT = "found_by_the_bot"  # a crisis reply of the bot that names no flag


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
    joined = keeping.is_joined(conversation)
    if turn.choice == asking.NOW:
        replies = [] if joined else asking.ask(session, conversation, voice.words, now)
    already = _answered(messages)
    if not local and any(reply.data.get("careful") for reply in replies):
        conversation.careful = True  # the bot knows of abuse by a need, without danger and with no such service shown
    said = _with_crisis(turn, list(replies), already, voice)
    for message in messages:
        message.state = DONE
    if not local:
        said = asking.with_offer(said, conversation, turn, voice.words, now)
        conversation.apologised = False
        for reply in said:
            if isinstance(reply.data.get("area"), str):
                conversation.area = reply.data["area"][:60]
        history.tell_of_earlier(session, conversation.id, said, now)
        outcomes.note(conversation, said)
    choices = next((list(r.choices) for r in reversed(said) if r.choices), None)
    if joined:  # a person speaks now
        said = keeping.withhold(session, conversation, said, None if local else choices or ())
    elif not local:
        conversation.more_text = conversation.more_text if late.has_moved(turn.kinds) else None
        conversation.pending_choices = choices
    lines: list[Message] = []
    if conversation.state == ACTIVE and conversation.channel == turn.channel:
        if late.has_moved(turn.kinds):
            said = late.with_last_answer(conversation, said, voice.words.moving)
        lines = say(session, conversation, turn.id, said, voice, now, welcome=True)
    elif late.may_hear(conversation):
        lines = late.say_late(session, conversation, turn.channel, turn.id, said, voice, now)
    _record_crisis(session, turn, replies, said if lines else (), now)
    following = claim_next(session, conversation, lease, now, without=turn.messages)
    return Ended(True, True, following, lines)


def _to_end(session: Session, conversation: Conversation | None, turn: Turn, lease: Lease) -> list[Message]:
    """The messages of a turn that this worker may end: it holds the lease, and they still wait. They wait no longer when a stalled
    worker's lease ran out and the same turn was claimed again, by another worker or beside itself in the same one.
    """
    if conversation is None or conversation.lease_owner != lease.owner:
        return []
    return list(session.scalars(_STILL_WAITING, {"ids": turn.messages}))


def _answered(messages: Sequence[Message]) -> set[str]:
    """The flags in these messages that we have answered already."""
    return {flag for message in messages if message.crisis_sent for flag in message.flags or ()}


def _with_crisis(turn: Turn, said: list[Reply], already: Collection[str], voice: Voice) -> list[Reply]:
    """Danger is answered exactly once: by the bot, or by us when the bot did not or was late. `already`: the flags that we have
    answered; a reply of the bot to others beside them is said all the same.
    """
    if already:
        said = [reply for reply in said if reply.choices or not reply.is_crisis or not _flags(reply) <= set(already)]
    owed = [flag for flag in turn.flags if flag not in already]
    if owed and not any(reply.is_crisis for reply in said):
        return [voice.crisis(owed, turn.area, turn.channel, turn.text), *said]
    return said


def _record_crisis(
    session: Session, turn: Turn, replies: Sequence[Reply], said: Sequence[Reply], now: datetime
) -> None:
    """What was shown for the flags of these messages, and the flags in them that only the bot has found (`replies` are its
    own, whether they were said or not).
    """
    shown = "\n".join(reply.text for reply in said if reply.is_crisis) or None
    if shown:
        record_reply_shown(session, turn.messages, shown)
    crisis = [reply for reply in replies if reply.is_crisis]
    found = [flag for reply in crisis for flag in reply.data.get("flags") or [FOUND_BY_THE_BOT]]
    if turn.flags:
        found = [flag for flag in found if flag not in (*turn.flags, FOUND_BY_THE_BOT)]
    record_flags(
        session,
        [str(flag) for flag in found],
        words=turn.text,
        channel=turn.channel,
        now=now,
        source=turn.id,
        conversation_id=turn.conversation,
        message_id=turn.id,
        reply_shown=shown,
    )


def _flags(reply: Reply) -> set[str]:
    return set(map(str, reply.data.get("flags") or ()))


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
        sorry = [] if keeping.is_joined(conversation) else [voice.gave_up()]
        said = _with_crisis(turn, sorry, _answered(messages), voice)  # after a stand-still nobody broke the silence
        if said and late.may_hear(conversation):
            lines = say(session, conversation, turn.id, said, voice, now)
            _record_crisis(session, turn, (), said, now)
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
        record_reply_shown(session, [message.id], reply.text)
        return True
    if message.flags or conversation.apologised or keeping.is_joined(conversation):
        return True
    if not troubled:
        return False
    say(session, conversation, message.turn_id or message.id, [voice.apology()], voice, now)
    conversation.apologised = True
    return True
