"""What the tests of the bot share: fixed settings, Rasa with the fixes (undone afterwards) and a tiny trained assistant."""

from __future__ import annotations

import copy
import importlib.util
import inspect
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KEY = "a key for tests only, 32 characters!"

# These tests belong to the bot's own Python.
collect_ignore_glob = [] if importlib.util.find_spec("rasa") else ["test_*.py"]

if importlib.util.find_spec("rasa"):
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    import skops.io  # noqa: F401  # before Rasa, as `python -m bot` does: seven seconds

    from tests.bot.action_server import ActionServer
    from tests.bot.tiny import train


def pytest_configure(config: pytest.Config) -> None:
    """Rasa's old libraries warn about themselves more than a hundred times."""
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")
    config.addinivalue_line("filterwarnings", "ignore::UserWarning:rasa.*")


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads the developer's own settings or writes under their var/."""
    for name in ("DATABASE_URL", "ENVIRONMENT", "ACTIONS_URL", "RASA_PORT", "ALLOW_MEMORY_TRACKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("DATA_DIR", str(ROOT / "data" / "leicestershire"))
    monkeypatch.setenv("VAR_DIR", str(tmp_path_factory.getbasetemp() / "var"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The path of a trained tiny assistant (tests/bot/tiny.py)."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
    folder = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_CACHE_DIRECTORY", str(folder / "cache"))
        yield train(folder)


@pytest.fixture
def undo_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa as it comes, now and after the test."""
    import rasa.core.actions.forms
    import rasa.core.policies.rule_policy
    import rasa.core.processor
    from rasa.core.actions.action import RemoteAction
    from rasa.core.agent import Agent
    from rasa.core.policies.policy import Policy
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.core.processor import MessageProcessor
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.shared.core.events import Event
    from rasa.shared.core.slots import Slot
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader

    for owner, name in (
        (RemoteAction, "run"),
        (Agent, "_create_tracker_store"),
        (YAMLStoryReader, "unpack_regex_message"),
        (Event, "resolve_by_type"),
        (MessageProcessor, "_run_action"),
        (DaskGraphRunner, "run"),
        (DialogueStateTracker, "copy"),
    ):
        assert owner.__dict__[name].__module__.startswith("rasa."), f"{name} was left changed by another test"
        monkeypatch.setattr(owner, name, owner.__dict__[name])
    # These come from elsewhere as long as no fix puts its own in place.
    for owner, name, given in ((RulePolicy, "_prediction_states", Policy._prediction_states), (Slot, "__copy__", None)):
        assert name not in owner.__dict__, f"{name} was left changed by another test"
        monkeypatch.setattr(owner, name, given, raising=False)
    monkeypatch.delattr(Slot, "__copy__")
    for module in (rasa.core.processor, rasa.core.actions.forms, rasa.core.policies.rule_policy):
        assert module.copy is copy, f"{module.__name__} was left changed by another test"
        monkeypatch.setattr(module, "copy", copy)


@pytest.fixture
async def fixed(undo_fixes: None) -> AsyncIterator[None]:
    """Rasa with every fix in place, until the test ends."""
    from rasa.core.actions.action import RemoteAction

    from bot import fixes

    fixes.apply()
    yield
    session = inspect.getclosurevars(RemoteAction.run).nonlocals["client"]._session
    if session is not None:
        await session.close()


@pytest.fixture
async def action_server() -> AsyncIterator[ActionServer]:
    server = ActionServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Makes conversation stores on one database file of this test: `make_store(domain)`."""
    from rasa.shared.core.domain import Domain

    from bot.tracker_store import ConversationStore
    from tests.bot.tiny import DOMAIN

    stores = []

    def make(domain: Domain | None = None) -> ConversationStore:
        store = ConversationStore(
            Domain.from_yaml(DOMAIN) if domain is None else domain, url=f"sqlite:///{tmp_path / 'assistant.db'}"
        )
        stores.append(store)
        return store

    yield make
    for store in stores:
        store._engine.dispose()
