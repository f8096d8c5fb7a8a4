"""G6 and G10: how the front-door process ends, and when it does not start."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from front_door.timing import SHUTDOWN_SECONDS, SendTiming, Timing
from launch.supervisor import STOP_SECONDS
from tests.conversation.world import ROOT
from tests.front_door.door import SENDING, TIMING
from tests.front_door.street import street
from tests.front_door.support import MOBILE, eventually

GOOD_KEY = "0123456789abcdefghijklmnopqrstuv"


async def test_g6_sigterm_with_turns_under_way_and_texts_unsent_loses_nothing(tmp_path: Path) -> None:
    """The bot hangs over one turn, Twilio over one text, more wait behind both, and a page waits for its reply: SIGTERM ends the process in
    its time, the page is answered, and the next process finishes everything, once.
    """
    patient, sender = replace(TIMING, web_wait=20.0, stop=0.6), replace(SENDING, call=1.0)
    async with street(tmp_path, f"sqlite:///{tmp_path / 'stop.db'}") as place:
        door = place.door()
        door.timing, door.sending = patient, sender
        await door.start()
        async with (
            aiohttp.ClientSession() as http,
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as page,
        ):
            csrf = await place.open_chat(page)
            place.twilio.set("timeout")
            await place.send_text(http, MOBILE, "SM1", "first text")
            await eventually(lambda: place.twilio.attempts == 1)
            place.rasa.mode = "hang"
            for number in range(2, 5):
                await place.send_text(http, MOBILE, f"SM{number}", f"text {number}")
            posting = asyncio.create_task(place.send_web(page, csrf, 1, "a web message"))
            await eventually(lambda: len(place.rasa.turns) == 3)
            began = time.monotonic()
            door.terminate()
            assert await door.ended() == 0
            took = time.monotonic() - began
            assert took < max(patient.stop, sender.call) + SHUTDOWN_SECONDS
            place.rasa.mode, place.twilio.mode = "ok", "ok"
            await door.start()
            await posting
        await place.settled()
        await place.check()


def test_g6_the_products_own_times_end_within_30_seconds() -> None:
    """Requests, then turns and texts side by side; and the supervisor waits for that long before it uses force."""
    longest = SHUTDOWN_SECONDS + max(Timing().stop, SendTiming().call)
    assert longest < STOP_SECONDS < 30


@pytest.mark.parametrize(
    ("module", "key", "words"),
    [
        ("front_door", "", "SECRET_KEY is needed in production"),
        ("launch", "", "SECRET_KEY is needed in production"),
        ("launch", "short", "at least 32 characters"),
        ("launch", "changeme-changeme-changeme-changeme-changeme", "looks like an example"),
        ("launch", "x" * 40, "looks like an example"),
    ],
)
def test_g10_production_does_not_start_without_a_secret_of_its_own(
    tmp_path: Path, module: str, key: str, words: str
) -> None:
    """The real processes: status 2, one line that says what to do and does not repeat the key, nothing made."""
    done = _start(module, tmp_path, ENVIRONMENT="production", SECRET_KEY=key)
    assert done.returncode == 2
    assert done.stderr.startswith("cannot start:") and words in done.stderr and done.stderr.count("\n") == 1
    assert not key or key not in done.stderr
    assert not (tmp_path / "var").exists()


def test_g10_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    """No traceback, and no password of a database address."""
    done = _start("front_door", tmp_path, SECRET_KEY=GOOD_KEY, DATABASE_URL="nonsense-hunter2")
    assert (done.returncode, done.stderr) == (2, "cannot start: DATABASE_URL is not the address of a database\n")
    done = _start("launch", tmp_path, SECRET_KEY=GOOD_KEY, TRUSTED_PROXIES="all")
    assert done.returncode == 2 and "TRUSTED_PROXIES" in done.stderr and "Traceback" not in done.stderr


def _start(module: str, tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path / "var"), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
