"""Taking a referral back from the resident's side: what the team had, and texts of staff that are on their way out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door.model import OutboxText
from front_door.sms.record import STAFF
from referrals import follow_up, staff_text
from referrals.model import Referral
from referrals.withdrawal import Outcome, withdraw

_MAY_STILL_GO = {"pending": "taken back", "unknown": "outcome unknown"}  # by state: why it goes no more


def take_back(session: Session, referral: Referral, *, by: str, now: datetime) -> Outcome:
    """`referrals.withdrawal.withdraw`, and no text about it that waits to be sent goes out any more: none of staff, and not the one after
    two weeks. Texts about another referral of the same phone are left alone."""
    outcome = withdraw(session, referral, by=by, now=now)
    if outcome == "withdrawn":
        for text in staff_text.of_referral(session, referral):
            _stop(session, STAFF, text.sent_in, text.sent_at, text.body)
        asked = follow_up.of_referral(session, referral.reference)
        if asked is not None and _stop(session, "follow_up", asked.sent_in, asked.sent_at):
            follow_up.drop(asked)
    return outcome


def _stop(session: Session, kind: str, sent_in: str | None, sent_at: datetime | None, body: str = "") -> bool:
    """Close the text that went into the outbox in that conversation at that moment; with several, the one of these words."""
    found = select(OutboxText).where(
        OutboxText.conversation_id == sent_in, OutboxText.kind == kind, OutboxText.created_at == sent_at
    )
    queued = list(session.scalars(found.order_by(OutboxText.position)))
    for row in [row for row in queued if row.body == body] or queued[: len(queued) == 1]:
        if row.state in _MAY_STILL_GO:
            row.error, row.state = _MAY_STILL_GO[row.state], "failed"
            return True
    return False
