"""A web message comes in: found to be new or a repeat, stored and queued, all in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from front_door import rows
from front_door.claiming import Lease, Turn, claim_if_free
from front_door.model import ENDED, NOTED, QUEUED, WAITING, Conversation, Message
from front_door.moving.doors import has_left
from front_door.resident import aside
from front_door.safeguarding.recording import record_flags
from front_door.saying import Voice, say
from front_door.takeover.hearing import hear
from front_door.takeover.keeping import is_joined

_OF_SESSION = select(Conversation).where(Conversation.session_digest == bindparam("digest")).with_for_update()
_OF_PROVIDER = select(Message).where(
    Message.channel == bindparam("channel"), Message.provider_id == bindparam("provider_id")
)
_NEWEST = (
    select(Message)
    .where(Message.conversation_id == bindparam("conversation"), Message.direction == "in")
    .order_by(Message.seq.desc())
    .limit(1)
)
PAGE_ID = "p."  # how the id that a page carries begins; an id of a script's own begins otherwise
Outcome = Literal["stored", "noted", "repeated", "ended", "moved", "limited", "stale_choice"]


@dataclass(frozen=True)
class WebPost:
    """One message from the page, the script or the terminal.

    client_id: the page's hidden id (one page view, one message) or a script's own (one id, one message). `own_id` says
    which. `choice`: the value of the button pressed, or None for typed text. `post_key`: see `SafetyEvent`.
    """

    session_digest: str
    channel: str
    text: str
    choice: str | None
    client_id: str
    wants_json: bool
    flags: tuple[str, ...]
    received_at: datetime
    post_key: str | None = None

    @property
    def own_id(self) -> bool:
        return bool(self.client_id) and not self.client_id.startswith(PAGE_ID)

    def repeat_key(self, text: str) -> str:
        """What two posts of the same message share. Another text under the same page id is another message."""
        said = f"{self.client_id}\0{text}\0{self.choice or ''}" if not self.own_id else self.client_id
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:40]


@dataclass(frozen=True)
class Accepted:
    """What became of a post. `turn` is set when this process now holds the lease and must run it."""

    outcome: Outcome
    conversation: str | None = None
    message: str | None = None
    seq: int = 0
    turn: Turn | None = None
    flagged: bool = False


def accept_web(
    session: Session,
    post: WebPost,
    lease: Lease,
    now: datetime,
    may_open: bool,
    idle: timedelta,
    voice: Voice | None = None,
) -> Accepted:
    """Store a web message and, when nothing of the conversation is under way, claim its turn. While a person is there it is theirs:
    the bot does not get it, and danger in it is answered here, with `voice`.
    """
    conversation = session.scalars(_OF_SESSION, {"digest": post.session_digest}).first()
    if conversation is not None and is_over(conversation, now, idle):
        conversation.state = ENDED
        return Accepted("ended")
    if conversation is None and has_left(session, post.session_digest):
        return Accepted("moved")
    if conversation is None and not may_open:
        return Accepted("limited")
    if conversation is not None:
        aside.put_back(conversation)
    text, choice = post.text, None
    if post.choice is not None:
        label, choice = _pressed(session, conversation, post.choice)
        if label is None:
            return Accepted("stale_choice")
        text = label
    if conversation is None:
        conversation = rows.open_conversation(session, post.channel, now, session_digest=post.session_digest)
    for_the_person = is_joined(conversation)
    told = voice.referrals.post(session, conversation, post, now) if voice and voice.referrals else None
    key = f"{conversation.id}:{post.repeat_key(text)}"
    if conversation.last_seq and (repeat := _repeat_of(session, conversation, post, key)):
        return Accepted("repeated", conversation.id, repeat.id, repeat.seq)
    message = rows.add_message(
        session,
        conversation,
        "in",
        text,
        post.received_at,
        state=NOTED if for_the_person or told else QUEUED,
        kind="referral" if told else "text",
        choice=choice,
        flags=list(post.flags),
        provider_id=key if post.own_id else f"{key}:{conversation.last_seq}",
    )
    record_flags(
        session,
        post.flags,
        words=text,
        channel=conversation.channel,
        now=now,
        source=message.id,
        conversation_id=conversation.id,
        message_id=message.id,
        post_key=post.post_key,
    )
    conversation.last_seen_at = now
    if told and voice is not None:
        say(session, conversation, message.id, [told], voice, now)
        return Accepted("noted", conversation.id, message.id, message.seq)
    if for_the_person:
        if voice is not None:
            hear(session, conversation, message, voice, now)
        return Accepted("noted", conversation.id, message.id, message.seq, flagged=bool(post.flags))
    turn = claim_if_free(session, conversation, lease, now, also=[message])
    return Accepted("stored", conversation.id, message.id, message.seq, turn, bool(post.flags))


def is_over(conversation: Conversation, now: datetime, idle: timedelta) -> bool:
    """True for a conversation that was left, or that was quiet for so long that its page must be shut."""
    return conversation.state == ENDED or rows.older_than(conversation.last_seen_at, now, idle)


def _pressed(session: Session, conversation: Conversation | None, value: str) -> tuple[str | None, str | None]:
    """The label of a pressed button, and its value while that question is still open (else the label is only words)."""
    if conversation is None:
        return None, None
    for choice in conversation.pending_choices or []:
        if choice["value"] == value:
            return choice["label"], value
    earlier = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.direction == "out")
        .order_by(Message.seq.desc())
        .limit(40)
    )
    for message in earlier:
        for choice in (message.data or {}).get("choices", []):
            if choice["value"] == value:
                return choice["label"], None
    return None, None


def _repeat_of(session: Session, conversation: Conversation, post: WebPost, key: str) -> Message | None:
    """The stored message that this post repeats, or None.

    A script's own id is for ever. A page's id repeats only the resident's newest message: sent twice, refreshed, or sent
    again after Back. A client that asks for JSON may keep the hidden fields of one page for a whole conversation, where
    "yes" twice is two answers: for it only a message that still waits can be repeated.
    """
    if post.own_id:
        return session.scalars(_OF_PROVIDER, {"channel": conversation.channel, "provider_id": key}).first()
    newest = session.scalars(_NEWEST, {"conversation": conversation.id}).first()
    if newest is None or not (newest.provider_id or "").startswith(key + ":"):
        return None
    return None if post.wants_json and newest.state not in WAITING else newest
