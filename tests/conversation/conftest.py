"""The world of the conversations: started once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from actions.services import Services
from common import encryption
from common.clock import FrozenClock
from common.database import open_database
from launch.prepare import STARTER_CATALOGUE, migrate
from service_catalogue.load import load_starter
from tests.conversation.world import MODEL, RASA_PYTHON, ROOT, Talk, World

SECRET = "a secret for the conversation tests only, not for use"
NOW = datetime(2026, 11, 24, 10, 30)  # a Tuesday, in working hours


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A real Rasa and the real actions on an empty database with the starter catalogue."""
    if not RASA_PYTHON.exists() or not MODEL.exists():
        pytest.skip("the Rasa environment or the trained model is missing: `make setup` makes both")
    var_dir = tmp_path_factory.mktemp("conversation")
    url = f"sqlite:///{var_dir / 'assistant.db'}"
    cipher = encryption.use(encryption.Cipher(SECRET))
    migrate(url)
    db = open_database(url)
    clock = FrozenClock(NOW)
    with db.transaction() as session:
        load_starter(session, STARTER_CATALOGUE, clock.now())
    services = Services.load(db, clock, ROOT / "data/leicestershire", allow_test_numbers=True)
    running = World(services, cipher, var_dir, SECRET, url)
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.close()
        db.close()


@pytest.fixture(params=["web", "sms"])
def talk(world: World, request: pytest.FixtureRequest) -> Talk:
    """A new conversation, once on each channel."""
    return Talk(world, request.param)


@pytest.fixture
def start(world: World) -> Callable[..., Talk]:
    """Starts new conversations: `start("sms")`."""
    return lambda channel="web": Talk(world, channel)
