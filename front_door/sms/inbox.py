"""A text message comes in: found to be new or a repeat, sorted, stored and queued, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from front_door import rows
from front_door.claiming import Lease, claim_if_free
from front_door.inbox import Accepted
from front_door.model import AWAY, NOTED, QUEUED, TAKEN_AT, Conversation, Message
from front_door.moving import by_text
from front_door.safeguarding.recording import record_flags
from front_door.saying import Voice
from front_door.sms import keywords, stopping
from front_door.sms.numbers import CHANNEL, forget_who_asked, newest_of, open_or_new
from front_door.takeover.hearing import hear
from front_door.takeover.keeping import is_joined
from front_door.timing import Limits

NOT_ANSWERED = "sender_not_answered"  # a short code, a name, a landline, a number abroad
LOOP = "loop"
LATE = timedelta(minutes=1)  # between sending us a text and our taking it in


@dataclass(frozen=True)
class InboundText:
    """A text as the provider handed it over.

    sender: E.164, or a short code or name; sender_digest: its keyed digest. answerable: a UK mobile. opt_out_type: what
    the provider did with a keyword itself ("" for nothing). pictures: how many were attached; they are never fetched.
    """

    provider_id: str
    sender: str
    sender_digest: str
    answerable: bool
    body: str
    opt_out_type: str
    pictures: int
    flags: tuple[str, ...]
    received_at: datetime


def accept_text(
    session: Session,
    text: InboundText,
    lease: Lease,
    now: datetime,
    voice: Voice,
    limits: Limits,
    keyword_mode: str,
    fresh_start: timedelta,
    away: timedelta,
    moves: by_text.Texts | None = None,
) -> Accepted:
    """Store a text. A MessageSid that was stored before, however long ago, does nothing."""
    known = session.scalars(
        select(Message).where(Message.channel == CHANNEL, Message.provider_id == text.provider_id)
    ).first()
    if known:
        return Accepted("repeated", known.conversation_id, known.id, known.seq)
    newest = newest_of(session, text.sender_digest)
    conversation = open_or_new(session, newest, text.sender, text.sender_digest, now, fresh_start)
    been_away = conversation.last_seq > 0 and rows.older_than(conversation.last_seen_at, now, away)
    late = rows.older_than(text.received_at, now, LATE)
    keyword = keywords.classify(text.body, text.opt_out_type, keyword_mode, conversation.texts_stopped)
    if (
        late
        and keyword in ("start", "start_quiet")
        and stopping.stopped_since(session, text.sender_digest, text.received_at)
    ):
        keyword = None  # a START that took the long way does not undo the STOP that came after it
    kind = _kind(session, conversation, text, keyword, now, limits)
    may_move = moves if kind == "text" and not text.flags else None
    if been_away:
        forget_who_asked(conversation)
    if may_move and (moved := may_move.take(session, conversation, text, lease, now, voice)):
        return moved
    if voice.referrals and (told := voice.referrals.text(session, conversation, text, kind, been_away, now, voice)):
        return told
    for_the_person = is_joined(conversation)
    for_the_bot = kind in ("text", "picture", "empty", "too_long", "help_own") and not conversation.texts_stopped
    for_the_bot = for_the_bot and not for_the_person
    message = rows.add_message(
        session,
        conversation,
        "in",
        text.body,
        text.received_at,
        state=QUEUED if for_the_bot else NOTED,
        kind=kind,
        flags=list(text.flags),
        provider_id=text.provider_id,
        data=({AWAY: True} if been_away else {}) | ({TAKEN_AT: now.isoformat()} if late else {}) or None,
    )
    record_flags(
        session,
        text.flags,
        words=text.body,
        channel=CHANNEL,
        now=now,
        source=message.id,
        conversation_id=conversation.id,
        message_id=message.id,
    )
    # When they last wrote, not when we had it: what may be sent to them, and how, depends on who holds the phone.
    seen_before = conversation.last_seen_at if conversation.last_seq > 1 else text.received_at
    conversation.last_seen_at = max(seen_before, text.received_at)
    if voice.texts.private.flags.intersection(text.flags):
        conversation.careful = True
    stopping.obey(session, conversation, keyword, voice, now, text.answerable)
    if for_the_person and text.answerable:
        hear(session, conversation, message, voice, now)
    elif not for_the_bot and text.flags and text.answerable:
        stopping.answer_danger(session, conversation, message, voice, now)
    turn = claim_if_free(session, conversation, lease, now, also=[message]) if for_the_bot else None
    return Accepted(
        "stored" if for_the_bot else "noted", conversation.id, message.id, message.seq, turn, bool(text.flags)
    )


def _kind(
    session: Session,
    conversation: Conversation,
    text: InboundText,
    keyword: keywords.Keyword | None,
    now: datetime,
    limits: Limits,
) -> str:
    if not text.answerable:
        return NOT_ANSWERED
    if keyword:
        return keyword
    if not text.flags and _loops(session, conversation, text.body, now, limits):
        return LOOP
    if text.pictures:
        return "picture"
    if not text.body.strip():
        return "empty"
    return "too_long" if len(text.body) > limits.text_characters else "text"


def _loops(session: Session, conversation: Conversation, body: str, now: datetime, limits: Limits) -> bool:
    """True for the same text again and again outside an open question, or for more texts a minute than a person sends:
    two machines may be answering each other.
    """
    mine = (Message.conversation_id == conversation.id, Message.direction == "in")
    if conversation.last_seq >= limits.texts_a_minute:
        lately = session.scalar(
            select(func.count()).select_from(Message).where(*mine, Message.created_at > now - timedelta(minutes=1))
        )
        if (lately or 0) >= limits.texts_a_minute:
            return True
    if conversation.last_seq < limits.same_text_running - 1 or conversation.pending_choices or conversation.more_text:
        return False
    before = session.scalars(
        select(Message).where(*mine).order_by(Message.seq.desc()).limit(limits.same_text_running - 1)
    ).all()
    return len(before) == limits.same_text_running - 1 and all(m.text.strip() == body.strip() for m in before)
