"""What staff do with an entry. States change by compare-and-set, so one person wins and nothing is closed unread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, selectinload

from front_door.safeguarding.model import SafetyAlert, SafetyCase, SafetyNote
from front_door.safeguarding.rules import SafetyRules
from referrals.model import DONE, NEW, SENDING, TAKEN, WAITING
from referrals.working_time import WorkingTime

LONGEST = 4000  # characters of a note or a reason
SHOWN = 200


@dataclass(frozen=True)
class Waiting:
    """How many entries have no outcome, how many of them nobody has taken, and how many are past their time."""

    open: int = 0
    new: int = 0
    late: int = 0


def find(session: Session, identity: str) -> SafetyCase | None:
    """One entry with its messages and notes, or None."""
    return session.get(SafetyCase, identity, options=[selectinload(SafetyCase.events), selectinload(SafetyCase.notes)])


def open_cases(session: Session) -> list[SafetyCase]:
    """Every entry without an outcome, the oldest first: each of them must be looked at, so none is left out."""
    rows = select(SafetyCase).where(SafetyCase.state != DONE).order_by(SafetyCase.opened_at, SafetyCase.id)
    return list(session.scalars(rows))


def done_cases(session: Session, *where: ColumnElement[bool], limit: int = SHOWN) -> list[SafetyCase]:
    """The entries closed last that fulfil `where`, newest first."""
    rows = select(SafetyCase).where(SafetyCase.state == DONE, *where).order_by(SafetyCase.done_at.desc(), SafetyCase.id)
    return list(session.scalars(rows.limit(limit)))


def waiting(cases: Sequence[SafetyCase], rules: SafetyRules, office: WorkingTime, now: datetime) -> Waiting:
    """The counts over some open entries. `office`: the working time of First Contact Plus; `now` is aware."""
    return Waiting(
        len(cases), sum(case.state == NEW for case in cases), sum(rules.is_late(case, office, now) for case in cases)
    )


def outcomes_since(session: Session, moment: datetime) -> dict[str, int]:
    """How many entries got which outcome since a moment (aware), by code."""
    counted = (
        select(SafetyCase.outcome, func.count())
        .where(SafetyCase.done_at >= moment, SafetyCase.outcome.is_not(None))
        .group_by(SafetyCase.outcome)
    )
    return {str(code): number for code, number in session.execute(counted)}


def mail_problem(session: Session) -> str:
    """Why alerts of open entries do not go out by mail, or "" when they do."""
    stuck = (
        select(SafetyAlert.problem)
        .join(SafetyAlert.case)
        .where(SafetyCase.state != DONE, SafetyAlert.state.in_((WAITING, SENDING)), SafetyAlert.problem != "")
        .limit(1)
    )
    return session.scalar(stuck) or ""


def see(session: Session, case: SafetyCase) -> None:
    """Somebody has every message of the entry before their eyes."""
    session.execute(
        update(SafetyCase)
        .where(SafetyCase.id == case.id, SafetyCase.count == case.count)
        .values(unseen_since=None)
        .execution_options(synchronize_session=False)
    )


def take(session: Session, case: SafetyCase, *, who: str, now: datetime) -> bool:
    """Make `who` the one who handles it. False when somebody was first or it is closed."""
    return _move(session, case, SafetyCase.state == NEW, {"state": TAKEN, "taken_by": who, "taken_at": now})


def add_note(session: Session, case: SafetyCase, *, who: str, text: str, now: datetime) -> bool:
    """Write something down. False when there is nothing in it."""
    if not text.strip():
        return False
    session.add(SafetyNote(case_id=case.id, at=now, who=who, text=text.strip()[:LONGEST]))
    return True


def close(session: Session, case: SafetyCase, *, outcome: str, reason: str, seen: int, who: str, now: datetime) -> bool:
    """Close an entry with an outcome code. `seen`: how many messages they had before their eyes.

    False when it is closed, or when something was written meanwhile: nothing may be closed that nobody has read.
    """
    values = {
        "state": DONE,
        "outcome": outcome,
        "reason": reason.strip()[:LONGEST] or None,
        "done_by": who,
        "done_at": now,
        "taken_by": case.taken_by or who,
        "taken_at": case.taken_at or now,
        "unseen_since": None,
    }
    return _move(session, case, (SafetyCase.state != DONE) & (SafetyCase.count == seen), values)


def _move(session: Session, case: SafetyCase, expected: ColumnElement[bool], values: Mapping[str, object]) -> bool:
    moved = session.execute(
        update(SafetyCase)
        .where(SafetyCase.id == case.id, expected)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(case)
    return bool(moved.rowcount)  # type: ignore[attr-defined]
