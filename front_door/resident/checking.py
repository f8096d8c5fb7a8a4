"""Whether somebody may see a referral: what they must know or hold, and how often they may be wrong.

By text, the reference comes from the phone that was given or that it was sent from. On the page, the reference goes with the
number or e-mail that was given. One reference may be tried wrongly 5 times a day, one number or e-mail 10 times, one browser
or phone 5 times and one network address 20 times (a library's computers share one). There are 11.4 million references. So
whoever knows somebody's number has, from however many places, at most 10 tries a day at whether there is a referral: 1 in
12,600 in 90 days; whoever knows a reference has 5 a day at its number.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from common import phone
from front_door import rows
from front_door.model import Conversation, Message
from front_door.resident.model import ReferralTry
from referrals import handling
from referrals.model import Referral
from referrals.packet import RISKY_FLAGS, RISKY_NEEDS, Packet, contact_unsafe

DAY, _EVER = timedelta(hours=24), timedelta(days=3650)
MOST_OF_REFERENCE, MOST_OF_CONTACT, MOST_OF_ONE, MOST_OF_ADDRESS = 5, 10, 5, 20
Digest = Callable[[str], str]


@dataclass(frozen=True)
class Counted:
    """What a wrong try counts against: a keyed digest, and how many it may have in a day."""

    who: str
    most: int


@dataclass(frozen=True)
class Checks:
    """Keyed digests, and whether Ofcom's fictional numbers count as mobiles."""

    digest: Digest
    test_numbers: bool = False

    def by_text(self, session: Session, reference: str, number_digest: str, now: datetime) -> Referral | None:
        """The referral for a text from the number with this digest; None says nothing about why not."""
        counted = (self._of_one(number_digest), self._of_reference(reference))
        referral = handling.find(session, reference)
        if _blocked(session, counted[:1], now):  # the right phone is never shut out by others' tries
            return None
        if referral is not None and self._is_theirs(session, referral, number_digest):
            return referral
        _count(session, counted, now)
        return None

    def by_page(
        self, session: Session, reference: str, contact: str, session_digest: str, address: str, now: datetime
    ) -> tuple[str, Referral | None]:
        """("right", the referral), or "wrong" or "blocked" with None. reference: as read, "" for none; contact: as typed."""
        given = self.contact(contact)
        counted = [
            self._of_one(session_digest),
            Counted(self.digest(f"referral try: address {address}"), MOST_OF_ADDRESS),
        ]
        if reference:
            counted.append(self._of_reference(reference))
        if given:
            counted.append(Counted(self.digest(f"referral try: contact {given}"), MOST_OF_CONTACT))
        if _blocked(session, counted, now):
            return "blocked", None
        referral = handling.find(session, reference)
        known = self.contact(Packet.from_dict(referral.packet).contact_value) if referral else ""
        same = hmac.compare_digest(self.digest(f"contact: {known}"), self.digest(f"contact: {given}"))
        if referral is not None and known and same:
            return "right", referral
        _count(session, counted, now)
        return "wrong", None

    def contact(self, typed: str) -> str:
        """A number in E.164 form, or an e-mail address in small letters; "" when it is neither."""
        text = typed.strip()
        if "@" in text:
            return text.casefold()
        return phone.normalise(text, self.test_numbers) or ""

    def _is_theirs(self, session: Session, referral: Referral, number_digest: str) -> bool:
        packet = Packet.from_dict(referral.packet)
        given = self.digest(packet.contact_value) if packet.contact_method == "phone" else ""
        wrote = session.get(Conversation, referral.conversation)
        sent_from = (wrote.address_digest or "") if wrote else ""
        return hmac.compare_digest(given, number_digest) or hmac.compare_digest(sent_from, number_digest)

    def _of_reference(self, reference: str) -> Counted:
        return Counted(self.digest(f"referral try: reference {reference}"), MOST_OF_REFERENCE)

    def _of_one(self, digest: str) -> Counted:
        return Counted(self.digest(f"referral try: {digest}"), MOST_OF_ONE)


def own(session: Session, conversation_id: str) -> list[Referral]:
    """The referrals that were sent in this conversation, newest first."""
    query = select(Referral).where(Referral.conversation == conversation_id)
    return list(session.scalars(query.order_by(Referral.created_at.desc(), Referral.id.desc())))


def own_on_page(session: Session, talk: Conversation) -> list[Referral]:
    """Those of them that the page of this conversation may show: none sent before it moved there from a phone. Whoever typed
    the code in sees what was said since then; for the rest they need the reference and the contact, as anybody does."""
    if not talk.shown_after:
        return own(session, talk.id)
    moved = session.scalars(
        select(Message.created_at).where(Message.conversation_id == talk.id, Message.seq == talk.shown_after)
    ).first()
    return [one for one in own(session, talk.id) if moved is not None and one.created_at > moved]


def told_of_abuse(session: Session, referral: Referral) -> bool:
    """Whether abuse was told of in the referral or around it. Then somebody near may know the reference and the number."""
    packet = Packet.from_dict(referral.packet)
    named = RISKY_FLAGS & set(packet.red_flags) or RISKY_NEEDS & {need.name for need in packet.needs}
    wrote = session.get(Conversation, referral.conversation)
    return bool(
        named
        or contact_unsafe(packet)
        or (wrote is not None and wrote.careful)
        or rows.told_of_abuse_since(session, referral.conversation, referral.created_at - _EVER)
    )


def _blocked(session: Session, counted: Sequence[Counted], now: datetime) -> bool:
    return any(_wrong(session, one.who, now) >= one.most for one in counted)


def _wrong(session: Session, who: str, now: datetime) -> int:
    tries = select(func.count()).where(ReferralTry.who == who, ReferralTry.at > now - DAY)
    return session.scalar(tries) or 0


def _count(session: Session, counted: Sequence[Counted], now: datetime) -> None:
    session.execute(delete(ReferralTry).where(ReferralTry.at <= now - DAY))
    session.add_all(ReferralTry(who=one.who, at=now) for one in counted)
    session.flush()
