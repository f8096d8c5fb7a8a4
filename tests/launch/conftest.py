"""A checkout whose uv, Pythons, encoder and training are small scripts, so that set-up itself can be tested in moments."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from launch.paths import ROOT

UV = """#!/bin/bash
cd "$(dirname "$0")/.."
echo "uv $*" >>calls
case "$1" in
  --version) echo "uv 1" ;;
  python) [ ! -e no-python ] ;;
  sync)
    [ ! -e uv-fails ] || exit 7
    folder="${@: -1}"
    mkdir -p "$folder/.venv/bin" && cp bin/fake-python "$folder/.venv/bin/python"
    sleep "$(cat sync-seconds 2>/dev/null || echo 0)" ;;
esac
"""
PYTHON = """#!/bin/bash
echo "python $*" >>calls
case "$*" in
  *launch.model_stamp*) echo "stamp of the model" ;;
  *train*)
    [ ! -e train-fails ] || { echo "no training today"; exit 1; }
    sleep "$(cat train-seconds 2>/dev/null || echo 0)" & echo $! >train-pid; wait
    mkdir -p models && echo model >models/assistant.tar.gz ;;
esac
"""


class Checkout:
    """`make_setup()` runs the real launch/setup.sh here; `calls` tells what it called."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("launch", "bot", "bin"):
            (root / folder).mkdir(parents=True)
        for script in ("setup.sh", "find_uv.sh"):
            shutil.copy(ROOT / "launch" / script, root / "launch")
        for place in (root, root / "bot"):
            (place / "pyproject.toml").write_text("name = 'x'\n")
            (place / "uv.lock").write_text("version = 1\n")
        for name, text in (("uv", UV), ("fake-python", PYTHON)):
            (root / "bin" / name).write_text(text)
            (root / "bin" / name).chmod(0o755)
        self.env = {**os.environ, "PATH": f"{root / 'bin'}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "launch/setup.sh"],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def setup(self) -> tuple[int, str]:
        """Exit status and output of a whole set-up."""
        process = self.start()
        output, _ = process.communicate(timeout=30)
        return process.returncode, output

    @property
    def calls(self) -> list[str]:
        path = self.root / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def count(self, words: str) -> int:
        """How often something was called whose command line holds these words."""
        return sum(words in call for call in self.calls)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")
