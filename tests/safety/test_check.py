"""`python -m safety.check`: errors fail, warnings do not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date

from safety.check import check
from safety.sms import room, septets
from tests.safety.conftest import DATA


def run(folder):
    return subprocess.run(
        [sys.executable, "-m", "safety.check", str(folder)], capture_output=True, text=True, cwd=DATA.parents[1]
    )


def test_the_shipped_data_pass_with_warnings():
    """As shipped: nothing malformed, and unconfirmed contacts are listed."""
    done = run(DATA)
    assert done.returncode == 0, done.stdout
    assert "warning: contacts.yml: county_edt: nobody has confirmed it yet" in done.stdout


def test_a_malformed_contact_fails(tmp_path):
    """A number one digit short is an error and the exit status is 1."""
    for name in ("contacts.yml", "red_flags.yml", "red_flag_replies.yml"):
        shutil.copy(DATA / name, tmp_path / name)
    path = tmp_path / "contacts.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("0808 800 3302", "0808 800330", 1), encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 1
    assert "error: contacts.yml: central_access_point" in done.stdout


def test_septets():
    """Extension letters count twice; letters outside the alphabet cannot be counted."""
    assert septets("a\u20ac[") == 5
    assert septets("\u2019") is None
    assert (room(1), room(3)) == (160, 459)


def test_the_team_that_reads_is_the_team_of_team_yml(tmp_path):
    """Residents hear the right name of who reads what they wrote about danger."""
    for path in DATA.glob("*.yml"):
        shutil.copy(path, tmp_path / path.name)
    assert check(tmp_path, date(2026, 11, 22))[0] == []
    text = (tmp_path / "team.yml").read_text(encoding="utf-8")
    (tmp_path / "team.yml").write_text(text.replace("name: First Contact Plus", "name: Another Team"), encoding="utf-8")
    assert any("not the name in team.yml" in error for error in check(tmp_path, date(2026, 11, 22))[0])
