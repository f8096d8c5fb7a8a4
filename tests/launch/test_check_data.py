"""A local data file that a server cannot load is told in one line before anything crashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from launch.check_data import QUICK_LOADERS, load_details, unusable
from launch.paths import ROOT

SHIPPED = ROOT / "data" / "leicestershire"
BROKEN_HERE = sorted(path.name for path in SHIPPED.iterdir() if path.suffix in (".yml", ".csv"))
SLOW = {"red_flags.yml"}  # only `python -m launch.check_data` reads it; it takes seconds


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "data"))


def test_what_is_shipped_can_be_used() -> None:
    assert unusable(SHIPPED, QUICK_LOADERS) == []


@pytest.mark.parametrize("name", [name for name in BROKEN_HERE if name not in SLOW])
def test_every_file_is_read_before_the_start(data: Path, name: str) -> None:
    """Whatever file is broken, something says so and names it: no server is the first to find out."""
    (data / name).write_text("[not: what, was: expected\n")
    errors = unusable(data, QUICK_LOADERS)
    assert errors and any(name in error for error in errors), errors


def test_each_fault_is_told_once(data: Path) -> None:
    """Several rooms read the same file."""
    (data / "referral_words.yml").unlink()
    errors = unusable(data, QUICK_LOADERS)
    assert len([error for error in errors if "referral_words.yml" in error]) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("details: {why: ['(']}", "details.why"),
        ("details: {why: why}", "details.why must be a list"),
        ("details: []", "must hold names"),
    ],
)
def test_patterns_of_details_are_tried(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "details.yml").write_text(text)
    with pytest.raises(ValueError, match=words):
        load_details(tmp_path)


def spoil_front_door(data: Path) -> str:
    path = data / "front_door.yml"
    path.write_text(path.read_text().replace("apology:", "apologies:", 1))
    return "front_door.yml: apology must be text"


def spoil_database(data: Path) -> str:
    return "the database cannot be used"


@pytest.mark.parametrize("spoil", [spoil_front_door, spoil_database])
def test_prepare_refuses_with_2_and_the_line(data: Path, tmp_path: Path, spoil: Callable[[Path], str]) -> None:
    """`python -m launch.prepare`: status 2, the line, no traceback."""
    expected = spoil(data)
    env = {**os.environ, "DATA_DIR": str(data), "VAR_DIR": str(tmp_path / "var")}
    if spoil is spoil_database:
        env["DATABASE_URL"] = f"sqlite:///{tmp_path}/no/such/folder/x.db"
    done = subprocess.run(
        [sys.executable, "-m", "launch.prepare"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "cannot start:" in done.stderr and expected in done.stderr and "Traceback" not in done.stderr
