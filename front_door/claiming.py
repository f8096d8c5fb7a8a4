"""Which messages make the next turn of a conversation, and who may run it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from front_door import choices, rows
from front_door.bot_client import Reply
from front_door.model import ASKED, AWAY, PROCESSING, TAKEN_AT, WAITING, Conversation, Message
from front_door.moving.words import KINDS
from front_door.sms import private
from front_door.sms.render import MORE_NUMBER

MAX_JOINED = 10
MAX_JOINED_CHARACTERS = 10_000
# Statements of every turn are built once: building one takes as long as running it.
_QUEUE = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation"),
        Message.direction == "in",
        Message.state.in_(WAITING),
    )
    .order_by(Message.seq)
    .limit(bindparam("most"))
)
_EARLY = timedelta(milliseconds=50)  # a timer may fire a hair before the time that was written down


@dataclass(frozen=True)
class Lease:
    """Who works, and for how long a claim holds."""

    owner: str
    seconds: float

    def until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Turn:
    """One or more messages of a resident that are answered together.

    id: the first message's id, which is what the bot knows the turn by. kinds: what sort of messages they are. more: the part of an earlier long text that is asked for.
    held: replies that were kept back until the resident said whether they may be texted, as they now may be said.
    """

    id: str
    conversation: str
    channel: str
    text: str
    choice: str | None
    flags: tuple[str, ...]
    crisis_sent: tuple[str, ...]
    messages: tuple[str, ...]
    oldest: datetime
    attempts: int
    kinds: frozenset[str]
    area: str | None
    more: str | None = None
    more_private: bool = False
    sms_number: str | None = None
    away: bool = False
    asked: str | None = None
    held: tuple[Reply, ...] = ()

    @property
    def metadata(self) -> dict[str, Any]:
        """What the bot is told beside the words: flags already answered, the number a text came from, so that nobody has to type
        it, that the resident comes back after hours or on another channel, and what we asked without the bot's knowing."""
        told: dict[str, Any] = {"crisis_sent": list(self.crisis_sent)} if self.crisis_sent else {}
        if self.sms_number:
            told["sms_number"] = self.sms_number
        if self.away:
            told[AWAY] = True
        if self.asked:
            told["asked"] = self.asked
        if KINDS & self.kinds:
            told["moved"] = True
        return told


def claim(session: Session, conversation_id: str, lease: Lease, now: datetime, holding: bool = False) -> Turn | None:
    """The next turn of a conversation, now leased to `lease.owner`; None when there is none to run.

    Without `holding` the conversation must be free (or its lease expired) and not waiting for its next try. With it the
    caller holds the lease already, and loses it when nothing is left.
    """
    conversation = rows.locked(session, conversation_id)
    if conversation is None:
        return None
    if holding:
        return claim_next(session, conversation, lease, now) if conversation.lease_owner == lease.owner else None
    return claim_if_free(session, conversation, lease, now)


def claim_if_free(
    session: Session, conversation: Conversation, lease: Lease, now: datetime, also: Sequence[Message] = ()
) -> Turn | None:
    """As `claim` without `holding`, for a locked conversation; `also` are waiting messages not written yet."""
    return None if _taken(conversation, now) else claim_next(session, conversation, lease, now, also=also)


def claim_next(
    session: Session,
    conversation: Conversation,
    lease: Lease,
    now: datetime,
    also: Sequence[Message] = (),
    without: Sequence[str] = (),
) -> Turn | None:
    """The next turn of a locked conversation that the caller may take; the lease ends when there is none. `without` are
    messages that this transaction has just closed. Written with everything else, in one go.
    """
    with session.no_autoflush:
        wanted = {"conversation": conversation.id, "most": MAX_JOINED + 1 + len(without)}
        stored = session.scalars(_QUEUE, wanted).all()
    # What the same transaction has noted beside a message may have written it already: then it is among `stored`.
    new = [message for message in also if message.state in WAITING and message not in stored]
    waiting = [message for message in stored if message.id not in without] + new
    if not waiting:
        conversation.lease_owner = conversation.lease_until = conversation.next_turn_at = None
        return None
    batch = _batch(conversation, waiting)
    conversation.lease_owner, conversation.lease_until = lease.owner, lease.until(now)
    conversation.next_turn_at = None
    for message in batch:
        message.state, message.turn_id = PROCESSING, batch[0].id
    return _turn(conversation, batch)


def _taken(conversation: Conversation, now: datetime) -> bool:
    if conversation.next_turn_at is not None and conversation.next_turn_at > now + _EARLY:
        return True
    return conversation.lease_until is not None and conversation.lease_until > now


def _batch(conversation: Conversation, waiting: Sequence[Message]) -> list[Message]:
    """The messages of the next turn. A turn that was tried keeps its messages, because the bot may have run it."""
    head = waiting[0]
    if head.turn_id:
        return [message for message in waiting if message.turn_id == head.turn_id]
    batch = [head]
    if head.channel == "sms" and _joinable(conversation, head):
        length = len(head.text)
        for message in waiting[1:MAX_JOINED]:
            length += len(message.text) + 1
            if message.turn_id or not _joinable(conversation, message) or length > MAX_JOINED_CHARACTERS:
                break
            batch.append(message)
    return batch


def _joinable(conversation: Conversation, message: Message) -> bool:
    """Free text may be joined; a numbered or labelled choice, or anything we answer ourselves, never."""
    return (
        message.kind == "text"
        and choices.number_in(message.text) is None
        and choices.resolve(message.text, conversation.pending_choices or []) is None
        and private.answer(conversation, message.text) is None
    )


def _turn(conversation: Conversation, batch: Sequence[Message]) -> Turn:
    head = batch[0]
    text = "\n".join(message.text for message in batch)
    choice = head.choice
    more: str | None = None
    held: tuple[Reply, ...] = ()
    away = any((message.data or {}).get(AWAY) for message in batch)
    if len(batch) == 1 and choice is None:
        # After hours somebody else may hold the phone: what is left of an old text, or was kept back, is not given out.
        if not away and not head.flags and (chosen := private.answer(conversation, text)):
            held = tuple(private.let_go(conversation.held or {}, chosen))
        elif not away and conversation.more_text and choices.number_in(text) == MORE_NUMBER:
            more = conversation.more_text
        else:
            choice = choices.resolve(text, conversation.pending_choices or [])
            choice = None if private.is_ours(choice) else choice
    return Turn(
        id=head.id,
        conversation=conversation.id,
        channel=head.channel,  # by which it came, wherever the conversation has moved since
        text=text,
        choice=choice,
        flags=tuple(dict.fromkeys(flag for message in batch for flag in message.flags or ())),
        crisis_sent=tuple(dict.fromkeys(f for m in batch if m.crisis_sent for f in m.flags or ())),
        messages=tuple(message.id for message in batch),
        oldest=min(_taken_at(message) for message in batch),
        attempts=head.attempts,
        kinds=frozenset(message.kind for message in batch),
        area=conversation.area,
        more=more,
        more_private=more is not None and conversation.more_private,
        sms_number=conversation.address if head.channel == "sms" else None,
        away=away,
        asked=_asked(conversation),
        held=held,
    )


def _taken_at(message: Message) -> datetime:
    """When we had it. A text that came late has not waited for us since it was sent, and is not given up at once."""
    late = (message.data or {}).get(TAKEN_AT)
    return datetime.fromisoformat(late) if late else message.created_at


def _asked(conversation: Conversation) -> str | None:
    """What we asked ourselves, as the slot that the answer is for; None while the open question is the bot's."""
    values = [choice["value"] for choice in conversation.pending_choices or []]
    return ASKED if values and all(value.startswith(f"{ASKED}=") for value in values) else None


def unanswered(session: Session, now: datetime) -> list[str]:
    """Conversations with messages that wait and that nobody works on."""
    return list(
        session.scalars(
            select(Conversation.id)
            .join(Message, Message.conversation_id == Conversation.id)
            .where(
                Message.state.in_(WAITING),
                or_(Conversation.lease_until.is_(None), Conversation.lease_until <= now),
                or_(Conversation.next_turn_at.is_(None), Conversation.next_turn_at <= now + _EARLY),
            )
            .distinct()
            .limit(500)
        )
    )


def waiting_messages(session: Session, conversations: Sequence[str] | None = None) -> list[tuple[str, str, datetime]]:
    """(message, conversation, arrival) of everything that waits for an answer, or of what waits in these conversations."""
    wanted = select(Message.id, Message.conversation_id, Message.created_at).where(Message.state.in_(WAITING))
    if conversations is not None:
        wanted = wanted.where(Message.conversation_id.in_(conversations))
    return [(row[0], row[1], row[2]) for row in session.execute(wanted)]


def settled(session: Session, messages: Sequence[str]) -> list[str]:
    """Those of these messages that wait no longer, whoever answered them (or that are gone)."""
    waiting = select(Message.id).where(Message.id.in_(messages), Message.state.in_(WAITING))
    return sorted(set(messages) - set(session.scalars(waiting)))
