"""What an administrator does with accounts. Each change is written down, and signs the account out everywhere.

Every function takes `by` (who does it, for the audit) and `now` (aware), and raises AccountError with words for the page.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desk import audit, sessions
from desk.accounts import AccountError, create_account, hash_of, new_password, tidy_name
from desk.model import RecoveryCode, StaffAccount
from desk.roles import WHOLE_COUNTY, Role

LOCAL = "local"


def add(session: Session, name: str, roles: Collection[Role], teams: Collection[str], *, by: str, now: datetime) -> str:
    """A new local account; returns its password, which nobody can read again."""
    _check(roles, teams)
    password = create_account(session, name, now, roles, teams)
    _note(session, "account_added", name, by, now, _words(roles, teams))
    return password


def set_roles(
    session: Session, name: str, roles: Collection[Role], teams: Collection[str], *, by: str, now: datetime
) -> None:
    """Give an account these roles and teams, instead of those it had."""
    _check(roles, teams)
    account = _locked(session, name)
    if Role.ADMINISTRATOR not in roles:
        _another_administrator(session, account)
    account.roles, account.teams = sorted(roles), sorted(teams)
    _sign_out(session, account, "account_roles", by, now, _words(roles, teams))


def disable(session: Session, name: str, *, by: str, now: datetime) -> None:
    """Nobody can sign in with it any more. Its name stays in the audit, so accounts are not deleted."""
    account = _locked(session, name)
    _another_administrator(session, account)
    account.disabled_at = account.disabled_at or now
    _sign_out(session, account, "account_disabled", by, now)


def enable(session: Session, name: str, *, by: str, now: datetime) -> None:
    """Let a disabled account sign in again, with the password and second factor that it had."""
    account = _locked(session, name)
    account.disabled_at = None
    _sign_out(session, account, "account_enabled", by, now)


def reset_password(session: Session, name: str, *, by: str, now: datetime) -> str:
    """A new random password; returns it. A disabled account stays disabled."""
    account = _locked(session, name)
    if account.provider != LOCAL:
        raise AccountError("This account has no password here: it signs in elsewhere.")
    password = new_password()
    account.password_hash = hash_of(password)
    _sign_out(session, account, "account_password", by, now)
    return password


def reset_second_factor(session: Session, name: str, *, by: str, now: datetime) -> None:
    """Forget the second factor and the recovery codes: the next sign-in sets up a new one, where one is required."""
    account = _locked(session, name)
    account.totp_key, account.totp_since = None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    _sign_out(session, account, "account_second_factor", by, now)


def _check(roles: Collection[Role], teams: Collection[str]) -> None:
    if not roles:
        raise AccountError("Choose at least one role.")
    if Role.LAC in roles and WHOLE_COUNTY.isdisjoint(roles) and not teams:
        raise AccountError("Choose the teams of a Local Area Coordinator. Without one they see no referral.")


def _locked(session: Session, name: str) -> StaffAccount:
    """The account; all of them are locked, so that two administrators cannot remove each other at one moment."""
    accounts = session.scalars(select(StaffAccount).order_by(StaffAccount.id).with_for_update()).all()
    account = next((one for one in accounts if one.name == tidy_name(name)), None)
    if account is None:
        raise AccountError("There is no account of that name.")
    return account


def _another_administrator(session: Session, account: StaffAccount) -> None:
    others = session.scalars(
        select(StaffAccount).where(StaffAccount.id != account.id, StaffAccount.disabled_at.is_(None))
    )
    was = account.disabled_at is None and Role.ADMINISTRATOR in account.roles
    if was and not any(Role.ADMINISTRATOR in other.roles for other in others):
        raise AccountError("This is the last administrator. Make somebody else one first.")


def _sign_out(session: Session, account: StaffAccount, what: str, by: str, now: datetime, detail: str = "") -> None:
    sessions.revoke_all(session, account.id, now)
    _note(session, what, account.name, by, now, detail)


def _note(session: Session, what: str, name: str, by: str, now: datetime, detail: str) -> None:
    audit.note(session, who=by, what=what, object=f"account {tidy_name(name)}", now=now, detail=detail)


def _words(roles: Collection[Role], teams: Collection[str]) -> str:
    return "; ".join(filter(None, (", ".join(sorted(roles)), ", ".join(sorted(teams)))))
