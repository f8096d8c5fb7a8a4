"""Before serving: local data that can be used, the database at its newest form, the starter catalogue, a first member of staff."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

from common import settings as settings_module
from common.chain import lock_head
from common.chain_head import write_head
from common.clock import Clock, clock_for
from common.database import open_database, wipe_what_was_deleted
from common.keys import cipher_of, open_cipher
from common.local_data import LocalDataError
from common.settings import Settings
from desk.accounts import ensure_first_account
from launch.check_data import QUICK_LOADERS, unusable
from launch.paths import ROOT, STARTER_CATALOGUE
from referrals import lookup
from service_catalogue.load import LoadReport, load_starter

__all__ = ["STARTER_CATALOGUE", "main", "migrate", "prepare"]


def migrate(database_url: str) -> None:
    """Bring the database to the newest form. Raises what the database raises."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = database_url
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, "head")


def prepare(settings: Settings, clock: Clock, show_login: Callable[[str, str], None]) -> LoadReport:
    """Migrate, load the catalogue, make the first account. On a first start `show_login(name, password)` is called before the
    account is stored: a password that could not be shown belongs to no account. Raises LocalDataError, or what the database raises.
    """
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    cipher_of(settings)
    db = open_database(settings.database_url)
    try:
        fresh = not sa.inspect(db.engine).has_table("alembic_version")
        migrate(settings.database_url)
        open_cipher(settings, db, fresh)
        wipe_what_was_deleted(db.engine)
        with db.transaction() as session:  # the audit's chain begins here, where every table of it is known
            write_head(session, lock_head(session, clock.now()))
        with db.transaction() as session:
            report = load_starter(session, STARTER_CATALOGUE, clock.now())
        with db.transaction() as session:
            while lookup.fill_missing(session):  # referrals from before they could be searched for
                pass
        with db.transaction() as session:
            login = ensure_first_account(session, clock.now())
            if login:
                show_login(*login)
    finally:
        db.close()
    return report


def main() -> int:
    """`python -m launch.prepare`: a process of its own, so that the supervisor stays small. Prints what it did."""
    try:
        settings = settings_module.load()
        if errors := unusable(settings.data_dir, QUICK_LOADERS):
            for error in errors:
                print(f"cannot start: {error}", file=sys.stderr)
            return 2
        report = prepare(
            settings, clock_for(settings.clock), lambda name, password: print(f"login: {name} {password}", flush=True)
        )
    except (ValueError, LocalDataError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 2
    except SQLAlchemyError as error:
        print(f"cannot start: the database cannot be used: {getattr(error, 'orig', None) or error}", file=sys.stderr)
        return 2
    print(
        f"catalogue: {report.seen} services ({report.new} new, {report.changed} changed, {report.withdrawn} withdrawn)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
