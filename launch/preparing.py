"""Runs `launch.prepare` beside the supervisor and shows what it prints, line by line, as soon as it comes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence

from launch.supervisor import die_with_parent

COMMAND = (sys.executable, "-m", "launch.prepare")
PATIENCE = 10.0  # seconds that an interrupted start waits for it


async def run_prepare(
    env: Mapping[str, str], stopping: asyncio.Event, command: Sequence[str] = COMMAND
) -> tuple[int, str]:
    """The exit status, and the line with the first login ("" when there is none).

    An interrupt does not reach it: it takes a second or two, and ended in the middle it could have made an account whose
    password nobody saw. Only when it takes longer than PATIENCE after an interrupt is it ended.
    """
    process = await asyncio.create_subprocess_exec(
        *command, env=dict(env), stdout=asyncio.subprocess.PIPE, preexec_fn=die_with_parent
    )
    showing = asyncio.create_task(_show(process))
    interrupted = asyncio.create_task(stopping.wait())
    await asyncio.wait({showing, interrupted}, return_when=asyncio.FIRST_COMPLETED)
    interrupted.cancel()
    try:
        login = await asyncio.wait_for(showing, None if showing.done() else PATIENCE)
    except TimeoutError:
        process.terminate()
        login = ""
    return await process.wait(), login


async def _show(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    login = ""
    async for raw in process.stdout:
        line = raw.decode().rstrip("\n")
        print(line, flush=True)
        if line.startswith("login: "):
            login = line
    return login
