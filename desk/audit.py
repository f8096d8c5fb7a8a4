"""The record of what staff do on the desk, beside referrals. (A referral's own record lies with the referral.)"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.model import DeskAudit

VIEWED, EXPORTED = "viewed", "exported"
WORDS = {  # of what is done with accounts and sign-ins; a code without words is shown as it is
    "account_added": "Account made",
    "account_roles": "Roles changed",
    "account_disabled": "Account closed",
    "account_enabled": "Account opened again",
    "account_password": "New password made",
    "account_second_factor": "Second factor forgotten",
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "sign_in_refused": "Sign-in refused",
    "code_refused": "Code refused",
    "second_factor_shown": "Code accepted",
    "second_factor_set": "Second factor set up",
    "recovery_code_used": "Recovery code used",
    "recovery_codes_new": "New recovery codes made",
    "audit_checked": "Audit checked",
    "refused": "Page refused",
    "live_joined": "Joined a live chat",
    "live_line": "Wrote in a live chat",
    "live_left": "Left a live chat",
    "live_numbers": "Numbers in a live chat shown",
    "person_exported": "All data of a person read out",
    "person_erased": "All data of a person erased",
    VIEWED: "Viewed",
    EXPORTED: "Copied out",
}
_LONGEST = 500


def note(session: Session, *, who: str, what: str, object: str, now: datetime, detail: str = "") -> None:
    """Write down one thing. `what` is a short code, `object` an id or a page's name; `detail` may name a field and its
    new value. Never hand in what a resident said."""
    session.add(DeskAudit(at=now, who=who, what=what, object=object[:80], detail=detail[:_LONGEST]))


def history(session: Session, object: str, limit: int = 100) -> list[DeskAudit]:
    """What was done to one object, newest first; views and exports left out."""
    rows = select(DeskAudit).where(DeskAudit.object == object, DeskAudit.what.not_in((VIEWED, EXPORTED)))
    return list(session.scalars(rows.order_by(DeskAudit.at.desc(), DeskAudit.id.desc()).limit(limit)))
