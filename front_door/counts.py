"""How many conversations there were and what they came to, and how many red flags: by week and channel (see `referrals.counts`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from front_door.model import Conversation, Message
from front_door.safeguarding.model import SafetyEvent
from referrals.counts import CONVERSATION, FINISHED, FLAG, Cell, monday


def of_conversations(session: Session, ids: Sequence[str] | None = None) -> Counter[Cell]:
    """Every conversation that is stored (or these) in which the resident wrote at least once, by the week it began."""
    wrote = exists().where(Message.conversation_id == Conversation.id, Message.direction == "in")
    query = select(Conversation.created_at, Conversation.channel, Conversation.outcome).where(wrote)
    if ids is not None:
        query = query.where(Conversation.id.in_(ids))
    found: Counter[Cell] = Counter()
    for created_at, channel, outcome in session.execute(query):
        found[Cell(monday(created_at), channel, CONVERSATION)] += 1
        if outcome:
            found[Cell(monday(created_at), channel, FINISHED, outcome)] += 1
    return found


def of_flags(session: Session, cases: Sequence[str] | None = None) -> Counter[Cell]:
    """Every red flag that is on record (or those of these safety entries): one for each message and kind."""
    query = select(SafetyEvent.at, SafetyEvent.channel, SafetyEvent.flag)
    if cases is not None:
        query = query.where(SafetyEvent.case_id.in_(cases))
    return Counter(Cell(monday(at), channel, FLAG, flag) for at, channel, flag in session.execute(query))
