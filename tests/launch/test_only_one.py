"""A second start with the same data or the same ports is refused before anything is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from common.settings import Settings, SettingsError, load
from launch.only_one import LOCK_FILE, AlreadyRunning, only_one
from launch.paths import MODEL, RASA_PYTHON, ROOT

Make = Callable[..., Settings]


def free_ports() -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def names(ports: list[int]) -> dict[str, str]:
    return {name: str(port) for name, port in zip(("PORT", "RASA_PORT", "ACTIONS_PORT"), ports, strict=True)}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda var="var", **env: load({"VAR_DIR": str(tmp_path / var), **names(free_ports()), **env})


def test_the_same_data_is_used_once(make: Make) -> None:
    """The message names the process that holds it; afterwards the folder is free again."""
    first, second = make(), make()
    with only_one(first), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"), only_one(second):
        raise AssertionError("let in")
    with only_one(second):
        pass


def test_a_lock_left_by_a_killed_start_keeps_nobody_out(make: Make) -> None:
    """The lock belongs to a living process, not to a file."""
    settings = make()
    (settings.var_dir / LOCK_FILE).parent.mkdir(parents=True, exist_ok=True)
    (settings.var_dir / LOCK_FILE).write_text("4711")
    with only_one(settings):
        pass


@pytest.mark.parametrize("name", ["PORT", "RASA_PORT", "ACTIONS_PORT", "METRICS_PORT"])
def test_a_taken_port_is_named(make: Make, name: str) -> None:
    """Each port is tried; the message names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = make(**{name: str(server.getsockname()[1])})
        with pytest.raises(AlreadyRunning, match=f"in use by another process.* {name}$"), only_one(settings):
            raise AssertionError("let in")


def test_ports_of_a_start_in_progress_are_taken(make: Make) -> None:
    """With other data but a port of a start whose servers do not listen yet."""
    first = make()
    with only_one(first):
        second = make("other", ACTIONS_PORT=str(first.actions_port))
        with pytest.raises(AlreadyRunning, match=r"ACTIONS_PORT$"), only_one(second):
            raise AssertionError("let in")
    with only_one(second):
        pass


def test_the_ports_differ(make: Make) -> None:
    """Three, and the one of the metrics when there is one."""
    same = make(PORT="5999", ACTIONS_PORT="5999")
    with pytest.raises(AlreadyRunning, match="PORT, RASA_PORT and ACTIONS_PORT must be different"), only_one(same):
        raise AssertionError("let in")
    with pytest.raises(SettingsError, match="needs port 5999"):
        make(PORT="5999", RASA_PORT="5999")
    with (
        pytest.raises(AlreadyRunning, match="METRICS_PORT must be different"),
        only_one(make(PORT="5999", METRICS_PORT="5999")),
    ):
        raise AssertionError("let in")


def test_a_refused_start_exits_with_2_and_starts_nothing(make: Make, tmp_path: Path) -> None:
    """`python -m launch` itself: status 2, one line, no log of a process."""
    if not RASA_PYTHON.exists() or not MODEL.exists():
        pytest.skip("the Rasa environment or the trained model is missing: `make setup` makes both")
    settings = make()
    env = {**os.environ, "VAR_DIR": str(settings.var_dir), **names(free_ports())}
    with only_one(settings):
        done = subprocess.run(
            [sys.executable, "-m", "launch"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=20, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("cannot start: an assistant is running already") and done.stderr.count("\n") == 1
    assert not (settings.var_dir / "log").exists()
