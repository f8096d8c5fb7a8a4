"""Whom a safety entry is about, and whether and how staff may contact them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from desk.model import DeskAudit
from desk.sessions import SignedIn
from front_door.model import Conversation
from front_door.safeguarding.model import SafetyCase, SafetyEvent
from front_door.safeguarding.rules import SafetyRules
from referrals.model import WITHDRAWN, Referral
from referrals.packet import Packet
from referrals.packet_sections import contact_rules as packet_rules
from referrals.packet_words import PacketWords

CONTACT_SHOWN = "contact_shown"
_ABUSE = "abuse_now"


def contact_rules(
    session: Session, case: SafetyCase, who: SignedIn, rules: SafetyRules, packet: PacketWords
) -> tuple[str, ...]:
    """Whether staff may contact the person, most careful first: what they said at a referral, else what is known."""
    words, conversation = rules.contact, _conversation(session, case)
    found = [words["abuse"]] if _told_of_abuse(session, case, conversation) else []
    if conversation is not None and conversation.texts_stopped:
        found.append(words["no_texts"])
    for referral in referrals_of(session, case)[:1]:
        if referral.state == WITHDRAWN:
            return (*found, words["withdrawn"])
        told = Packet.from_dict(referral.packet)
        if not who.sees_team(referral.team):
            # They can see the entry's number, so they read its rules; but not the numbers that stood there before.
            told = replace(told, contact_changes=())
        return (*found, *packet_rules(told, packet))
    return (*found, words["by_text"] if number_of(session, case) else words["on_the_web"])


def referrals_of(session: Session, case: SafetyCase) -> Sequence[Referral]:
    """The referrals that came of the same conversation, the newest first."""
    if case.conversation is None:
        return ()
    made = select(Referral).where(Referral.conversation == case.conversation).order_by(Referral.id.desc())
    return session.scalars(made).all()


def area_of(session: Session, case: SafetyCase) -> str:
    """The district where the person lives, as far as it is known by now."""
    conversation = _conversation(session, case)
    return (conversation.area if conversation else None) or case.area or ""


def number_of(session: Session, case: SafetyCase) -> str:
    """The number they text from (E.164), or "" when none is known, or it was forgotten."""
    if case.forgotten_at is not None:
        return ""
    conversation = _conversation(session, case)
    return (conversation.address if conversation else None) or case.address or ""


def contact_shown_since(session: Session, case: SafetyCase, who: SignedIn) -> bool:
    """Whether `who` acknowledged the contact rules of this entry since they signed in."""
    read = exists().where(
        DeskAudit.object == audit_object(case),
        DeskAudit.what == CONTACT_SHOWN,
        DeskAudit.who == who.name,
        DeskAudit.at >= who.since,
    )
    return bool(session.scalar(select(read)))


def audit_object(case: SafetyCase) -> str:
    """What the audit calls an entry."""
    return f"safety {case.id}"


def _conversation(session: Session, case: SafetyCase) -> Conversation | None:
    return session.get(Conversation, case.conversation) if case.conversation else None


def _told_of_abuse(session: Session, case: SafetyCase, conversation: Conversation | None) -> bool:
    if case.flag == _ABUSE or (conversation is not None and conversation.careful):
        return True
    if case.conversation is None:
        return False
    told = exists().where(SafetyEvent.conversation_id == case.conversation, SafetyEvent.flag == _ABUSE)
    return bool(session.scalar(select(told)))
