"""One assistant for each VAR_DIR and each port: a second start is refused before it touches anything."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.settings import Settings

LOCK_FILE = "launch.lock"


class AlreadyRunning(Exception):
    """Another process holds what this start needs; the message says what, and what to do."""


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """While this lasts no other start with this VAR_DIR is let in. Raises AlreadyRunning, also for ports that are taken."""
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with _locked(settings.var_dir / LOCK_FILE), claimed_ports(settings):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    # The file is never removed: a lock on a file that somebody else has just removed would keep nobody out.
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunning(
                f"an assistant is running already with the data in {path.parent} (process {holder}); "
                "stop it, or set VAR_DIR and the ports to others"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


@contextmanager
def claimed_ports(settings: Settings) -> Iterator[None]:
    """Claim the ports until the servers, which take seconds to start, listen on them, and afterwards.

    Raises AlreadyRunning when another start has claimed one, when one cannot be listened on, or when two are the same.
    """
    wanted = {
        "PORT": (settings.host, settings.port),
        **{f"RASA_PORT{f' + {n}' if n else ''}": ("127.0.0.1", port) for n, port in enumerate(settings.rasa_ports)},
        "ACTIONS_PORT": ("127.0.0.1", settings.actions_port),
    }
    if settings.metrics_port is not None:
        wanted["METRICS_PORT"] = ("127.0.0.1", settings.metrics_port)
    if len({port for _, port in wanted.values()}) < len(wanted):
        raise AlreadyRunning(f"{', '.join(list(wanted)[:-1])} and {list(wanted)[-1]} must be different ports")
    with contextlib.ExitStack() as claims, contextlib.ExitStack() as tries:
        for name, (host, port) in wanted.items():
            try:
                claim = claims.enter_context(socket.socket(socket.AF_UNIX))
                # A name without a file, which goes with its process (unix(7), "abstract").
                claim.bind(f"\0self-referral-assistant-port-{port}")
                _listen(host, port, tries)
            except OSError as error:
                taken = error.errno == errno.EADDRINUSE
                why = "is in use by another process" if taken else f"cannot be used ({error.strerror})"
                raise AlreadyRunning(f"port {port} of {host} {why}; stop that process or set {name}") from None
        tries.close()
        yield


def _listen(host: str, port: int, sockets: contextlib.ExitStack) -> None:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = sockets.enter_context(socket.socket(family, kind))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
    listener.bind(address)
    listener.listen(1)
