"""What the person in the chat writes: one line for the resident, on the page or as one text, exactly once and never shortened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door import rows
from front_door.bot_client import Reply
from front_door.model import Conversation, Message
from front_door.saying import Voice, queue_text
from front_door.sms import budget, links, private, render, segments
from front_door.takeover.joining import held, is_there, may_not_text
from front_door.takeover.keeping import PERSON
from front_door.takeover.model import Takeover
from front_door.takeover.rules import AGAIN, EMPTY, LIMIT, LINK, NOT_YOURS, OVER, PRIVATE, TOO_LONG

LONGEST = 2_000  # characters on the page; a text holds far less


def speak(
    session: Session, conversation_id: str, *, who: str, text: str, form_id: str, voice: Voice, now: datetime
) -> str:
    """Say `text` to the resident in the name of `who`, who must have joined; returns "" or why not, a code of `rules`.

    form_id: of the form it came with; the same one again says nothing twice and returns AGAIN.
    """
    conversation, takeover = held(session, conversation_id)
    if conversation is None:
        return OVER
    key = f"person:{conversation.id}:{form_id}"
    said = select(Message.id).where(Message.conversation_id == conversation.id, Message.provider_id == key)
    if session.scalar(said) is not None:
        return AGAIN
    if takeover is None or not is_there(conversation, now):
        return OVER
    if takeover.joined_by != who:
        return NOT_YOURS
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return EMPTY
    if len(text) > LONGEST:
        return TOO_LONG
    data = {"by": who, "speaker": voice.words.live.speakers[takeover.speaker]}
    if conversation.channel == "sms":
        refused = _say_by_text(session, conversation, text, key, data, voice, now)
    else:
        refused = ""
        rows.add_message(session, conversation, "out", text, now, kind=PERSON, provider_id=key, data=data)
    if not refused:
        _answered(takeover, now)
        session.flush()
    return refused


def _say_by_text(
    session: Session,
    conversation: Conversation,
    text: str,
    key: str,
    data: dict[str, str],
    voice: Voice,
    now: datetime,
) -> str:
    """One text that begins with who speaks. What a text may not say, or when none may go, is refused: nothing is changed in it."""
    rules = voice.texts
    if refused := may_not_text(conversation, voice.words.live, now):
        return refused
    if links.only_ours(text, rules.links) != text:
        return LINK
    if conversation.texting_safe is not True and private.names_one(Reply(text), rules.private):
        return PRIVATE
    body = render.whole([f"{data['speaker']}: {text}"], ())
    cost = segments.count(body)
    if cost > render.MAX_SEGMENTS:
        return TOO_LONG
    if budget.closed_because(session, conversation, PERSON, cost, rules.day, now):
        return LIMIT
    fitted = render.Text(body, cost)
    queue_text(
        session, conversation, rows.new_id(), fitted, PERSON, PERSON, now, provider_id=key, data={**data, "said": text}
    )
    return ""


def _answered(takeover: Takeover, now: datetime) -> None:
    takeover.waiting_since = takeover.told_at = None
    takeover.last_line_at = now
