"""`python -m launch.import_feed`: what stands behind `make import`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from launch.import_feed import main
from service_catalogue.feeds.limits import Limits
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.importing.synthetic import v3


def run(tmp_path: Path, *arguments: str) -> tuple[int, str, dict[str, object]]:
    env = {**os.environ, "VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    done = subprocess.run(
        [sys.executable, "-m", "launch.import_feed", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    report = json.loads((tmp_path / "var" / "import-report.json").read_text())
    return done.returncode, done.stdout + done.stderr, report


def test_exit_0_when_the_run_ended_and_the_report_lies_in_var_dir(tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps([v3(1), v3(2, name="")]))
    status, said, report = run(tmp_path, str(feed), "--source", "Made up", "--vouched-by", "A. Officer")
    assert status == 0, said
    assert (report["seen"], report["new"], report["quarantined"], report["source"]) == (2, 1, 1, "Made up")
    assert "error" not in report
    assert "1 new" in said and "Tea and Talk" not in said


@pytest.mark.parametrize(
    "feed", ["no-such-file.json", "http://127.0.0.1:1/services", "ftp://example.org/x", "http://", "."]
)
def test_exit_2_and_an_error_when_the_feed_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], feed: str
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    status = main([feed], Limits(first_wait=0.01))
    report = json.loads((tmp_path / "var" / "import-report.json").read_text())
    assert status == 2
    assert report["error"] and str(report["error"]) in capsys.readouterr().err
    assert (report["seen"], report["issues"]) == (0, [])
