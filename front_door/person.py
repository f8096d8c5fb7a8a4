"""The person of one reference: which chats are theirs, and how all of it is erased at once, by reference.

A chat is theirs when the referral was made in it, when its number is one that the referral holds (also when only its safety
entries are left), or when a text that they agreed to went out in it. Other referrals of the same chats are named and stay:
each is erased by its own reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.encryption import active
from front_door import retention
from front_door.cleaning import EXPORTS
from front_door.model import Conversation, Message, OutboxText
from front_door.moving.model import LeftDoor
from front_door.safeguarding import forgetting
from front_door.safeguarding.model import SafetyCase
from referrals import erasing
from referrals.follow_up import FollowUp
from referrals.model import Referral
from service_catalogue.care_model import ServiceReport


class Busy(RuntimeError):
    """Something of theirs is being answered or sent at this moment, so nothing was erased. Try again in a moment."""


@dataclass(frozen=True)
class Person:
    """conversations: every chat of theirs that is stored, or of which safety entries or the bot's memory may be. others: further
    references of the same chats."""

    referral: Referral
    conversations: tuple[str, ...]
    others: tuple[str, ...]


def find(session: Session, reference: str) -> Person | None:
    """Who a reference stands for, held for writing; None when there is no such referral."""
    referral = session.scalar(sa.select(Referral).where(Referral.reference == reference))
    if referral is None:
        return None
    erasing.hold(session, [referral.id], [reference])
    session.refresh(referral)
    texted = session.scalars(sa.select(FollowUp.sent_in).where(FollowUp.reference == reference)).all()
    own = session.scalars(sa.select(Conversation.address_digest).where(Conversation.id == referral.conversation)).all()
    digests = {digest for digest in own if digest} | {active().digest(number) for number in _numbers(referral)}
    left = sa.select(LeftDoor.conversation_id).where(LeftDoor.digest.in_(digests))
    by_number = session.scalars(sa.select(Conversation.id).where(Conversation.address_digest.in_(digests))).all()
    told = session.scalars(sa.select(SafetyCase.conversation).where(SafetyCase.address_digest.in_(digests))).all()
    ids = {referral.conversation, *(one for one in (*texted, *told) if one), *by_number, *session.scalars(left)}
    others = session.scalars(
        sa.select(Referral.reference).where(Referral.conversation.in_(ids), Referral.id != referral.id)
    )
    return Person(referral, tuple(sorted(ids)), tuple(sorted(others)))


def _numbers(referral: Referral) -> set[str]:
    packet = referral.packet
    before = {str(entry[-1]) for entry in packet.get("contact_changes") or ()}
    return {value for value in (str(packet.get("contact_value") or ""), *before) if value}


def _under_way(session: Session, person: Person, now: datetime) -> bool:
    """Whether a turn, a text or a notice is under way. Their rows are locked, so none begins before this transaction has ended."""
    talks = session.execute(
        sa.select(Conversation.lease_until).where(Conversation.id.in_(person.conversations)).with_for_update()
    ).all()
    texts = session.execute(
        sa.select(OutboxText.state, OutboxText.sender_until)
        .where(OutboxText.conversation_id.in_(person.conversations))
        .with_for_update()
    ).all()
    return (
        any(until and until > now for (until,) in talks)
        or any(state == "sending" and until and until > now for state, until in texts)
        or erasing.under_way(session, [person.referral.id], now)
    )


def erase(session: Session, reference: str, now: datetime) -> Person | None:
    """Delete all that is held about the person of this reference; None when there is no such referral. Raises Busy.

    What stays: the audit (codes, times, staff, the reference), counts by week, of safety entries the kind, times and outcome,
    and of a number that stopped our texts its keyed fingerprint.
    """
    person = find(session, reference)
    if person is None:
        return None
    if _under_way(session, person, now):
        raise Busy
    forgetting.erase_of(session, person.conversations, now)
    session.execute(sa.delete(ServiceReport).where(reported_by(person.conversations)))
    retention.erase_all(session, person.conversations)
    session.execute(
        sa.delete(FollowUp).where(
            sa.or_(FollowUp.conversation.in_(person.conversations), FollowUp.sent_in.in_(person.conversations)),
            sa.or_(FollowUp.reference.is_(None), FollowUp.reference == reference),
        )
    )
    erasing.erase(session, [person.referral.id], now)
    return person


def reported_by(conversations: Sequence[str]) -> sa.ColumnElement[bool]:
    """Which reports about services were made in these chats, while their messages are there to tell."""
    return ServiceReport.message_id.in_(sa.select(Message.id).where(Message.conversation_id.in_(conversations)))


def remove_files(var_dir: Path, reference: str) -> int:
    """Delete what lies as files, once the rest is erased: notices about this referral, and copies that were read out; returns how
    many."""
    files = [*erasing.mail_of(var_dir, reference), *(var_dir / EXPORTS).glob(f"{reference}.*")]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)
