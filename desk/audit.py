"""The record of what staff do on the catalogue's pages. (A referral's own record lies with the referral.)"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.model import DeskAudit

VIEWED, EXPORTED = "viewed", "exported"
_LONGEST = 500


def note(session: Session, *, who: str, what: str, object: str, now: datetime, detail: str = "") -> None:
    """Write down one thing. `what` is a short code, `object` an id or a page's name; `detail` may name a field and its
    new value. Never hand in what a resident said."""
    session.add(DeskAudit(at=now, who=who, what=what, object=object[:80], detail=detail[:_LONGEST]))


def history(session: Session, object: str, limit: int = 100) -> list[DeskAudit]:
    """What was done to one object, newest first; views and exports left out."""
    rows = select(DeskAudit).where(DeskAudit.object == object, DeskAudit.what.not_in((VIEWED, EXPORTED)))
    return list(session.scalars(rows.order_by(DeskAudit.at.desc(), DeskAudit.id.desc()).limit(limit)))
