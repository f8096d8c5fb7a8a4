"""A resident changes how they may be reached. The packet is changed where it stands, and says what, when and what was before."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from common import phone
from referrals.follow_up import WAITING, FollowUp, drop_of_referral
from referrals.handling import CONTACT_CHANGED, note
from referrals.live import may_leave
from referrals.model import OPEN, Referral
from referrals.packet import Packet, contact_unsafe
from referrals.staff_text import StaffText
from referrals.withdrawal import RESIDENT

FIELDS = ("contact_value", "safe_to_call", "safe_to_text", "best_time", "safe_note")
OLD_NUMBER = "number_changed"  # the template's code of the text that tells the old number
PHONE, EMAIL = "phone", "email"
_KEPT = 20  # changes that the packet remembers
_MOST_TOLD = 3  # texts to old numbers of one referral: nobody is to be pestered through us


@dataclass(frozen=True)
class Contact:
    """How somebody may be reached. method: PHONE (value in E.164 form), EMAIL, or "other". safe_*: None was not asked."""

    method: str
    value: str
    safe_to_call: bool | None
    safe_to_text: bool | None
    best_time: str
    safe_note: str

    @classmethod
    def of(cls, packet: Packet) -> Contact:
        return cls(
            packet.contact_method,
            packet.contact_value,
            packet.safe_to_call,
            packet.safe_to_text,
            packet.best_time,
            packet.safe_note,
        )


@dataclass(frozen=True)
class Told:
    """The text to the old number: its words, and when it may go (aware)."""

    text: str
    at: datetime


def differences(packet: Packet, new: Contact) -> tuple[str, ...]:
    """The fields of FIELDS that `new` changes, in that order."""
    old = Contact.of(packet)
    pairs = zip(
        FIELDS,
        (
            ((old.method, old.value), (new.method, new.value)),
            (old.safe_to_call, new.safe_to_call),
            (old.safe_to_text, new.safe_to_text),
            (old.best_time, new.best_time),
            (old.safe_note, new.safe_note),
        ),
        strict=True,
    )
    return tuple(name for name, (before, after) in pairs if before != after)


def change(
    session: Session,
    referral: Referral,
    new: Contact,
    *,
    by: str,
    careful: bool,
    now: datetime,
    told: Told | None = None,
    test_numbers: bool = False,
) -> tuple[str, ...] | None:
    """Put `new` in place within the caller's transaction; returns the fields that changed, or None when it is closed.

    by: the door, a code. careful: abuse was told of; then no text goes to anybody. told: what the old number hears when the
    number itself changed and texting was safe there; None sends nothing. A text that waits for the old number never goes.
    """
    session.scalar(select(Referral.id).where(Referral.id == referral.id).with_for_update())
    session.refresh(referral)
    if referral.state not in OPEN or not may_leave(referral):
        return None
    packet = Packet.from_dict(referral.packet)
    if not (changed := differences(packet, new)):
        return ()
    moved = "contact_value" in changed
    before = packet.contact_value if moved and packet.contact_method in (PHONE, EMAIL) else ""
    entry = (now.astimezone(timezone.utc).isoformat(), by, ",".join(changed), before)
    after = replace(
        packet,
        contact_method=new.method,
        contact_value=new.value,
        safe_to_call=new.safe_to_call,
        safe_to_text=new.safe_to_text,
        best_time=new.best_time,
        safe_note=new.safe_note,
        contact_changes=(*packet.contact_changes, entry)[-_KEPT:],
    )
    referral.packet = after.as_dict()
    note(session, referral, who=RESIDENT, what=CONTACT_CHANGED, now=now, detail=f"{by}: {','.join(changed)}")
    quiet = careful or contact_unsafe(packet) or contact_unsafe(after)
    if moved or new.safe_to_text is not True:
        _move_follow_up(session, referral, after, quiet, test_numbers)
    if moved and told and not quiet and _may_be_texted(packet, test_numbers):
        _tell_old_number(session, referral, packet.contact_value, told, now)
    session.flush()
    session.expire(referral, ["events"])
    return changed


def _may_be_texted(packet: Packet, test_numbers: bool) -> bool:
    return (
        packet.contact_method == PHONE
        and packet.safe_to_text is True
        and phone.is_uk_mobile(packet.contact_value, test_numbers)
    )


def _move_follow_up(session: Session, referral: Referral, after: Packet, quiet: bool, test_numbers: bool) -> None:
    """The text after two weeks goes to the new number where that is safe, else not at all; to the old one never."""
    if quiet or not _may_be_texted(after, test_numbers):
        drop_of_referral(session, referral.reference)
        return
    session.execute(
        update(FollowUp)
        .where(FollowUp.reference == referral.reference, FollowUp.state == WAITING)
        .values(phone=after.contact_value)
        .execution_options(synchronize_session=False)
    )


def _tell_old_number(session: Session, referral: Referral, number: str, told: Told, now: datetime) -> None:
    told_before = select(func.count()).where(StaffText.referral_id == referral.id, StaffText.template == OLD_NUMBER)
    if (session.scalar(told_before) or 0) >= _MOST_TOLD:
        return
    session.add(
        StaffText(
            form_id=uuid.uuid4().hex,
            referral_id=referral.id,
            who=RESIDENT,
            template=OLD_NUMBER,
            body=told.text,
            phone=number,
            asked_at=now,
            send_at=told.at,
        )
    )
