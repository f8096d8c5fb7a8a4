"""A text that a member of staff sends to a resident: written down with the audit, sent by the front door, its number then forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from common.database import Base, UtcDateTime
from common.encryption import EncryptedText
from referrals.handling import note
from referrals.live import may_leave
from referrals.model import Referral
from referrals.packet import Packet
from referrals.staff_text_rules import TAKEN_BACK, Plan, Recipient, StaffTextRules

WAITING, SENT, DROPPED = "waiting", "sent", "dropped"
TEXTED = "text_queued"  # in the audit, with the template's code
TOO_LATE = timedelta(hours=12)  # what could not be sent for so long may not be true any more


class StaffText(Base):
    """One text. `form_id` is of the page that it was sent from: sent twice, that page makes one text. The body names nobody."""

    __tablename__ = "staff_text"
    __table_args__ = (Index(None, "state", "send_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(String(64), unique=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    who: Mapped[str] = mapped_column(String(80))
    template: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    send_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_in: Mapped[str | None] = mapped_column(String(64))  # the conversation by text that it went out in

    referral: Mapped[Referral] = relationship()


def recipient(session: Session, referral: Referral, *, stopped: bool, careful: bool) -> Recipient:
    """Who would get a text now, for a preview. `stopped` and `careful` are what the front door knows of the number."""
    sent = session.scalars(
        select(StaffText.send_at).where(StaffText.referral_id == referral.id, StaffText.state != DROPPED)
    ).all()
    return Recipient(Packet.from_dict(referral.packet), stopped, careful, tuple(sent))


def ask(
    session: Session,
    rules: StaffTextRules,
    referral: Referral,
    code: str,
    *,
    form_id: str,
    who: str,
    stopped: bool,
    careful: bool,
    now: datetime,
) -> Plan:
    """Queue the text if the plan allows it; returns the plan. The same form again queues nothing more."""
    session.scalar(
        select(Referral.id).where(Referral.id == referral.id).with_for_update()
    )  # one at a time: the count holds
    known = session.scalar(select(StaffText).where(StaffText.form_id == form_id))
    if known is not None:
        return Plan(known.body, known.phone or "", known.send_at)
    session.refresh(
        referral, ["state", "packet", "consents"]
    )  # it may have been taken back, or changed, since it was read
    if not may_leave(referral):
        return Plan(refused=TAKEN_BACK)
    plan = rules.plan(code, recipient(session, referral, stopped=stopped, careful=careful), now)
    if plan.at is None:
        return plan
    session.add(
        StaffText(
            form_id=form_id,
            referral_id=referral.id,
            who=who,
            template=code,
            body=plan.text,
            phone=plan.phone,
            asked_at=now,
            send_at=plan.at,
        )
    )
    note(session, referral, who=who, what=TEXTED, now=now, detail=code)
    session.flush()
    return plan


def due(session: Session, rules: StaffTextRules, now: datetime, limit: int = 20) -> list[StaffText]:
    """What may be sent now, held for writing, oldest first. What waited too long, or must not go any more, is dropped here."""
    if not rules.may_send(now):
        return []
    rows = session.scalars(
        select(StaffText)
        .where(StaffText.state == WAITING, StaffText.send_at <= now)
        .order_by(StaffText.send_at, StaffText.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    kept = []
    for row in rows:
        if _may_go(row, rules, now):
            kept.append(row)
        else:
            close(row, DROPPED, now)
    return kept


def close(row: StaffText, state: str, now: datetime) -> None:
    """It is on its way (SENT), in this transaction, or never will be (DROPPED)."""
    row.state, row.phone, row.sent_at = state, None, now if state == SENT else None


def drop_of_referral(session: Session, referral_id: int) -> None:
    """Forget the texts of staff to this person that have not gone yet."""
    session.execute(
        update(StaffText)
        .where(StaffText.referral_id == referral_id, StaffText.state == WAITING)
        .values(state=DROPPED, phone=None)
        .execution_options(synchronize_session=False)
    )


def of_referral(session: Session, referral: Referral) -> list[StaffText]:
    """The texts of staff to this person, oldest first."""
    return list(session.scalars(select(StaffText).where(StaffText.referral_id == referral.id).order_by(StaffText.id)))


def _may_go(row: StaffText, rules: StaffTextRules, now: datetime) -> bool:
    """Between the click and the morning they may have taken back the yes, the number or the permission to text."""
    referral = row.referral
    if row.phone is None or now - row.send_at > TOO_LATE or not may_leave(referral):
        return False
    if row.template not in rules.templates:
        return True
    plan = rules.plan(row.template, Recipient(Packet.from_dict(referral.packet)), now)
    return not plan.refused and plan.phone == row.phone
