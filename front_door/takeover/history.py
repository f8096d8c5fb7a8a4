"""The audit of a referral says who talked with its resident in a live chat, and when: whoever takes it need not ask again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door.bot_client import Reply
from front_door.takeover.model import Takeover
from referrals import handling
from referrals.model import Referral

TALKED = "live_chat"  # the code of the audit row


def tell_referral(session: Session, takeover: Takeover, now: datetime) -> None:
    """Note an ended talk with the newest referral of its conversation, if there is one."""
    referral = session.scalars(
        select(Referral).where(Referral.conversation == takeover.conversation_id).order_by(Referral.id.desc()).limit(1)
    ).first()
    if referral is not None:
        _note(session, referral, takeover, now)


def tell_of_earlier(session: Session, conversation_id: str, replies: Sequence[Reply], now: datetime) -> None:
    """Note the talks of a conversation with the referral that was just made from it, if the bot's `replies` confirm one."""
    confirmed = [reply for reply in replies if reply.data.get("kind") == "confirmation"]
    if not confirmed:
        return
    newest = select(Referral).where(Referral.conversation == conversation_id).order_by(Referral.id.desc()).limit(1)
    referral = session.scalars(newest).first()
    if referral is None:
        return
    talks = select(Takeover).where(
        Takeover.conversation_id == conversation_id, Takeover.joined_at.is_not(None), Takeover.ended_at.is_not(None)
    )
    for takeover in session.scalars(talks.order_by(Takeover.joined_at)):
        _note(session, referral, takeover, now)


def _note(session: Session, referral: Referral, takeover: Takeover, now: datetime) -> None:
    at = takeover.joined_at.isoformat(timespec="minutes") if takeover.joined_at else ""
    handling.note(session, referral, who=takeover.joined_by or "", what=TALKED, now=now, detail=at)
