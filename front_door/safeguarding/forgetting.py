"""How entries are forgotten: first what was said and who said it, later the record that there was one. Open ones never by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from front_door.safeguarding.model import SafetyAlert, SafetyCase, SafetyEvent, SafetyNote
from referrals.model import DONE

BATCH = 100


def forget_words(session: Session, before: datetime, now: datetime) -> int:
    """Delete words, numbers, notes and reasons of entries closed before a moment (aware); returns how many entries, at most BATCH.

    Kept: the flag, channel, times, who had it and the outcome.
    """
    old = select(SafetyCase.id).where(
        SafetyCase.state == DONE, SafetyCase.done_at < before, SafetyCase.forgotten_at.is_(None)
    )
    return _empty(session, session.scalars(old.limit(BATCH)).all(), now)


def delete_records(session: Session, before: datetime) -> int:
    """Delete all that is left of entries closed before a moment (aware); returns how many entries, at most BATCH."""
    old = select(SafetyCase.id).where(SafetyCase.state == DONE, SafetyCase.done_at < before)
    ids = session.scalars(old.limit(BATCH)).all()
    for table in (SafetyEvent, SafetyNote, SafetyAlert):
        session.execute(delete(table).where(table.case_id.in_(ids)))
    session.execute(delete(SafetyCase).where(SafetyCase.id.in_(ids)))
    return len(ids)


def erase_of(session: Session, conversations: Sequence[str], now: datetime) -> int:
    """Delete words, numbers, notes, reasons and the link of every entry of these conversations, open or not; returns how many.

    To be called before the conversations themselves are erased: events that are not filed yet are found by them.
    """
    loose = SafetyEvent.conversation_id.in_(conversations)
    session.execute(update(SafetyEvent).where(loose).values(words=None, reply_shown=None, post_key=None))
    ids = session.scalars(select(SafetyCase.id).where(SafetyCase.conversation.in_(conversations))).all()
    _empty(session, ids, now)
    session.execute(update(SafetyCase).where(SafetyCase.id.in_(ids)).values(conversation=None, area=None))
    return len(ids)


def held_of(session: Session, conversations: Sequence[str]) -> list[dict[str, Any]]:
    """All that is held in the entries of these conversations, as plain values for JSON; times in ISO form."""
    cases = session.scalars(
        select(SafetyCase).where(SafetyCase.conversation.in_(conversations)).order_by(SafetyCase.opened_at)
    )
    return [
        {
            "flag": case.flag,
            "channel": case.channel,
            "area": case.area,
            "number": case.address,
            "state": case.state,
            "taken_by": case.taken_by,
            "outcome": case.outcome,
            "reason": case.reason,
            "done_at": case.done_at and case.done_at.isoformat(),
            "messages": [
                {"at": event.at.isoformat(), "words": event.words, "shown": event.reply_shown} for event in case.events
            ],
            "notes": [{"at": note.at.isoformat(), "who": note.who, "text": note.text} for note in case.notes],
        }
        for case in cases
    ]


def _empty(session: Session, ids: Sequence[str], now: datetime) -> int:
    session.execute(
        update(SafetyEvent).where(SafetyEvent.case_id.in_(ids)).values(words=None, reply_shown=None, post_key=None)
    )
    session.execute(delete(SafetyNote).where(SafetyNote.case_id.in_(ids)))
    session.execute(update(SafetyAlert).where(SafetyAlert.case_id.in_(ids)).values(problem=""))
    session.execute(
        update(SafetyCase)
        .where(SafetyCase.id.in_(ids))
        .values(address=None, address_digest=None, reason=None, forgotten_at=now)
    )
    return len(ids)
