"""The second factor of an account: setting it up, checking it, and the codes for when the phone is lost."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from common.encryption import Cipher
from desk import audit, limits, sessions, totp
from desk.accounts import new_password
from desk.identity import Refused
from desk.model import RecoveryCode, StaffAccount, StaffSession
from desk.sessions import SignedIn

RECOVERY_CODES = 10
LONGEST_CODE = 40  # characters


def key_to_enrol(session: Session, who: SignedIn) -> str | None:
    """The key that the app is to read, the same until it is confirmed; None when there is a second factor already."""
    account = session.get_one(StaffAccount, who.account_id)
    if account.totp_since is not None:
        return None
    if account.totp_key is None:
        account.totp_key = totp.new_key()
    return account.totp_key


def enrol(session: Session, who: SignedIn, code: str, now: datetime) -> list[str] | None:
    """The first code of the app sets the factor up and counts for this session; every other is signed out. Returns the recovery
    codes, which nobody can read again; None when the code is wrong or nothing waits to be set up."""
    account = session.get_one(StaffAccount, who.account_id, with_for_update=True)
    step = totp.used_step(account.totp_key, code, now, 0) if account.totp_key and not account.totp_since else None
    if step is None:
        return None
    account.totp_since, account.totp_step = now, step
    session.execute(update(StaffSession).where(StaffSession.id == who.session_id).values(second_factor=True))
    sessions.revoke_all(session, account.id, now, but=who.session_id)
    _note(session, who, "second_factor_set", now)
    return _new_codes(session, account.id)


def fits(session: Session, who: SignedIn, code: str, now: datetime) -> bool:
    """Use up a code of the app or a recovery code. Two browsers that send the same one at once: one gets in."""
    account = session.get_one(StaffAccount, who.account_id)
    if account.totp_since is None or account.totp_key is None:
        return False
    step = totp.used_step(account.totp_key, code, now, account.totp_step)
    if step is not None:
        return _won(
            session,
            update(StaffAccount)
            .where(StaffAccount.id == account.id, StaffAccount.totp_step < step)
            .values(totp_step=step),
        )
    used = _won(
        session,
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_sha256 == _digest(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now),
    )
    if used:
        _note(session, who, "recovery_code_used", now, f"{codes_left(session, account.id)} left")
    return used


def try_code(session: Session, cipher: Cipher, who: SignedIn, code: str, address: str, now: datetime) -> Refused | None:
    """One try from `address`: None when the code fits. Wrong ones are counted with the limits of passwords, for themselves: a right
    password does not begin the count afresh."""
    session.get_one(StaffAccount, who.account_id, with_for_update=True)  # one try at a time: none slips under the limit
    tries = f"code:{who.name}"  # no account's name holds a colon
    if limits.too_many(session, cipher, tries, address, now):
        return Refused.TOO_MANY
    right = len(code) <= LONGEST_CODE and fits(session, who, code, now)
    limits.record(session, cipher, tries, address, now, right)
    _note(session, who, "second_factor_shown" if right else "code_refused", now)
    return None if right else Refused.WRONG


def renew_codes(session: Session, who: SignedIn, now: datetime) -> list[str]:
    """Ten new recovery codes in place of the old ones."""
    _note(session, who, "recovery_codes_new", now)
    return _new_codes(session, who.account_id)


def codes_left(session: Session, account_id: int) -> int:
    unused = (RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def _new_codes(session: Session, account_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [new_password() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account_id, code_sha256=_digest(code)) for code in codes)
    return codes


def _digest(code: str) -> str:
    """As typed from paper: without regard to spaces, dashes and capitals."""
    return hashlib.sha256("".join(filter(str.isalnum, code.lower())).encode()).hexdigest()


def _won(session: Session, change: object) -> bool:
    return bool(session.execute(change, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[call-overload]


def _note(session: Session, who: SignedIn, what: str, now: datetime, detail: str = "") -> None:
    audit.note(session, who=who.name, what=what, object=f"account {who.name}", now=now, detail=detail)
