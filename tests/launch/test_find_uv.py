"""uv is found, or installed inside the checkout, or what is missing is said."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from launch.paths import ROOT

TOOLS = ("bash", "dirname", "mkdir", "rm", "tail", "cat", "chmod", "cp", "env")
INSTALLS = 'mkdir -p "{place}/bin"; printf "#!/bin/bash\\necho uv 1\\n" >"{place}/bin/uv"; chmod +x "{place}/bin/uv"'


class Machine:
    """A machine that has only what a test puts on it."""

    def __init__(self, root: Path) -> None:
        self.root, self.bin = root, root / "machine"
        self.place = root / ".setup" / "uv"
        (root / "launch").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / "launch/find_uv.sh", root / "launch")
        for tool in TOOLS:
            os.symlink(shutil.which(tool) or f"/bin/{tool}", self.bin / tool)

    def has(self, name: str, script: str) -> None:
        (self.bin / name).write_text(f"#!{shutil.which('bash')}\n{script}\n")
        (self.bin / name).chmod(0o755)

    def find(self) -> tuple[int, str, str]:
        done = subprocess.run(
            [self.root / "launch/find_uv.sh"],
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return done.returncode, done.stdout.strip(), done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "checkout")


def test_a_uv_that_works_is_used(machine: Machine) -> None:
    """One in the path goes first."""
    machine.has("uv", "echo uv 1")
    assert machine.find()[:2] == (0, str(machine.bin / "uv"))


def test_a_uv_that_does_not_work_is_no_uv(machine: Machine) -> None:
    """A version manager puts a `uv` into the path that fails when that version has none."""
    machine.has("uv", "exit 127")
    status, path, said = machine.find()
    assert (status, path) == (1, "") and "neither uv nor Python 3" in said


def test_without_venv_the_missing_package_is_named(machine: Machine) -> None:
    """Debian's python3 without python3-venv and without pip can install nothing: the message says what to install."""
    machine.has("python3", 'case "$*" in "-c ") exit 0 ;; *) exit 1 ;; esac')
    status, path, said = machine.find()
    assert (status, path) == (1, "")
    assert "python3-venv is missing" in said and "apt install python3-venv" in said
    assert not machine.place.exists()


def test_without_a_network_the_message_says_so(machine: Machine) -> None:
    """With venv but no way to download, pip's own words are shown and nothing half-made is left."""
    fails = f"mkdir -p {machine.place}/bin; cp {machine.bin}/no-network {machine.place}/bin/python"
    machine.has("no-network", "echo no route to host; exit 1")
    machine.has("python3", f'case "$*" in "-m venv"*) {fails} ;; -c*) exit 0 ;; *) exit 1 ;; esac')
    status, path, said = machine.find()
    assert (status, path) == (1, "")
    assert "no route to host" in said and "could not be installed" in said
    assert "python3-venv is missing" not in said and not machine.place.exists()


def test_another_python_helps(machine: Machine) -> None:
    """python3 without venv is passed over for a python3.10 that has pip."""
    machine.has("python3", 'case "$*" in "-c ") exit 0 ;; *) exit 1 ;; esac')
    install = INSTALLS.format(place=machine.place)
    machine.has(
        "python3.10",
        f'case "$*" in "-c ") exit 0 ;; -c*) exit 1 ;; *--target*) {install} ;; *) exit 0 ;; esac',
    )
    status, path, said = machine.find()
    assert (status, path) == (0, str(machine.place / "bin/uv")), said
