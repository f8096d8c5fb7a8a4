"""Staff accounts and their passwords (argon2id, 19 MiB, 2 passes, 1 lane: the OWASP minimum)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.model import StaffAccount
from desk.roles import Role

FIRST_NAME = "adviser"
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # checked for unknown names, so that they take as long as known ones
_READABLE = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}")


class AccountError(ValueError):
    """An account cannot be made or changed; the message says why."""


def new_password() -> str:
    """A random password of 79 bits that can be typed from paper, for example "k3mw-p7qx-h2vd-9tcr"."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def tidy_name(name: str) -> str:
    """A name as it is stored: lower case, without spaces around it."""
    return name.strip().lower()


def create_account(session: Session, name: str, now: datetime, roles: Iterable[Role], teams: Iterable[str] = ()) -> str:
    """Make an account and return its random password, which nobody can read again. Raises AccountError."""
    name = tidy_name(name)
    if not NAME.fullmatch(name):
        raise AccountError("A name has 2 to 80 letters, digits, dots, dashes or @. It begins with a letter or digit.")
    if session.scalar(select(StaffAccount.id).where(StaffAccount.name == name)):
        raise AccountError("There is an account of that name already.")
    password = new_password()
    session.add(
        StaffAccount(
            name=name,
            password_hash=_HASHER.hash(password),
            created_at=now,
            roles=sorted(roles),
            teams=sorted(teams),
        )
    )
    session.flush()
    return password


def hash_of(password: str) -> str:
    """What is stored of a password. Takes tens of milliseconds of work."""
    return _HASHER.hash(password)


def ensure_first_account(session: Session, now: datetime) -> tuple[str, str] | None:
    """On the very first start: make one account and return (name, password) to print. Afterwards None."""
    if session.scalar(select(StaffAccount.id).limit(1)) is not None:
        return None
    return FIRST_NAME, create_account(session, FIRST_NAME, now, Role)


def find_account(session: Session, name: str) -> StaffAccount | None:
    """The account that may sign in under this name, or None."""
    name = tidy_name(name)
    if not NAME.fullmatch(name):
        return None
    return session.scalar(select(StaffAccount).where(StaffAccount.name == name, StaffAccount.disabled_at.is_(None)))


def password_fits(account: StaffAccount | None, password: str) -> bool:
    """True when the password is the account's. Takes tens of milliseconds of work, whether or not there is an account."""
    try:
        return _HASHER.verify(account.password_hash if account else _NOBODY, password) and account is not None
    except (VerificationError, InvalidHashError):
        return False
