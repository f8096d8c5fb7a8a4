"""`python -m launch.import_feed FEED [--source NAME] [--vouched-by NAME] [--allow-removals]` (`make import FEED=...`).

Prints what became of the feed and writes VAR_DIR/import-report.json. Exit 0 when the run ended, 2 when the feed could not be read.
"""

from __future__ import annotations

import argparse
import sys

from sqlalchemy.exc import SQLAlchemyError

from common import settings as settings_module
from common.clock import clock_for
from common.database import open_database
from common.keys import cipher_of
from common.local_data import LocalDataError
from launch.prepare import migrate
from service_catalogue.feeds.limits import Limits
from service_catalogue.importing import ImportReport, import_feed


def main(arguments: list[str], limits: Limits | None = None) -> int:
    """The exit status. limits: how long a feed's server is asked, and how often; None for the product's."""
    parser = argparse.ArgumentParser(prog="python -m launch.import_feed", description="Import an Open Referral feed.")
    parser.add_argument("feed", help="a file, or the address of an API (with or without /services)")
    parser.add_argument("--source", help="the name of the source; without it the name follows from the feed")
    parser.add_argument(
        "--vouched-by", help="who of the council vouches for the numbers of this source ('' takes it back)"
    )
    parser.add_argument(
        "--allow-removals", action="store_true", help="withdraw services even when over 20%% are missing"
    )
    given = parser.parse_args(arguments)
    try:
        settings = settings_module.load()
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    report = ImportReport(given.feed)
    try:
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        cipher_of(settings)
        migrate(settings.database_url)
        db = open_database(settings.database_url)
        try:
            report = import_feed(
                db,
                given.feed,
                settings=settings,
                now=clock_for(settings.clock).now(),
                source_name=given.source,
                vouched_by=given.vouched_by,
                allow_removals=given.allow_removals,
                limits=limits,
            )
        finally:
            db.close()
    except (LocalDataError, ValueError) as error:
        report.error = str(error)
    except SQLAlchemyError as error:
        report.error = f"the database cannot be used: {type(error).__name__}"
    path = report.write(settings.var_dir)
    print(report.in_words(), file=sys.stderr if report.error else sys.stdout)
    print(f"report: {path}")
    return 2 if report.error else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
