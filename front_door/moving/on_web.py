"""The web side of a move, in the database: a code for the page to show, and a code that came with a post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door.claiming import Lease, claim_if_free
from front_door.inbox import Accepted, is_over
from front_door.model import Conversation
from front_door.moving import codes
from front_door.moving.codes import Digest, Guesser
from front_door.moving.doors import SMS, WEB, move_to_web
from front_door.saying import Voice
from front_door.takeover.hearing import say_moved
from front_door.takeover.keeping import is_joined


def code_for_page(session: Session, digest: Digest, session_digest: str, now: datetime, idle: timedelta) -> str | None:
    """A new code for the conversation of this session, to be sent by text; None when it has none, or it is over."""
    conversation = session.scalars(
        select(Conversation).where(Conversation.session_digest == session_digest).with_for_update()
    ).first()
    if conversation is None or is_over(conversation, now, idle):
        return None
    conversation.last_seen_at = now
    return codes.mint(session, digest, conversation, SMS, now)[0]


def bring_code(
    session: Session,
    digest: Digest,
    session_digest: str,
    code: str,
    guessers: Sequence[Guesser],
    said: str,
    lease: Lease,
    now: datetime,
    voice: Voice | None = None,
) -> tuple[str, Accepted | None]:
    """(outcome of the try, what was taken in when the conversation came here with it). said: what stands in the transcript
    for the code. A code that this session has brought before is "again", and nothing is done twice.
    """
    tried = codes.attempt(session, digest, code, WEB, session_digest, guessers, now)
    if tried.outcome != "right" or tried.conversation is None or tried.code is None:
        return tried.outcome, None
    message = move_to_web(session, tried.conversation, session_digest, tried.code.id, said, now)
    if is_joined(tried.conversation):
        if voice is not None:
            arrived = voice.words.moving.arrived[message.kind]
            say_moved(session, tried.conversation, message, arrived, voice, now)
        return "right", Accepted("noted", tried.conversation.id, message.id, message.seq)
    turn = claim_if_free(session, tried.conversation, lease, now, also=[message])
    return "right", Accepted("stored", tried.conversation.id, message.id, message.seq, turn)
