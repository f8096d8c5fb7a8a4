"""Storing a referral: referral, consent, audit and the notices to send, all in one transaction or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from referrals.consent import GivenConsent
from referrals.model import ASSISTANT, EMAIL, NEW, ROUTINE, URGENT, WEBHOOK, ConsentEvent, Referral, ReferralEvent
from referrals.outbox import delivery
from referrals.packet import build
from referrals.promise import make_promise
from referrals.reference import new_reference
from referrals.request import Need, ReferralRequest
from referrals.team import TeamFacts

log = logging.getLogger(__name__)
__all__ = ["Need", "ReferralRefused", "ReferralRequest", "Submitted", "submit", "submit_all"]
REFERENCE_TRIES = 20


class ReferralRefused(ValueError):
    """A referral that may not be stored. `reason`: not_a_receiver, under_18, no_consent, no_contact or other_conversation."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the referral is refused: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Submitted:
    """A stored referral. `what_next` is for the resident; `already` when this request had been stored before."""

    reference: str
    what_next: str
    due_at: datetime
    already: bool


def submit(
    session: Session,
    request: ReferralRequest,
    *,
    now: datetime,
    team: TeamFacts,
    make_reference: Callable[[], str] = new_reference,
) -> Submitted:
    """Store `request`, received at `now` (aware), within the caller's transaction.

    The same idempotency key again, even at the same moment, gives the first answer and stores nothing. Raises
    ReferralRefused when the person is under 18, the destination takes no referrals, there is no way to contact them, or
    no live consent covers exactly this receiver. `team` are the facts of First Contact Plus.
    """
    if (stored := _stored(session, request)) is not None:
        return stored
    consent = _check(request, team)
    promise = make_promise(team.for_receiver(request.destination, request.team), now)
    packet = build(request)
    for _ in range(REFERENCE_TRIES):
        reference = make_reference()
        if session.scalar(select(exists().where(ReferralEvent.reference == reference))):
            continue  # of an earlier referral, perhaps long gone: the audit still speaks of that one by it
        referral = Referral(
            reference=reference,
            idempotency_key=request.idempotency_key,
            conversation=request.conversation,
            channel=request.channel,
            destination=request.destination,
            team=request.team,
            tier=request.tier,
            reasons=list(request.reasons),
            priority=URGENT if request.red_flags else ROUTINE,
            state=NEW,
            created_at=now,
            due_at=promise.due_at,
            promised=promise.dated,
            promise_text=promise.text,
            packet=packet.as_dict(),
        )
        try:
            with session.begin_nested():
                session.add(referral)
        except IntegrityError:
            # Either another worker stored this very request a moment ago, or the reference is taken.
            if (stored := _stored(session, request)) is not None:
                return stored
            continue
        break
    else:
        raise RuntimeError("no free reference found")
    words = consent.words
    session.add_all(
        [
            ConsentEvent(
                referral_id=referral.id,
                receiver=request.team,
                purpose=words.purpose,
                words=words.text,
                version=words.version,
                sha256=words.sha256,
                given_at=consent.given_at,
            ),
            ReferralEvent(referral_id=referral.id, at=now, who=ASSISTANT, what="received", detail=request.channel),
            *(delivery(referral.id, kind, now) for kind in _ways(request, team)),
        ]
    )
    session.flush()
    log.info("referral stored: id=%s destination=%s", referral.id, request.destination)
    return Submitted(referral.reference, promise.text, promise.due_at, already=False)


def submit_all(
    session: Session,
    requests: Sequence[ReferralRequest],
    *,
    now: datetime,
    team: TeamFacts,
    make_reference: Callable[[], str] = new_reference,
) -> list[Submitted]:
    """Store the referrals of one assessment, one to each receiver that was agreed to, in one transaction.

    One that is refused stops no other. Raises ReferralRefused, with the first reason, when all are refused or there is none.
    """
    stored: list[Submitted] = []
    refused: ReferralRefused | None = None
    for request in requests:
        try:
            stored.append(submit(session, request, now=now, team=team, make_reference=make_reference))
        except ReferralRefused as refusal:
            refused = refused or refusal
    if not stored:
        raise refused or ReferralRefused("no_consent")
    return stored


def _stored(session: Session, request: ReferralRequest) -> Submitted | None:
    found = session.scalar(select(Referral).where(Referral.idempotency_key == request.idempotency_key))
    if found is None:
        return None
    if found.conversation != request.conversation:  # never tell one conversation of another's referral
        raise ReferralRefused("other_conversation")
    return Submitted(found.reference, found.promise_text, found.due_at, already=True)


def _ways(request: ReferralRequest, team: TeamFacts) -> tuple[str, ...]:
    """How the receiver is told, beside the desk's queue."""
    known = team.others.find(request.destination, request.team)
    return (EMAIL, WEBHOOK) if known and known.webhook else (EMAIL,)


def _check(request: ReferralRequest, team: TeamFacts) -> GivenConsent:
    if not team.others.takes(request.destination, request.team):
        raise ReferralRefused("not_a_receiver")
    if not request.adult:
        raise ReferralRefused("under_18")
    consent = request.consent
    if consent is None or not consent.covers(request.destination, request.team, request.about_other):
        raise ReferralRefused("no_consent")
    if not request.contact_value.strip():
        raise ReferralRefused("no_contact")
    return consent
