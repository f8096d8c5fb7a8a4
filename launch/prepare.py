"""Before serving: the database at its newest form, the starter catalogue loaded, a first member of staff."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from common import encryption
from common import settings as settings_module
from common.clock import Clock, clock_for
from common.database import open_database
from common.local_data import LocalDataError
from common.settings import Settings, SettingsError
from desk.accounts import ensure_first_account
from service_catalogue.load import LoadReport, load_starter

ROOT = Path(__file__).resolve().parent.parent
STARTER_CATALOGUE = ROOT / "data" / "catalogue" / "services.csv"


def migrate(database_url: str) -> None:
    """Bring the database to the newest form. Raises what the database raises."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = database_url
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, "head")


def prepare(settings: Settings, clock: Clock) -> tuple[LoadReport, tuple[str, str] | None]:
    """Migrate, load the catalogue, make the first account. Returns the load report, and (name, password) on a first start."""
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    encryption.use(encryption.Cipher(settings.secret_key))
    migrate(settings.database_url)
    db = open_database(settings.database_url)
    try:
        with db.transaction() as session:
            report = load_starter(session, STARTER_CATALOGUE, clock.now())
        with db.transaction() as session:
            login = ensure_first_account(session, clock.now())
    finally:
        db.close()
    return report, login


def main() -> int:
    """`python -m launch.prepare`: a process of its own, so that the supervisor stays small. Prints what it did."""
    try:
        settings = settings_module.load()
        report, login = prepare(settings, clock_for(settings.clock))
    except (SettingsError, LocalDataError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 2
    print(
        f"catalogue: {report.seen} services ({report.new} new, {report.changed} changed, {report.withdrawn} withdrawn)"
    )
    if login:
        print(f"login: {login[0]} {login[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
