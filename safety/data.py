"""Reading the local data files of this room, with errors that name the file and the entry."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml


class SafetyDataError(ValueError):
    """A safety data file cannot be used; the message names the file, the entry and what is wrong."""


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises SafetyDataError when it is missing, broken or not a mapping."""
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except FileNotFoundError:
        raise SafetyDataError(f"{path}: the file is missing") from None
    except yaml.YAMLError as error:
        raise SafetyDataError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise SafetyDataError(f"{path}: expected keys and values at the top")
    return content


def lines_of(value: object, where: str) -> list[str]:
    """The lines of a YAML block of text, without blank lines and lines that start with '#'.

    Raises SafetyDataError naming `where` when the value is no text.
    """
    if value is None:
        return []
    if not isinstance(value, str):
        raise SafetyDataError(f"{where}: expected lines of text (write 'key: |' and one line each)")
    return [line.strip() for line in value.splitlines() if line.strip() and not line.strip().startswith("#")]


def text_of(value: object, where: str) -> str:
    """A single text, stripped; empty for nothing. Raises SafetyDataError for a number, a list or a YAML yes/no."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise SafetyDataError(f"{where}: {value!r} must be text; put it in quotes")
    return value.strip()


def date_of(value: object, where: str) -> date | None:
    """A date written as 2026-11-21, or None for empty. Raises SafetyDataError naming `where`."""
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise SafetyDataError(f"{where}: {value!r} is not a date like 2026-11-21") from None
