"""What the desk and the catalogue keep beside referrals goes to the second: sign-ins, reports of residents, counts of searches, imports."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import desk.retention
import service_catalogue.retention
from common.clock import FrozenClock
from common.database import Base, Database
from common.encryption import Cipher, use
from common.purging import purge
from common.retention_limits import Retention
from desk.accounts import create_account
from desk.model import LoginAttempt, StaffAccount, StaffSession
from desk.roles import Role
from service_catalogue.care_model import SearchMiss, ServiceReport
from service_catalogue.feed_model import ImportIssue, ImportRun, RawRecord
from service_catalogue.model import Source
from tests.common.filling import row
from tests.desk.conftest import SECRET
from tests.referrals.support import DATA, SATURDAY

LIMITS = Retention.load(DATA)
STEPS = {**desk.retention.STEPS, **service_catalogue.retention.STEPS}
SECOND = timedelta(seconds=1)
# table, the column that is counted from, the limit, and what else the row needs
CASES = [
    (LoginAttempt, "at", LIMITS.sign_ins, {}),
    (StaffSession, "expires_at", LIMITS.sign_ins, {"revoked_at": None}),
    (ServiceReport, "settled_at", LIMITS.service_report, {"kind": "other"}),
    (ServiceReport, "reported_at", LIMITS.open_service_report, {"kind": "other", "settled_at": None}),
    (RawRecord, "missed_since", LIMITS.imports, {"kind": "service"}),
]


def add(db: Database, table: type[Base], **values: object) -> None:
    """A row of the table, whatever it would have to point to."""
    with db.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    with Session(db.engine) as session:
        session.execute(sa.insert(table.__table__).values(row(table.__table__, **values)))  # type: ignore[arg-type]
        session.commit()
    with db.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


async def count(db: Database, table: type[Base]) -> int:
    return await db.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(table))) or 0


@pytest.mark.parametrize(
    ("table", "column", "limit", "more"), CASES, ids=lambda value: getattr(value, "__name__", None)
)
async def test_a_row_is_kept_to_its_limit_and_no_longer(
    db: Database, table: type[Base], column: str, limit: timedelta, more: dict[str, object]
) -> None:
    """At the limit it is there; a second later it is gone."""
    use(Cipher(SECRET))
    clock = FrozenClock(SATURDAY)
    far = {
        name: clock.now() + timedelta(days=9999) for name in ("seen_at", "reported_at", "expires_at") if name != column
    }
    add(db, table, **{column: clock.now(), **{k: v for k, v in far.items() if k in table.__table__.columns}, **more})
    clock.advance(limit)
    assert await purge(db, STEPS, LIMITS, clock.now(), pause=0) == {} and await count(db, table) == 1
    clock.advance(SECOND)
    assert sum((await purge(db, STEPS, LIMITS, clock.now(), pause=0)).values()) == 1 and await count(db, table) == 0


async def test_searches_in_vain_go_by_the_day(db: Database) -> None:
    """They name a day only."""
    clock = FrozenClock(SATURDAY)
    with db.transaction() as session:
        session.add(SearchMiss(day=SATURDAY.date(), need="food", times=3))
    clock.advance(LIMITS.unmet_needs)
    assert await purge(db, STEPS, LIMITS, clock.now(), pause=0) == {}
    clock.advance(timedelta(days=1))
    assert await purge(db, STEPS, LIMITS, clock.now(), pause=0) == {"unmet needs": 1}


async def test_the_newest_import_of_a_source_stays(db: Database) -> None:
    """So that the page says when it was read last; older ones go with what was wrong in them."""
    clock = FrozenClock(SATURDAY)
    with db.transaction() as session:
        session.add(Source(id="s", name="a feed"))
        session.flush()
        for number, days in enumerate((800, 700)):
            session.add(ImportRun(id=str(number), source_id="s", started_at=clock.now() - timedelta(days=days)))
            session.flush()
            session.add(ImportIssue(run_id=str(number), severity="error", code="x"))
    await purge(db, STEPS, LIMITS, clock.now(), pause=0)
    with db.reading() as session:
        assert session.scalars(sa.select(ImportRun.id)).all() == ["1"]
        assert session.scalars(sa.select(ImportIssue.run_id)).all() == ["1"]


async def test_an_account_goes_by_no_clock(db: Database) -> None:
    """An administrator closes it; the audit still says whose name it was."""
    clock = FrozenClock(SATURDAY)
    with db.transaction() as session:
        create_account(session, "amina", clock.now(), Role)
    clock.advance(timedelta(days=5000))
    await purge(db, STEPS, LIMITS, clock.now(), pause=0)
    assert await count(db, StaffAccount) == 1
