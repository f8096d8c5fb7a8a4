"""`.env` gives settings that the environment does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from launch.env_file import EnvFileError, read_env_file, with_env_file
from launch.paths import ROOT


def test_simple_lines(tmp_path: Path) -> None:
    """KEY=VALUE, comments, quotes; an empty value is no value; what follows a value belongs to it."""
    path = tmp_path / ".env"
    path.write_text("# words\n\nPORT=8090\nexport HOST = 0.0.0.0\nCLOCK=\nA='x y'\nB=\"q#1\"\nC=a#b=c # d\nD='\n")
    assert read_env_file(path) == {
        "PORT": "8090",
        "HOST": "0.0.0.0",
        "A": "x y",
        "B": "q#1",
        "C": "a#b=c # d",
        "D": "'",
    }


def test_no_file_is_no_setting(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


def test_the_real_environment_wins(tmp_path: Path) -> None:
    """Even when it says "empty"."""
    path = tmp_path / ".env"
    path.write_text("PORT=1\nHOST=2\nRASA_PORT=3\n")
    assert with_env_file({"PORT": "9", "HOST": ""}, path) == {"PORT": "9", "HOST": "", "RASA_PORT": "3"}


def test_a_wrong_line_is_named_but_not_shown(tmp_path: Path) -> None:
    """It may hold a key."""
    path = tmp_path / ".env"
    path.write_text("PORT=1\nvery secret\n")
    with pytest.raises(EnvFileError, match="line 2") as raised:
        read_env_file(path)
    assert "secret" not in str(raised.value)


def test_the_example_can_be_copied() -> None:
    """Every line of .env.example is understood."""
    assert read_env_file(ROOT / ".env.example")["PORT"] == "8080"


def test_the_process_becomes_the_command() -> None:
    """So that a signal reaches the command and not a parent of it."""
    with subprocess.Popen(
        [sys.executable, "-m", "launch.env_file", sys.executable, "-c", "import os; print(os.getpid())"],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.communicate(timeout=20)[0].strip() == str(process.pid)
