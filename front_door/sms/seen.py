"""Which texts were taken in already, so that one that is told twice (by webhook, fallback and list) is taken in once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from front_door.inbox import Accepted
from front_door.model import Message, SeenText
from front_door.sms.numbers import CHANNEL

MADE = "database-made"  # no provider's id: the moment from which texts are ours
KEPT = timedelta(days=8)  # longer than any provider's list that is read reaches back (GOV.UK Notify: 7 days)
P = ParamSpec("P")


def once(
    session: Session,
    provider_id: str,
    received_at: datetime,
    accept: Callable[Concatenate[Session, P], Accepted],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Accepted:
    """`accept(session, ...)` for a text that was never seen, else "repeated". In one transaction, so that a text is never
    noted without being stored. A second process at the same moment gets an IntegrityError; its next try finds the text.
    """
    if session.get(SeenText, provider_id):
        return Accepted("repeated")
    session.add(SeenText(provider_id=provider_id, received_at=received_at))
    session.flush()
    return accept(session, *args, **kwargs)


def unseen(session: Session, provider_ids: Collection[str]) -> set[str]:
    """Those of these ids that were never taken in."""
    ids = list(provider_ids)
    known: set[str] = set()
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        known.update(session.scalars(select(SeenText.provider_id).where(SeenText.provider_id.in_(some))))
    return set(ids) - known


def begin(session: Session, now: datetime) -> datetime | None:
    """When this database was made, as far as texts go: written down at the first start with no text known, so that what came
    before, and was answered by nobody or by an older database, is left alone. None for one that knew texts from the start."""
    made = session.get(SeenText, MADE)
    if made is None and last_known(session) is None:
        made = session.merge(SeenText(provider_id=MADE, received_at=now))
    return made.received_at if made else None


def last_known(session: Session) -> datetime | None:
    """When the newest text that was ever taken in was sent to us; None when there was none."""
    seen = session.scalar(select(func.max(SeenText.received_at)))
    stored = session.scalar(
        select(func.max(Message.created_at)).where(Message.channel == CHANNEL, Message.direction == "in")
    )
    return max((at for at in (seen, stored) if at), default=None)


def forget(session: Session, now: datetime) -> None:
    """Drop what no list can bring back any more, but for the newest (it says how far back to look)."""
    newest = session.scalar(select(func.max(SeenText.received_at)))
    if newest:
        session.execute(delete(SeenText).where(SeenText.received_at < min(newest, now - KEPT)))
