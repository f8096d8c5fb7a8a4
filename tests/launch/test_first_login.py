"""The first login is shown before it counts, as soon as it is there, and whatever interrupts the start."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from common.chain_head import read_head
from common.clock import Clock
from common.database import open_database
from common.settings import load
from desk.audit_check import check
from desk.model import DeskAudit
from launch.prepare import prepare
from launch.preparing import run_prepare

SLOW = "import time; print('login: adviser secret', flush=True); time.sleep(0.6); print('catalogue: 1', flush=True)"


def test_an_account_nobody_saw_is_not_made(tmp_path: Path) -> None:
    """When the password cannot be shown the account is not stored, and the next start makes another; then no more."""
    settings = load({"VAR_DIR": str(tmp_path / "var")})
    shown: list[str] = []

    def cannot(_name: str, _password: str) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        prepare(settings, Clock(), cannot)
    prepare(settings, Clock(), lambda name, password: shown.append(name))
    prepare(settings, Clock(), lambda name, password: shown.append(name))
    assert shown == ["adviser"]


def test_g12_the_chain_of_the_audit_begins_before_anybody_writes_to_it(tmp_path: Path) -> None:
    """What the desk wrote down before there was a chain is older than it, whichever process writes first after an upgrade."""
    settings = load({"VAR_DIR": str(tmp_path / "var")})
    prepare(settings, Clock(), lambda name, password: None)
    db = open_database(settings.database_url)
    with db.transaction() as session:
        session.execute(sa.text("DELETE FROM audit_chain"))
        session.execute(sa.insert(DeskAudit).values(at=Clock().now(), who="x", what="x", object="x", detail="", id=41))
    prepare(settings, Clock(), lambda name, password: None)
    with db.reading() as session:
        head = read_head(session)
        assert head is not None and head.whole and head.older == {"desk_audit": 41, "referral_event": 0}
        assert check(session).whole
    db.close()


async def test_what_prepare_prints_is_shown_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    """The login does not wait for the end, and is handed back for the list of addresses."""
    running = asyncio.create_task(run_prepare(os.environ, asyncio.Event(), (sys.executable, "-c", SLOW)))
    seen = ""
    for _ in range(200):
        seen += capfd.readouterr().out
        if "login" in seen:
            break
        await asyncio.sleep(0.02)
    assert "login: adviser secret" in seen and not running.done()
    assert await running == (0, "login: adviser secret")


async def test_an_interrupted_start_still_shows_it(capfd: pytest.CaptureFixture[str]) -> None:
    """Preparing goes on to its end."""
    stopping = asyncio.Event()
    stopping.set()
    late = f"import time; time.sleep(0.3); {SLOW}"
    assert await run_prepare(os.environ, stopping, (sys.executable, "-c", late)) == (0, "login: adviser secret")
    assert "login: adviser secret" in capfd.readouterr().out


async def test_preparing_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupt there is an end to waiting (a database that does not answer)."""
    monkeypatch.setattr("launch.preparing.PATIENCE", 0.2)
    stopping = asyncio.Event()
    stopping.set()
    status, login = await run_prepare(os.environ, stopping, (sys.executable, "-c", "import time; time.sleep(60)"))
    assert status != 0 and login == ""
