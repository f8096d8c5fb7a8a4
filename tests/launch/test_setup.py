"""Set-up does what is missing, once, and ends all of it when it is interrupted."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.launch.conftest import Checkout


def wait_until(path: Path) -> None:
    end = time.monotonic() + 10
    while not (path.exists() and path.read_text().strip()):
        assert time.monotonic() < end, path
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


def test_the_second_set_up_does_nothing_again(checkout: Checkout) -> None:
    """Environments and model are made once; the wait is announced in words."""
    status, output = checkout.setup()
    assert status == 0, output
    assert "training the model (about five minutes)" in output
    assert (checkout.count("uv sync"), checkout.count("train")) == (2, 1)
    status, output = checkout.setup()
    assert status == 0 and "installing" not in output and "training" not in output
    assert (checkout.count("uv sync"), checkout.count("train")) == (2, 1)


@pytest.mark.parametrize("folder", [".", "bot"])
def test_a_stamp_counts_only_while_its_environment_is_there(checkout: Checkout, folder: str) -> None:
    """An environment that somebody removed is made again."""
    assert checkout.setup()[0] == 0
    (checkout.root / folder / ".venv/bin/python").unlink()
    assert checkout.setup()[0] == 0
    assert checkout.count("uv sync") == 3


def test_a_failure_is_told_and_not_remembered(checkout: Checkout) -> None:
    """Set-up fails with uv and with the training, shows what training said, and tries again the next time."""
    (checkout.root / "uv-fails").touch()
    status, output = checkout.setup()
    assert status == 1 and "the main environment could not be installed" in output
    (checkout.root / "uv-fails").unlink()
    (checkout.root / "train-fails").touch()
    status, output = checkout.setup()
    assert status == 1 and "no training today" in output
    (checkout.root / "train-fails").unlink()
    assert checkout.setup()[0] == 0
    assert checkout.count("train") == 2


def test_a_missing_python_is_named(checkout: Checkout) -> None:
    """The message says which Python is missing and three ways to get it."""
    (checkout.root / "no-python").touch()
    status, output = checkout.setup()
    assert status == 1
    assert "Python 3.11 was not found" in output and "uv python install 3.11" in output


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupt_ends_the_training(checkout: Checkout, number: int, status: int) -> None:
    """SIGTERM and Ctrl-C end what set-up started, down to the last process, and the next set-up trains anew."""
    (checkout.root / "train-seconds").write_text("60")
    process = checkout.start()
    wait_until(checkout.root / "train-pid")
    began = time.monotonic()
    process.send_signal(number)
    process.communicate(timeout=15)
    assert process.returncode == status and time.monotonic() - began < 5
    assert gone(int((checkout.root / "train-pid").read_text()))
    (checkout.root / "train-seconds").write_text("0")
    assert checkout.setup()[0] == 0 and checkout.count("train") == 2


def test_two_set_ups_take_turns(checkout: Checkout) -> None:
    """The second waits, says so, and finds everything done."""
    (checkout.root / "sync-seconds").write_text("0.5")
    first = checkout.start()
    wait_until(checkout.root / "calls")
    status, output = checkout.setup()
    first.communicate(timeout=15)
    assert (first.returncode, status) == (0, 0)
    assert "another set-up of this checkout is running" in output
    assert (checkout.count("uv sync"), checkout.count("train")) == (2, 1)
