"""Red flags are written down with the message that raised them, in its own transaction: one event for each message and flag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from front_door.model import Conversation
from front_door.rows import new_id
from front_door.safeguarding.model import SafetyCase, SafetyEvent
from referrals.model import DONE


def record_flags(
    session: Session,
    flags: Sequence[str],
    *,
    words: str,
    channel: str,
    now: datetime,
    source: str,
    conversation_id: str | None = None,
    message_id: str | None = None,
    reply_shown: str | None = None,
    post_key: str | None = None,
) -> int:
    """One event for each flag that has none yet from this `source`; returns how many are new.

    words: what the resident wrote. post_key: of a message of the web page; a refused post with the same one is this very
    message, and its event is taken over.
    """
    wanted = {flag[:40] for flag in flags}
    if not wanted:
        return 0
    if post_key and message_id:
        _take_over(session, post_key, conversation_id, message_id)
    same = SafetyEvent.source == source
    if message_id:
        same |= SafetyEvent.message_id == message_id
    known = set(session.scalars(select(SafetyEvent.flag).where(same)))
    new = [flag for flag in dict.fromkeys(flag[:40] for flag in flags) if flag not in known]
    for flag in new:
        session.add(
            SafetyEvent(
                id=new_id(),
                at=now,
                flag=flag,
                channel=channel,
                conversation_id=conversation_id,
                message_id=message_id,
                source=source,
                post_key=post_key,
                words=words,
                reply_shown=reply_shown,
            )
        )
    return len(new)


def record_refused(
    session: Session,
    flags: Sequence[str],
    *,
    words: str,
    channel: str,
    now: datetime,
    session_digest: str,
    post_key: str,
    reply_shown: str,
) -> int:
    """The flags of a post to the web page that was not stored; the same post again, or stored after all, adds nothing."""
    if session.scalar(select(SafetyEvent.id).where(SafetyEvent.post_key == post_key).limit(1)) is not None:
        return 0
    conversation = session.scalar(
        select(Conversation.id).where(Conversation.session_digest == session_digest).with_for_update()
    )
    return record_flags(
        session,
        flags,
        words=words,
        channel=channel,
        now=now,
        source=post_key,
        conversation_id=conversation,
        reply_shown=reply_shown,
        post_key=post_key,
    )


def record_reply_shown(session: Session, message_ids: Sequence[str], text: str) -> int:
    """Write down what was shown for the flags of these messages, unless that is known; returns how many events it was."""
    events = session.scalars(
        select(SafetyEvent).where(SafetyEvent.message_id.in_(message_ids), SafetyEvent.reply_shown.is_(None))
    ).all()
    for event in events:
        event.reply_shown = text
    return len(events)


def _take_over(session: Session, post_key: str, conversation_id: str | None, message_id: str) -> None:
    """A post that was refused came again and was stored: its events, and what is filed of them, are the message's."""
    refused = session.scalars(
        select(SafetyEvent).where(SafetyEvent.post_key == post_key, SafetyEvent.message_id.is_(None))
    ).all()
    for event in refused:
        event.message_id, event.conversation_id = message_id, conversation_id
        another = exists().where(
            SafetyCase.conversation == conversation_id, SafetyCase.flag == event.flag, SafetyCase.state != DONE
        )
        if event.case_id and not session.scalar(select(another)):
            session.execute(
                update(SafetyCase)
                .where(SafetyCase.id == event.case_id, SafetyCase.conversation.is_(None))
                .values(conversation=conversation_id)
            )
    session.flush()
