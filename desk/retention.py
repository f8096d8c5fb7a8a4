"""When what the desk keeps of its own users is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.orm import Session

from common.purging import Step, delete_some
from common.retention_limits import Retention
from desk.model import LoginAttempt, StaffSession

_ACCOUNT = "with the account: accounts of staff who left are disabled by an administrator and stay, so that the audit can be read"
RULES: Mapping[str, str] = {
    "staff_account": _ACCOUNT,
    "staff_recovery_code": "with the account, or when it is used or replaced; only a hash is kept",
    "staff_session": "`sign_ins` after it ended",
    "staff_login_attempt": "`sign_ins`",
    "desk_audit": "`audit`: holds names of staff, codes and facts of services, never a resident's",
}


def sessions(session: Session, limits: Retention, now: datetime) -> int:
    ended = or_(StaffSession.expires_at < now - limits.sign_ins, StaffSession.revoked_at < now - limits.sign_ins)
    return delete_some(session, StaffSession, ended)


def login_attempts(session: Session, limits: Retention, now: datetime) -> int:
    return delete_some(session, LoginAttempt, LoginAttempt.at < now - limits.sign_ins)


STEPS: Mapping[str, Step] = {"staff sessions": sessions, "sign-in tries": login_attempts}
