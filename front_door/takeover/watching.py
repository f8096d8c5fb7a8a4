"""Nobody waits in silence: who asked for a person, or waits for one's answer, hears the truth in time, and the assistant carries on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from front_door.model import Conversation
from front_door.saying import Voice
from front_door.takeover.joining import end, held, is_there, notice
from front_door.takeover.model import (
    ASSISTANT,
    LEFT,
    NOBODY_JOINED,
    QUIET,
    RESIDENT,
    STAFF_SILENT,
    Takeover,
)
from referrals.model import Referral

logger = logging.getLogger(__name__)
EVERY = 2.0  # seconds
_BATCH = 500


def tend(session: Session, conversation_id: str, voice: Voice, now: datetime) -> bool:
    """Do what is due in one conversation; True when something was said or ended. Safe to call at any time, by any process."""
    conversation, takeover = held(session, conversation_id)
    if conversation is None or takeover is None:
        return False
    if not is_there(conversation, now):
        end(session, conversation, takeover, voice, now, by=RESIDENT, reason=LEFT)
        return True
    if _is_night(conversation, takeover, voice, now):
        return False
    if takeover.joined_at is None:
        return _tend_asked(session, conversation, takeover, voice, now)
    return _tend_joined(session, conversation, takeover, voice, now)


def _tend_asked(session: Session, conversation: Conversation, takeover: Takeover, voice: Voice, now: datetime) -> bool:
    rules = voice.words.live
    if takeover.asked_at is None or now - takeover.asked_at < rules.answer_within:
        return False
    sent = select(Referral.id).where(Referral.conversation == conversation.id, Referral.created_at >= takeover.asked_at)
    already = session.scalar(sent.limit(1)) is not None
    said = rules.words["nobody_but_sent" if already else "nobody"]
    end(
        session,
        conversation,
        takeover,
        voice,
        now,
        by=ASSISTANT,
        reason=NOBODY_JOINED,
        said=said,
        call_back=not already,
    )
    return True


def _tend_joined(session: Session, conversation: Conversation, takeover: Takeover, voice: Voice, now: datetime) -> bool:
    rules, waiting = voice.words.live, takeover.waiting_since
    if waiting is not None and now - waiting >= 2 * rules.silent_after:
        said = rules.words["gone"]
        end(
            session,
            conversation,
            takeover,
            voice,
            now,
            by=ASSISTANT,
            reason=STAFF_SILENT,
            said=said,
            call_back=True,
        )
        return True
    if waiting is not None and takeover.told_at is None and now - waiting >= rules.silent_after:
        takeover.told_at = now
        notice(session, conversation, rules.words["silent"], voice, now)
        return True
    if takeover.last_line_at is not None and now - takeover.last_line_at >= rules.quiet_after:
        end(session, conversation, takeover, voice, now, by=ASSISTANT, reason=QUIET, said=rules.words["released"])
        return True
    return False


def _is_night(conversation: Conversation, takeover: Takeover, voice: Voice, now: datetime) -> bool:
    """After an outage overnight nobody is woken by a text: the chat is tended when they write, or in the morning."""
    latest = max(conversation.last_seen_at, takeover.last_line_at or conversation.last_seen_at)
    return conversation.channel == "sms" and not voice.words.live.may_text(latest, now)


def open_conversations(session: Session) -> list[str]:
    """The conversations in which a person was asked for or is, the oldest first."""
    wanted = select(Takeover.conversation_id).where(Takeover.ended_at.is_(None)).limit(_BATCH)
    return list(session.scalars(wanted))


async def tend_for_ever(
    db: Database, voice: Voice, clock: Clock, changed: Callable[[str], None], every: float = EVERY
) -> None:
    """`tend` every open takeover, every `every` seconds; `changed(conversation)` is called after it said something. A fault is
    logged by its kind and tried again; it keeps nobody else waiting.
    """
    while True:
        try:
            waiting = await db.read(open_conversations)
        except Exception as error:
            logger.error("live chats could not be read: %s", type(error).__name__)
            waiting = []
        for conversation in waiting:
            try:
                if await db.run(tend, conversation, voice, clock.now()):
                    changed(conversation)
            except Exception as error:
                logger.error("a live chat could not be tended: %s", type(error).__name__)
        await asyncio.sleep(every)
