"""The database's history runs both ways, with rows in it, on both databases, and ends at what the code declares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import service_catalogue.care_model
import service_catalogue.feed_model
import service_catalogue.model  # noqa: F401
from common.database import Base, make_engine
from launch.paths import ROOT
from tests import postgres

ROWS = (
    "insert into catalogue_source (id, name, publisher, url, dialect, licence, attribution) values ('s', 'starter', '', '', 'csv', '', '')",
    "insert into catalogue_organization (id, source_id, external_id, name, description, email, website, extra) values ('o', 's', 'o', 'O', '', '', '', '{}')",
    "insert into catalogue_service (id, source_id, external_id, organization_id, name, summary, description, url, email, status, alert, audience,"
    " eligibility_text, interpretation, referral_route, cost, opening_hours, extra, source_text, verified, state, content_hash, added_at, changed_at)"
    " values ('v', 's', 'v', 'o', 'V', '', '', '', '', 'active', '', 'any', '', '', 'self', 'free', '', '{}', '', true, 'live', 'h', '2026-01-01', '2026-01-01')",
    "insert into catalogue_schedule (id, service_id, position, freq, byday, opens_at, closes_at, description) values ('d', 'v', 0, 'WEEKLY', 'MO', '09:00', '10:00', '')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'history.db'}"
        return
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.running() as server:
        yield server.database()


def history(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = url
    return config


def test_rows_live_through_every_step_and_the_way_back_works(url: str) -> None:
    """What an older version stored is still there at the newest form, and every step can be taken back."""
    config = history(url)
    command.upgrade(config, "0001")
    engine = make_engine(url)
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
