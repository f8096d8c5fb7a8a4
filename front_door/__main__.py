"""`python -m front_door`: the public process, on PORT. SIGTERM and Ctrl-C stop it within 30 s; nothing is lost."""

from __future__ import annotations

import logging

from aiohttp import web

from common import settings
from common.clock import clock_for
from common.database import open_database
from front_door.compose import compose


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    config = settings.load()
    clock = clock_for(config.clock)
    db = open_database(config.database_url)
    try:
        # No access log: addresses and query strings are nobody's business.
        web.run_app(
            compose(config, clock, db),
            host=config.host,
            port=config.port,
            access_log=None,
            print=None,
            shutdown_timeout=8,
        )
    finally:
        db.close()


if __name__ == "__main__":
    main()
