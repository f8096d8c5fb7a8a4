"""How often somebody may try to sign in, counted in the database so that a restart does not start afresh."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from common.encryption import Cipher
from desk.accounts import tidy_name
from desk.model import LoginAttempt

WINDOW = timedelta(minutes=15)
FAILURES_PER_NAME = 10
FAILURES_PER_ADDRESS = 30
KEPT = timedelta(days=90)


def too_many(session: Session, cipher: Cipher, name: str, address: str, now: datetime) -> bool:
    """True when this name (since it last signed in) or this address failed too often in the last quarter of an hour."""
    by_name, by_address = _digests(cipher, name, address)
    last_success = session.scalar(
        select(func.max(LoginAttempt.at)).where(LoginAttempt.name_digest == by_name, LoginAttempt.succeeded)
    )
    since = now - WINDOW

    def failures(*where: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(LoginAttempt).where(LoginAttempt.succeeded.is_(False), *where)
        return session.scalar(query) or 0

    return (
        failures(LoginAttempt.name_digest == by_name, LoginAttempt.at > max(since, last_success or since))
        >= FAILURES_PER_NAME
        or failures(LoginAttempt.address_digest == by_address, LoginAttempt.at > since) >= FAILURES_PER_ADDRESS
    )


def record(session: Session, cipher: Cipher, name: str, address: str, now: datetime, succeeded: bool) -> None:
    """Keep one try. Tries older than KEPT are dropped."""
    by_name, by_address = _digests(cipher, name, address)
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - KEPT))
    session.add(LoginAttempt(at=now, name_digest=by_name, address_digest=by_address, succeeded=succeeded))


def _digests(cipher: Cipher, name: str, address: str) -> tuple[str, str]:
    return cipher.digest(f"login-name:{tidy_name(name)}"), cipher.digest(f"login-address:{address}")
