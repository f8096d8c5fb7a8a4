"""A PostgreSQL of the tests' own, where it is installed: started once, an empty database for whoever asks."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.assistant import free_port

_USER = "postgres"


def programs() -> Path | None:
    """Where Debian keeps initdb and postgres (the newest version), or where PATH has them; None when not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Server:
    """A running server on a free port of 127.0.0.1; `database()` gives the address of a new, empty database."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = itertools.count(1)

    def database(self) -> str:
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._url(name).replace("postgresql://", "postgresql+psycopg://")

    def _url(self, name: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self._port}/{name}"


@contextmanager
def running() -> Iterator[Server]:
    """Start a server and end it with the block. Raises RuntimeError when it does not come up."""
    where = programs()
    assert where is not None
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="test-postgres-"))
    # It refuses to run as root, as continuous integration does.
    user = _USER if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"
    quietly = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [where / "initdb", "-D", data, "-A", "trust", "-U", _USER, "-E", "UTF8", "--no-sync"], check=True, **quietly
    )  # type: ignore[call-overload]
    options = ["-p", str(port), "-k", str(folder), "-h", "127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off"]
    server = subprocess.Popen([where / "postgres", "-D", data, *options], **quietly)  # type: ignore[call-overload]
    try:
        _wait(port, server)
        yield Server(port)
    finally:
        server.send_signal(signal.SIGINT)  # at once, whoever is still connected
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            psycopg.connect(f"postgresql://{_USER}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not come up")
