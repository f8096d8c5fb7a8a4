"""Reading the files that local people maintain (YAML and CSV under DATA_DIR), with errors that name file, row and field."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import yaml


class LocalDataError(ValueError):
    """A local data file cannot be used; the message names the file, the row or key, and what is wrong."""


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises LocalDataError when it is missing, broken or not a mapping."""
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except FileNotFoundError:
        raise LocalDataError(f"{path}: the file is missing") from None
    except yaml.YAMLError as error:
        raise LocalDataError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise LocalDataError(f"{path}: expected keys and values at the top")
    return content


def read_csv(path: Path, required: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a CSV file as dictionaries of stripped text; `required` columns must be in its first line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in required if name not in (reader.fieldnames or [])]
            if missing:
                raise LocalDataError(f"{path}: columns missing: {', '.join(missing)}")
            rows = []
            for number, row in enumerate(reader, start=2):
                if None in row or None in row.values():
                    raise LocalDataError(f"{path}: row {number} has more or fewer cells than the first line")
                rows.append({key: value.strip() for key, value in row.items()})
            return rows
    except FileNotFoundError:
        raise LocalDataError(f"{path}: the file is missing") from None


def read_date(text: str | date | None, where: str) -> date | None:
    """A date written as 2026-11-21, or None for empty. Raises LocalDataError naming `where`."""
    if text is None or text == "":
        return None
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise LocalDataError(f"{where}: {text!r} is not a date like 2026-11-21") from None
