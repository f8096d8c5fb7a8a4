"""Is the model file the one that was trained? Its SHA-256 is written beside it when training ends and compared before it is loaded.

A model that is half written, damaged or exchanged would answer people with nonsense, or with somebody else's words.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path

logger = logging.getLogger(__name__)

ENDING = ".sha256"


class WrongModel(Exception):
    """The model must not be used; the message says why and what to do."""


def record_of(model: Path) -> Path:
    """The file that holds the SHA-256 of a model."""
    return model.with_name(model.name + ENDING)


def record(model: Path) -> None:
    """Write down the SHA-256 of a model that was just trained, whole or not at all."""
    draft = record_of(model).with_suffix(f".{os.getpid()}")
    draft.write_text(fingerprint(model) + "\n", encoding="ascii")
    draft.replace(record_of(model))


def check(model: Path) -> None:
    """Raises WrongModel when the file is not the recorded one, and in production also when nothing was recorded of it."""
    try:
        expected = record_of(model).read_text(encoding="ascii").strip()
    except OSError:
        if os.environ.get("ENVIRONMENT") == "production":
            raise WrongModel(f"nothing says what {model} should be; {_TRAIN}") from None
        logger.warning("nothing says what %s should be: trained by plain `rasa train`?", model)
        return
    if (found := fingerprint(model)) != expected:
        raise WrongModel(f"{model} is not the file that was trained ({found[:12]}, not {expected[:12]}); {_TRAIN}")


_TRAIN = "remove it and run `make setup`, which trains it again"


def fingerprint(model: Path) -> str:
    """Raises OSError when there is none."""
    with model.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def newest(folder: Path) -> Path | None:
    """The newest model in a folder, which is the one that Rasa would take; None without any."""
    return max(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, default=None)


def option(arguments: Sequence[str], names: Sequence[str], default: str) -> str:
    """The value of an option in a command line, in any of the forms `--name value` and `--name=value`."""
    for place, argument in enumerate(arguments):
        name, sign, value = argument.partition("=")
        if name in names:
            return value if sign else next(iter(arguments[place + 1 : place + 2]), default)
    return default


def served(arguments: Sequence[str]) -> Path | None:
    """The model file that `bot run` or `bot shell` with these arguments will load, or None when there is none."""
    given = Path(option(arguments, ("-m", "--model"), "models"))
    return given if given.is_file() else newest(given)


def trained(arguments: Sequence[str]) -> Path | None:
    """The model file that `bot train` with these arguments has written: the newest in its folder."""
    return newest(Path(option(arguments, ("--out",), "models")))
