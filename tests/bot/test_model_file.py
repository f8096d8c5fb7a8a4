"""A model file that is not the one that was trained is not served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import model_file
from bot.model_file import WrongModel, check, record, record_of, served, trained
from tests.bot.conftest import ROOT


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "assistant.tar.gz"
    path.write_bytes(b"a model" * 1000)
    record(path)
    return path


def test_the_recorded_model_is_served(model: Path) -> None:
    """What training wrote down is what is compared."""
    check(model)
    assert record_of(model).name == "assistant.tar.gz.sha256" and len(record_of(model).read_text().strip()) == 64
    assert sorted(path.name for path in model.parent.iterdir()) == [model.name, record_of(model).name]


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"b" + data[1:]])
def test_a_changed_model_is_not_served(model: Path, damage: object) -> None:
    """Half written, grown or exchanged: the start is refused, and the message says what to do."""
    model.write_bytes(damage(model.read_bytes()))  # type: ignore[operator]
    with pytest.raises(WrongModel, match="make setup"):
        check(model)


def test_a_model_without_a_record(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who tries words with plain `rasa train` may; production serves nothing that it does not know."""
    record_of(model).unlink()
    check(model)
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(WrongModel, match="nothing says"):
        check(model)


@pytest.mark.parametrize("form", [["--model", "{}"], ["-m", "{}"], ["--model={}"], ["--port", "1", "--model", "{}"]])
def test_the_model_that_will_be_loaded_is_the_one_that_is_checked(model: Path, form: list[str]) -> None:
    """However it is named; a folder stands for the newest model in it, as for Rasa."""
    assert served([part.format(model) for part in form]) == model
    older = model.with_name("older.tar.gz")
    older.write_bytes(b"older")
    os.utime(older, (1, 1))
    assert served([part.format(model.parent) for part in form]) == model
    assert trained(["--out", str(model.parent), "--quiet"]) == model


def test_no_model_is_for_rasa_to_say(tmp_path: Path) -> None:
    """An empty folder or a name that is wrong: Rasa's own message is the better one."""
    assert served(["--model", str(tmp_path)]) is None
    assert model_file.newest(tmp_path / "missing") is None


def test_the_bot_does_not_start_on_another_model(model: Path) -> None:
    """`python -m bot run` ends before Rasa is loaded, and says why."""
    model.write_bytes(b"not that model")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--model", str(model)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "cannot start" in done.stderr and "is not the file that was trained" in done.stderr
