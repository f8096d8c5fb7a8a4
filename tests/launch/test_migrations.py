"""The database's history runs both ways, with rows in it, on both databases, and ends at what the code declares."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import launch.tables  # noqa: F401 (declares every table)
from common.database import Base, UtcDateTime, make_engine, open_database
from front_door.safeguarding import filing
from front_door.safeguarding.model import SafetyAlert, SafetyCase
from front_door.safeguarding.rules import SafetyRules
from launch.paths import ROOT
from referrals.team import TeamFacts
from tests.referrals.support import DATA

ROWS = (
    "insert into catalogue_source (id, name, publisher, url, dialect, licence, attribution) values ('s', 'starter', '', '', 'csv', '', '')",
    "insert into catalogue_organization (id, source_id, external_id, name, description, email, website, extra) values ('o', 's', 'o', 'O', '', '', '', '{}')",
    "insert into catalogue_service (id, source_id, external_id, organization_id, name, summary, description, url, email, status, alert, audience,"
    " eligibility_text, interpretation, referral_route, cost, opening_hours, extra, source_text, verified, state, content_hash, added_at, changed_at)"
    " values ('v', 's', 'v', 'o', 'V', '', '', '', '', 'active', '', 'any', '', '', 'self', 'free', '', '{}', '', true, 'live', 'h', '2026-01-01', '2026-01-01')",
    "insert into catalogue_schedule (id, service_id, position, freq, byday, opens_at, closes_at, description) values ('d', 'v', 0, 'WEEKLY', 'MO', '09:00', '10:00', '')",
)


def history(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = url
    return config


def test_rows_live_through_every_step_and_the_way_back_works(database_url: str) -> None:
    """What an older version stored is still there at the newest form, and every step can be taken back."""
    config = history(database_url)
    command.upgrade(config, "0001")
    engine = make_engine(database_url)
    with engine.begin() as connection:
        for row in ROWS:
            connection.execute(sa.text(row))
    command.upgrade(config, "head")
    with engine.begin() as connection:
        assert connection.execute(sa.text("select name, gender, capacity from catalogue_service")).all() == [
            ("V", "any", "unknown")
        ]
        assert connection.execute(sa.text("select count(*) from catalogue_schedule")).scalar() == 1
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert [difference for difference in differences if "tracker" not in str(difference)] == []
    engine.dispose()
    command.downgrade(config, "base")
    command.upgrade(config, "head")


async def test_old_dangers_become_closed_entries_and_young_ones_open_ones(database_url: str) -> None:
    """Of one older than a week nobody is told and nothing is late; one of yesterday is filed and its alert is owed."""
    now = datetime.now(timezone.utc)
    command.upgrade(history(database_url), "0006")
    db = open_database(database_url)
    old = sa.text("insert into safety_event (id, at, flag, channel) values (:id, :at, 'abuse_now', 'sms')").bindparams(
        sa.bindparam("at", type_=UtcDateTime())
    )
    with db.engine.begin() as connection:
        for identity, days in (("a" * 32, 400), ("b" * 32, 8), ("c" * 32, 1)):
            connection.execute(old, {"id": identity, "at": now - timedelta(days=days)})
    command.upgrade(history(database_url), "head")
    await filing.file_all(db, now)
    rules, office = SafetyRules.load(DATA), TeamFacts.load(DATA).working_time
    with db.transaction() as session:
        filing.raise_late(session, rules, office, now + timedelta(days=1))
        cases = session.scalars(sa.select(SafetyCase).order_by(SafetyCase.opened_at)).all()
        assert [(case.id, case.state, case.outcome, len(case.events)) for case in cases[:2]] == [
            ("a" * 32, "done", None, 1),
            ("b" * 32, "done", None, 1),
        ]
        assert all(case.done_at is not None and case.done_at >= now for case in cases[:2])
        (young,) = cases[2:]
        assert young.state == "new" and [event.id for event in young.events] == ["c" * 32]
        assert set(session.scalars(sa.select(SafetyAlert.case_id))) == {young.id}
    db.close()
