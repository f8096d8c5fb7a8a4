"""`python -m actions`: the action server on ACTIONS_PORT, loopback only."""

from __future__ import annotations

import logging
import warnings

from aiohttp import web

from actions.server import Webhook, create_app
from actions.services import Services
from common import settings
from common.clock import clock_for
from common.database import open_database
from common.keys import open_cipher
from service_catalogue.search import Query, search


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="rasa_sdk")
    config = settings.load()
    db = open_database(config.database_url)
    cipher = open_cipher(config, db)
    services = Services.load(
        db, clock_for(config.clock), config.data_dir, config.allow_test_numbers, config.sms_configured
    )
    with db.reading() as session:  # the first resident does not wait for the catalogue and its network to be read
        search(session, Query((), None, words="hello"), services.clock.now())
    app = create_app(Webhook(services, cipher))
    web.run_app(app, host="127.0.0.1", port=config.actions_port, access_log=None, print=None, shutdown_timeout=5)
    db.close()


if __name__ == "__main__":
    main()
