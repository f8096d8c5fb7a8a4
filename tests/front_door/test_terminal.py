"""The terminal client, as a real process against a real server."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.front_door.support import House, eventually

ROOT = Path(__file__).resolve().parents[2]


async def chat(url: str, typed: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "front_door.terminal",
        url,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate(typed.encode())
    return process.returncode or 0, out.decode(), errors.decode()


async def test_piped_lines_are_a_conversation_that_ends_with_the_input(house: House) -> None:
    """Welcome, replies, numbered choices, a number as an answer, the same words twice; status 0 at the end."""
    assert house.client is not None
    url = str(house.client.make_url(""))
    status, out, errors = await chat(url, "choices\n2\n\nhello\nhello\n")
    assert (status, errors) == (0, "")
    assert "not a person" in out and "  1 Yes\n  2 No\n" in out
    assert "You chose live=no" in out and out.count("You said: hello") == 2
    assert {turn["channel"] for turn in house.rasa.turns} == {"terminal"}


async def test_a_reply_that_takes_long_is_waited_for(hurried: House) -> None:
    """The apology is shown, then the answer when it comes."""
    assert hurried.client is not None
    hurried.rasa.mode = "503"
    talking = asyncio.create_task(chat(str(hurried.client.make_url("")), "hello\n"))
    await eventually(lambda: hurried.rasa.turns)
    await asyncio.sleep(1.0)
    hurried.rasa.mode = "ok"
    status, out, _ = await talking
    assert status == 0 and out.count("having trouble") == 1 and out.count("You said: hello") == 1


async def test_without_a_server_it_says_what_to_do() -> None:
    """A sentence and status 1, no trace."""
    status, out, errors = await chat("http://127.0.0.1:9", "hello\n")
    assert status == 1 and "make run" in errors and "Traceback" not in errors and out == ""
