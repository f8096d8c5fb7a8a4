"""`python -m front_door`: the public process, on PORT. SIGTERM and Ctrl-C stop it within 30 s; nothing is lost."""

from __future__ import annotations

import logging
import sys

from aiohttp import web
from sqlalchemy.exc import ArgumentError

from common import settings
from common.clock import clock_for
from common.database import open_database
from common.local_data import LocalDataError
from front_door.compose import compose
from front_door.timing import SHUTDOWN_SECONDS
from safety.data import SafetyDataError


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = settings.load()
        clock = clock_for(config.clock)
        db = open_database(config.database_url)
    except ArgumentError:  # its own words may hold the address, and that a password
        return _refuse(ValueError("DATABASE_URL is not the address of a database"))
    except ValueError as error:
        return _refuse(error)
    try:
        # No access log: addresses and query strings are nobody's business.
        web.run_app(
            compose(config, clock, db),
            host=config.host,
            port=config.port,
            access_log=None,
            print=None,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
    except (LocalDataError, SafetyDataError, OSError) as error:
        return _refuse(error)
    finally:
        db.close()
    return 0


def _refuse(error: Exception) -> int:
    print(f"cannot start: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
