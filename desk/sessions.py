"""Signed-in browsers."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from desk.model import StaffAccount, StaffSession

LONGEST = timedelta(hours=10)  # a working day
IDLE = timedelta(minutes=60)
SEEN_EVERY = timedelta(minutes=1)  # so that reading pages does not write for every click


@dataclass(frozen=True)
class SignedIn:
    """Who asks: the account name, when they signed in, and the token of their browser (never stored, never logged)."""

    name: str
    since: datetime
    token: str
    session_id: int
    seen_at: datetime


def open_session(session: Session, account_id: int, now: datetime) -> str:
    """Sign an account in and return the token for its cookie."""
    token = secrets.token_urlsafe(32)
    account = session.get_one(StaffAccount, account_id)
    session.add(
        StaffSession(
            token_sha256=_digest(token), account=account, created_at=now, seen_at=now, expires_at=now + LONGEST
        )
    )
    return token


def find_session(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Who holds this token, or None when it is unknown, revoked, expired, idle too long, or the account is disabled."""
    row = session.scalar(
        select(StaffSession).where(
            StaffSession.token_sha256 == _digest(token),
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > now,
            StaffSession.seen_at > now - IDLE,
        )
    )
    if row is None or row.account.disabled_at is not None:
        return None
    return SignedIn(row.account.name, row.created_at, token, row.id, row.seen_at)


def mark_seen(session: Session, signed_in: SignedIn, now: datetime) -> None:
    """Note that the browser is in use, so that it does not count as idle."""
    session.execute(update(StaffSession).where(StaffSession.id == signed_in.session_id).values(seen_at=now))


def revoke(session: Session, signed_in: SignedIn, now: datetime) -> None:
    """Sign this browser out; its token never works again."""
    session.execute(update(StaffSession).where(StaffSession.id == signed_in.session_id).values(revoked_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
