"""A resident leaves: the session opens nothing any more."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from front_door.model import ENDED, Conversation


def end_session(session: Session, digest: str) -> None:
    """Shut the conversation of this session for its page. What was written stays with staff, by its own rules."""
    session.execute(update(Conversation).where(Conversation.session_digest == digest).values(state=ENDED))
