"""An audit to tamper with, the way somebody does who can write the database but has no key."""

from __future__ import annotations

from datetime import datetime, timedelta

from common.database import Database
from desk import audit
from referrals import handling
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, another


def refer(db: Database, number: int = 0, now: datetime = SATURDAY) -> str:
    """Store a referral (one audit row) and return its reference."""
    with db.transaction() as session:
        return submit(session, another(number), now=now, team=TeamFacts.load(DATA)).reference


def write(db: Database, references: list[str], rows: int, now: datetime = SATURDAY) -> None:
    """That many audit rows in transactions of one or two, of referrals and of the desk in turn, a minute apart."""
    for number in range(0, rows, 2):
        at = now + timedelta(minutes=number)
        with db.transaction() as session:
            referral = handling.find(session, references[number % len(references)])
            assert referral is not None
            handling.note(session, referral, who="amina", what=handling.VIEWED, now=at)
            if number + 1 < rows:
                audit.note(session, who="bob", what=audit.VIEWED, object="texts", now=at, detail=str(number))
