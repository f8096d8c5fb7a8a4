"""Staff accounts and their passwords (argon2id, 19 MiB, 2 passes, 1 lane: the OWASP minimum)."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from desk.model import StaffAccount, StaffSession

FIRST_NAME = "adviser"
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # checked for unknown names, so that they take as long as known ones
_READABLE = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}")


class AccountError(ValueError):
    """An account cannot be made or changed; the message says why."""


def new_password() -> str:
    """A random password of 79 bits that can be typed from paper, for example "k3mw-p7qx-h2vd-9tcr"."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def tidy_name(name: str) -> str:
    """A name as it is stored: lower case, without spaces around it."""
    return name.strip().lower()


def create_account(session: Session, name: str, now: datetime) -> str:
    """Make an account and return its random password, which nobody can read again. Raises AccountError."""
    name = tidy_name(name)
    if not _NAME.fullmatch(name):
        raise AccountError("a name has 2 to 80 letters, digits, dots, dashes or @, and begins with a letter or digit")
    if session.scalar(select(StaffAccount.id).where(StaffAccount.name == name)):
        raise AccountError("there is an account of that name already")
    password = new_password()
    session.add(StaffAccount(name=name, password_hash=_HASHER.hash(password), created_at=now))
    session.flush()
    return password


def reset_password(session: Session, name: str, now: datetime) -> str:
    """Give an account a new random password and sign it out everywhere. Raises AccountError when there is none."""
    account = session.scalar(select(StaffAccount).where(StaffAccount.name == tidy_name(name)))
    if account is None:
        raise AccountError("there is no account of that name")
    password = new_password()
    account.password_hash, account.disabled_at = _HASHER.hash(password), None
    session.execute(
        update(StaffSession)
        .where(StaffSession.account_id == account.id, StaffSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return password


def ensure_first_account(session: Session, now: datetime) -> tuple[str, str] | None:
    """On the very first start: make one account and return (name, password) to print. Afterwards None."""
    if session.scalar(select(StaffAccount.id).limit(1)) is not None:
        return None
    return FIRST_NAME, create_account(session, FIRST_NAME, now)


def find_account(session: Session, name: str) -> StaffAccount | None:
    """The account that may sign in under this name, or None."""
    name = tidy_name(name)
    if not _NAME.fullmatch(name):
        return None
    return session.scalar(select(StaffAccount).where(StaffAccount.name == name, StaffAccount.disabled_at.is_(None)))


def password_fits(account: StaffAccount | None, password: str) -> bool:
    """True when the password is the account's. Takes tens of milliseconds of work, whether or not there is an account."""
    try:
        return _HASHER.verify(account.password_hash if account else _NOBODY, password) and account is not None
    except (VerificationError, InvalidHashError):
        return False
