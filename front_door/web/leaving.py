"""What becomes of a session: it stays open for longer, or opens nothing any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from front_door.inbox import is_over
from front_door.model import ENDED, Conversation
from front_door.resident.model import ReferralVisit


def end_session(session: Session, digest: str) -> None:
    """Shut the conversation of this session for its page, and what it had open of a referral. What was written stays with staff, by its own rules."""
    session.execute(update(Conversation).where(Conversation.session_digest == digest).values(state=ENDED))
    session.execute(delete(ReferralVisit).where(ReferralVisit.session_digest == digest))


def keep_session(session: Session, digest: str, now: datetime, idle: timedelta) -> bool:
    """Count the resident as seen `now`. False when the conversation is over already, or there is none."""
    conversation = session.scalars(
        select(Conversation).where(Conversation.session_digest == digest).with_for_update()
    ).first()
    if conversation is None or is_over(conversation, now, idle):
        return False
    conversation.last_seen_at = now
    return True
