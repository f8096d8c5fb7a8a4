"""Putting a notice into the outbox: at most one of each kind for a referral, however many processes want it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from referrals.model import Delivery


def delivery(referral_id: int, kind: str, now: datetime) -> Delivery:
    """A notice that is due at once. Its `message_id` is what receivers know it by at every try."""
    return Delivery(referral_id=referral_id, kind=kind, queued_at=now, next_at=now, message_id=uuid.uuid4().hex)


def queue(session: Session, referral_id: int, kind: str, now: datetime) -> bool:
    """Add it unless it was there. False when it was, also when another process was faster by a moment."""
    known = select(Delivery.id).where(Delivery.referral_id == referral_id, Delivery.kind == kind)
    if session.scalar(known) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(delivery(referral_id, kind, now))
    except IntegrityError:
        return False
    return True
