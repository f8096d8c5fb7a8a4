"""Signed-in browsers."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from desk.model import StaffAccount, StaffSession
from desk.roles import WHOLE_COUNTY, Role, roles_of

LONGEST = timedelta(hours=10)  # a working day
IDLE = timedelta(minutes=60)
CODE_WITHIN = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)  # so that reading pages does not write for every click


class Step(Enum):
    """How far a sign-in is. Before `IN`, nothing but the next step can be reached."""

    IN = "in"
    CODE = "code"  # the password was right; the code of the second factor is due
    ENROL = "enrol"  # the password was right; a second factor has to be set up


@dataclass(frozen=True)
class SignedIn:
    """Who asks: the account name, when they signed in, and the token of their browser (never stored, never logged)."""

    name: str
    since: datetime
    token: str
    session_id: int
    seen_at: datetime
    roles: frozenset[Role] = frozenset()
    teams: frozenset[str] = frozenset()  # of a Local Area Coordinator; says nothing about any other role
    account_id: int = 0
    enrolled: bool = False  # has a second factor
    second_factor: bool = False  # has shown it in this session
    step: Step = Step.IN

    def at_step(self, required: bool) -> SignedIn:
        """The same, with how far the sign-in is. `required`: nobody gets in without a second factor."""
        if self.second_factor:
            return self
        if self.enrolled:
            return replace(self, step=Step.CODE)
        return replace(self, step=Step.ENROL) if required else self

    @property
    def whole_county(self) -> bool:
        """True when they see the referrals of every team."""
        return not self.roles.isdisjoint(WHOLE_COUNTY)

    def sees_team(self, team: str) -> bool:
        """True when they may see a referral to this team (`Referral.team`), on every page and in every export alike."""
        return self.whole_county or (Role.LAC in self.roles and team in self.teams)


def open_session(session: Session, account_id: int, now: datetime, second_factor: bool = False) -> str:
    """Sign an account in and return the token for its cookie. `second_factor`: it was shown already."""
    token = secrets.token_urlsafe(32)
    account = session.get_one(StaffAccount, account_id)
    session.add(
        StaffSession(
            token_sha256=_digest(token),
            account=account,
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
            second_factor=second_factor,
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
    account = row.account
    found = SignedIn(
        name=account.name,
        since=row.created_at,
        token=token,
        session_id=row.id,
        seen_at=row.seen_at,
        roles=roles_of(account.roles),
        teams=frozenset(account.teams),
        account_id=account.id,
        enrolled=account.totp_since is not None,
        second_factor=row.second_factor,
    )
    # Who only has the password does not get all day for the code.
    waits = found.enrolled and not found.second_factor
    return None if waits and now - found.since > CODE_WITHIN else found


def mark_seen(session: Session, signed_in: SignedIn, now: datetime) -> None:
    """Note that the browser is in use, so that it does not count as idle."""
    session.execute(update(StaffSession).where(StaffSession.id == signed_in.session_id).values(seen_at=now))


def revoke(session: Session, signed_in: SignedIn, now: datetime) -> None:
    """Sign this browser out; its token never works again."""
    session.execute(update(StaffSession).where(StaffSession.id == signed_in.session_id).values(revoked_at=now))


def upgrade(session: Session, signed_in: SignedIn, now: datetime) -> str:
    """The second factor was shown: a new session that says so, in place of this one. Returns its token."""
    revoke(session, signed_in, now)
    return open_session(session, signed_in.account_id, now, second_factor=True)


def revoke_all(session: Session, account_id: int, now: datetime, but: int | None = None) -> None:
    """Sign an account out everywhere, or everywhere but in the session with the id `but`."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.account_id == account_id, StaffSession.revoked_at.is_(None), StaffSession.id != (but or 0))
        .values(revoked_at=now)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
