"""`python -m launch`: prepare, then serve until interrupted. `make run` sets up the environments and calls this."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time

import aiohttp

from common import settings as settings_module
from common.clock import OFFSET_VARIABLE, clock_for
from common.settings import Settings, SettingsError
from launch.only_one import AlreadyRunning, only_one
from launch.parent import watch_make
from launch.paths import MODEL, OUR_PYTHON, RASA_PYTHON, ROOT
from launch.preparing import run_prepare
from launch.supervisor import Process, Supervisor

READY_SECONDS = 120.0


def processes(settings: Settings, env: dict[str, str]) -> list[Process]:
    """The bots, then the actions, then the front door: in the order they start."""
    logs = settings.var_dir / "log"
    ours = str(OUR_PYTHON)
    bot = [str(RASA_PYTHON), "-m", "bot", "run", "--model", str(MODEL), "--port"]
    names = ["rasa", *(f"rasa-{number}" for number in range(2, settings.bots + 1))]
    return [
        *(
            Process(name, [*bot, str(port)], env, logs / f"{name}.log")
            for name, port in zip(names, settings.rasa_ports, strict=True)
        ),
        Process("actions", [ours, "-m", "actions"], env, logs / "actions.log"),
        Process("front door", [ours, "-m", "front_door"], env, logs / "front_door.log"),
    ]


def environment(settings: Settings) -> dict[str, str]:
    """What every process gets, so that all of them believe the same address, key and time.

    An address of the actions or an offset of the clock that this process inherited is not handed on: both are ours to say.
    """
    left_out = ("PYTHONDONTWRITEBYTECODE", OFFSET_VARIABLE)
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    offset = clock_for(settings.clock, {}).offset.total_seconds()
    return {
        **inherited,
        "ENVIRONMENT": settings.environment,
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "VAR_DIR": str(settings.var_dir),
        "SECRET_KEY": settings.secret_key,
        "RASA_PORT": str(settings.rasa_port),
        "BOTS": str(settings.bots),
        "ACTIONS_PORT": str(settings.actions_port),
        "ACTIONS_URL": f"{settings.actions_url}/webhook",
        **({} if settings.production else {OFFSET_VARIABLE: str(offset)}),
        "TABLES_ARE_MADE": "1",  # by the migrations; Rasa's side need not
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
    }


async def announce(settings: Settings, login: str, stopping: asyncio.Event) -> None:
    """Print the addresses once everything is ready."""
    began = time.monotonic()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while not stopping.is_set():
            try:
                async with session.get(f"http://127.0.0.1:{settings.port}/readyz") as answer:
                    if answer.status == 200:
                        break
            except (aiohttp.ClientError, TimeoutError):
                pass
            if time.monotonic() - began > READY_SECONDS:
                print(f"not ready after {READY_SECONDS:.0f} s; see the logs in {settings.var_dir / 'log'}", flush=True)
                began = time.monotonic()
            await asyncio.sleep(0.2)
        else:
            return
    print(f"chat: {settings.public_base_url}/chat")
    print(f"staff: {settings.public_base_url}/desk/")
    if login:
        print(login)
    print(f"ready in {time.monotonic() - began:.1f} s; stop with Ctrl-C", flush=True)


async def serve(settings: Settings, env: dict[str, str]) -> int:
    """Start everything and keep it alive until interrupted; returns the exit status."""
    supervisor = Supervisor()
    supervisor.stop_on_signals()
    watching = asyncio.create_task(watch_make(supervisor.stopping))
    *bots, actions, front_door = processes(settings, env)
    try:
        supervisor.keep(*bots)  # they take longest to start, so they do not wait for the database to be prepared
        status, login = await run_prepare(env, supervisor.stopping)
        if status == 0 and not supervisor.stopping.is_set():
            supervisor.keep(actions, front_door)
            await announce(settings, login, supervisor.stopping)
            await supervisor.stopping.wait()
    finally:
        watching.cancel()
        await supervisor.stop()
    return status


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    os.chdir(ROOT)
    try:
        settings = settings_module.load()
        env = environment(settings)
        if not RASA_PYTHON.exists() or not MODEL.exists():
            raise SettingsError("the Rasa environment or the trained model is missing; `make setup` makes both")
        with only_one(settings):
            return asyncio.run(serve(settings, env))
    except (SettingsError, ValueError, AlreadyRunning) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
