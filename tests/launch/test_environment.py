"""What the supervisor tells its processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.clock import OFFSET_VARIABLE, clock_for
from common.settings import load
from launch.__main__ import environment

KEY = "a key for tests only, 32 characters!"


@pytest.fixture
def inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shell might hold by accident."""
    monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:1/elsewhere")
    monkeypatch.setenv(OFFSET_VARIABLE, "86400")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")


@pytest.mark.usefixtures("inherited")
def test_inherited_addresses_and_clocks_are_not_handed_on(tmp_path: Path) -> None:
    """Only the supervisor says where the actions are and what time it is; in production nothing moves the clock."""
    env = environment(load({"VAR_DIR": str(tmp_path), "SECRET_KEY": KEY, "ACTIONS_PORT": "5999"}))
    assert env["ACTIONS_URL"] == "http://127.0.0.1:5999/webhook"
    assert float(env[OFFSET_VARIABLE]) == 0.0 and "PYTHONDONTWRITEBYTECODE" not in env
    assert env["TABLES_ARE_MADE"] == "1"
    env = environment(load({"VAR_DIR": str(tmp_path), "SECRET_KEY": KEY, "ENVIRONMENT": "production"}))
    assert OFFSET_VARIABLE not in env and clock_for(None, env).offset.total_seconds() == 0


def test_the_clock_setting_becomes_one_offset_for_all(tmp_path: Path) -> None:
    """CLOCK counts from the start, so a process that is started again goes on with the same time."""
    env = environment(load({"VAR_DIR": str(tmp_path), "SECRET_KEY": KEY, "CLOCK": "2036-01-01T10:00"}))
    assert float(env[OFFSET_VARIABLE]) > 0
