"""Letting somebody in whom a provider has identified: their account, a session, and a line in the audit."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk import audit, sessions
from desk.accounts import NAME, find_account, tidy_name
from desk.identity import LOCAL, Identity, Refused
from desk.model import StaffAccount


def admit(session: Session, identity: Identity, now: datetime) -> str | Refused:
    """The token of a new session. Somebody new of another provider gets an account of that provider; their name, roles and teams
    are what it says today, and a change of roles or teams ends the sessions that had the old ones."""
    account = (
        session.get(StaffAccount, int(identity.subject)) if identity.provider == LOCAL else _of(session, identity, now)
    )
    if account is None or account.disabled_at is not None or not account.roles:
        return Refused.NOT_STAFF
    due = ", code due" if account.totp_since and not identity.second_factor else ""
    _note_sign_in(session, account, "signed_in", now, f"{identity.provider}{due}")
    return sessions.open_session(session, account.id, now, identity.second_factor)


def refused(session: Session, name: str, reason: Refused, now: datetime) -> None:
    """Write down that somebody was not let in. What was typed as a name is kept only when it is one: people type passwords there.

    A try past the limit is not: the failures that led to it are there, and anybody could fill the audit with it.
    """
    if reason is not Refused.TOO_MANY and (account := find_account(session, name)) is not None:
        _note_sign_in(session, account, "sign_in_refused", now, reason.value)


def _note_sign_in(session: Session, account: StaffAccount, what: str, now: datetime, detail: str) -> None:
    audit.note(session, who=account.name, what=what, object=f"account {account.name}", now=now, detail=detail)


def _of(session: Session, identity: Identity, now: datetime) -> StaffAccount | None:
    account = session.scalar(
        select(StaffAccount).where(StaffAccount.provider == identity.provider, StaffAccount.subject == identity.subject)
    )
    if account is None and not identity.roles:
        return None  # nobody of ours: no trace is kept
    roles, teams = sorted(map(str, identity.roles)), sorted(identity.teams)
    if account is None:
        account = StaffAccount(
            name=_free_name(session, identity),
            password_hash="",
            created_at=now,
            provider=identity.provider,
            subject=identity.subject,
            roles=roles,
            teams=teams,
        )
        session.add(account)
        session.flush()
        _note(session, account, "account_added", now)
    elif (account.roles, account.teams) != (roles, teams):
        account.roles, account.teams = roles, teams
        sessions.revoke_all(session, account.id, now)
        _note(session, account, "account_roles", now)
    return account


def _note(session: Session, account: StaffAccount, what: str, now: datetime) -> None:
    detail = "; ".join(filter(None, (", ".join(account.roles), ", ".join(account.teams))))
    audit.note(session, who=account.provider, what=what, object=f"account {account.name}", now=now, detail=detail)


def _free_name(session: Session, identity: Identity) -> str:
    """A name of our form that nobody has: theirs, else with a number. Two people are never one name in the audit."""
    tidy = re.sub(r"[^a-z0-9._@-]+", ".", tidy_name(identity.name)).lstrip("._@-")[:70] or "staff"
    wanted = tidy if NAME.fullmatch(tidy) else f"staff-{tidy}"
    for number in range(1, 1000):
        name = wanted if number == 1 else f"{wanted}-{number}"
        if session.scalar(select(StaffAccount.id).where(StaffAccount.name == name)) is None:
            return name
    raise RuntimeError("no free name")
