"""STOP and START are obeyed at once. STOP ends texting and the half-finished conversation; what was sent to a team stays with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.model import ENDED, NOTED, QUEUED, WAITING, Conversation, Message
from front_door.safeguarding.recording import record_reply_shown
from front_door.saying import Voice, say
from front_door.sms.keywords import Keyword
from front_door.sms.numbers import CHANNEL, set_stopped
from referrals import follow_up


def obey(
    session: Session,
    conversation: Conversation,
    keyword: Keyword | None,
    voice: Voice,
    now: datetime,
    answerable: bool,
) -> None:
    """Do what a keyword asks. stop: texts are stopped, the draft is dropped (the next text begins anew) and so is a text that was
    agreed to for later. stop_own: the same, confirmed once, where the sender can be answered. start: texts may go again.
    """
    if keyword in ("stop", "stop_own"):
        already = conversation.texts_stopped
        set_stopped(session, conversation, True)
        _drop_draft(session, conversation, voice, now, answerable)
        if keyword == "stop_own" and not already and answerable:
            confirmation = Reply(voice.words.stop_confirmation, data={"kind": "stop_confirmation"})
            say(session, conversation, rows.new_id(), [confirmation], voice, now)
    elif keyword in ("start", "start_quiet"):
        set_stopped(session, conversation, False)


def stopped_since(session: Session, digest: str, moment: datetime) -> bool:
    """Whether the number with this keyed digest sent STOP after a moment (aware)."""
    later = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.address_digest == digest,
            Message.kind.in_(("stop", "stop_own")),
            Message.created_at > moment,
        )
    )
    return session.scalar(later.limit(1)) is not None


def answer_danger(session: Session, conversation: Conversation, message: Message, voice: Voice, now: datetime) -> None:
    """Danger in a text that the bot does not get (texts stopped): the crisis reply goes out all the same."""
    reply = voice.crisis(message.flags or (), conversation.area, CHANNEL, message.text)
    say(session, conversation, message.turn_id or message.id, [reply], voice, now)
    message.crisis_sent = True
    record_reply_shown(session, [message.id], reply.text)


def _drop_draft(session: Session, conversation: Conversation, voice: Voice, now: datetime, answerable: bool) -> None:
    waiting = session.scalars(
        select(Message).where(Message.conversation_id == conversation.id, Message.state.in_(WAITING))
    ).all()
    for message in waiting:  # their turns would say nothing any more
        if message.flags and not message.crisis_sent and answerable:
            answer_danger(session, conversation, message, voice, now)
        if message.state == QUEUED:
            message.state = NOTED
    follow_up.withdraw(session, conversation.id)
    conversation.state = ENDED
    conversation.aside = conversation.pending_choices = conversation.more_text = conversation.held = (
        conversation.texting_safe
    ) = None
