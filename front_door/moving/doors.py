"""A conversation changes its channel: the new door opens and the old one closes in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from front_door import rows
from front_door.model import AWAY, ENDED, NOTED, QUEUED, TAKEN_AT, Conversation, Message, OutboxText
from front_door.moving.model import LeftDoor
from front_door.moving.words import TO_TEXT, TO_TEXT_OVER, TO_WEB, TO_WEB_OVER
from front_door.resident import aside
from front_door.takeover.keeping import is_joined

if TYPE_CHECKING:
    from front_door.sms.inbox import InboundText

SMS, WEB = "sms", "web"
# What the bot gets in place of the code: a choice of no slot, which it takes for no words of the resident's.
CHOICE = "moved=yes"


def move_to_text(
    session: Session,
    conversation: Conversation,
    own: Conversation,
    text: InboundText,
    said: str,
    abuse: Collection[str],
    now: datetime,
) -> Message:
    """Make `conversation` that of the number. `own`: the conversation the number had (a new and empty one leaves no trace,
    another one ends). abuse: red flags after which texts are sent with more care. Returns the message that stands for the
    code; what it waits behind is answered first.
    """
    over = own.last_seq > 0
    own.state = ENDED
    session.flush()  # two conversations may not be active for one number, not even for a moment
    if not over:
        session.delete(own)
        session.flush()
    if conversation.address and conversation.address != text.sender:
        _drop_unsent(session, conversation)
    if conversation.session_digest:
        leave(session, conversation.session_digest, conversation, now)
    conversation.channel, conversation.session_digest = SMS, None
    conversation.address, conversation.address_digest = text.sender, text.sender_digest
    conversation.texts_stopped, conversation.last_seen_at = False, text.received_at
    conversation.careful = conversation.careful or own.careful or _told_of(session, conversation, abuse)
    conversation.texting_safe = conversation.held = None
    kind = TO_TEXT_OVER if over else TO_TEXT
    return _brought(session, conversation, kind, text.provider_id, said, text.received_at, now)


def move_to_web(
    session: Session, conversation: Conversation, session_digest: str, code_id: str, said: str, now: datetime
) -> Message:
    """Make `conversation` that of the session; one that the session had ends. Nothing said before is shown there: the phone
    has it, and whoever else reads the code learns nothing by it. The number stays for texts that are on their way to it.
    """
    other = session.scalars(
        select(Conversation).where(Conversation.session_digest == session_digest).with_for_update()
    ).first()
    if other is not None:
        other.state, other.session_digest = ENDED, None
    number_digest = conversation.address_digest
    aside.put_back(conversation)  # a question by text is answered by text
    conversation.channel, conversation.address_digest = WEB, None
    conversation.more_text = conversation.held = conversation.texting_safe = None
    session.flush()
    conversation.session_digest, conversation.last_seen_at = session_digest, now
    if number_digest:
        leave(session, number_digest, conversation, now)
    if number_digest and conversation.texts_stopped:  # it holds for the number, whatever becomes of the conversation
        stopped = rows.open_conversation(session, SMS, now, address_digest=number_digest, texts_stopped=True)
        stopped.state = ENDED
    kind = TO_WEB_OVER if other is not None and other.last_seq else TO_WEB
    message = _brought(session, conversation, kind, f"move:{code_id}", said, now, now)
    conversation.shown_after = message.seq
    return message


def leave(session: Session, digest: str, conversation: Conversation, now: datetime) -> None:
    """Remember that this session or number leads to the conversation no more."""
    session.merge(LeftDoor(digest=digest, conversation_id=conversation.id, at=now))


def has_left(session: Session, digest: str) -> bool:
    """Whether a session's conversation went on by text."""
    return session.get(LeftDoor, digest) is not None


def _brought(
    session: Session,
    conversation: Conversation,
    kind: str,
    provider_id: str,
    said: str,
    sent_at: datetime,
    now: datetime,
) -> Message:
    """The code itself is stored nowhere: `said` stands for it. The bot does not get it while a person is there."""
    return rows.add_message(
        session,
        conversation,
        "in",
        said,
        sent_at,
        state=NOTED if is_joined(conversation) else QUEUED,
        kind=kind,
        choice=CHOICE,
        provider_id=provider_id,
        data={AWAY: True, TAKEN_AT: now.isoformat()},
    )


def _told_of(session: Session, conversation: Conversation, flags: Collection[str]) -> bool:
    raised = session.scalars(
        select(Message.flags).where(Message.conversation_id == conversation.id, Message.direction == "in")
    )
    return any(set(flags).intersection(found or ()) for found in raised)


def _drop_unsent(session: Session, conversation: Conversation) -> None:
    """What was meant for another number goes to none."""
    unsent = update(OutboxText).where(
        OutboxText.conversation_id == conversation.id, OutboxText.state.in_(("pending", "unknown"))
    )
    session.execute(unsent.values(state="failed", error="moved"))
