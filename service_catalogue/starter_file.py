"""The catalogue's spreadsheet, data/catalogue/services.csv or one that a council officer sends in: read and checked.
Every mistake names its row and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from common.local_data import LocalDataError, read_date
from service_catalogue.csv_mends import mend
from service_catalogue.csv_table import Problem, read_table
from service_catalogue.local import NeedCodes
from service_catalogue.starter_checks import MASKED, is_refuge, parts, problems_of

COLUMNS = (
    "id",
    "name",
    "organisation",
    "summary",
    "needs",
    "areas",
    "phone",
    "phone_kind",
    "email",
    "url",
    "opening_hours",
    "cost",
    "eligibility",
    "referral_route",
    "languages",
    "source",
    "verified",
    "checked_on",
)
# A file without these says nothing about them.
OPTIONAL_COLUMNS = (
    "minimum_age",
    "maximum_age",
    "gender",
    "attending",
    "capacity",
    "waiting",
    "hours_note",
    "address",
    "postcode",
    "latitude",
    "longitude",
    "accessibility",
    "alert",
    "status",
)
_MOST_SHOWN = 20


@dataclass(frozen=True)
class StarterRow:
    """One service of the file, checked. Empty text and None mean not known. `cells` are its filled cells as mended, by
    column: they say all that the row says, and `StarterRow.of(row.cells)` is the row again."""

    id: str
    name: str
    organisation: str
    summary: str
    needs: tuple[str, ...]
    areas: tuple[str, ...]
    phone: str
    phone_kind: str
    email: str
    url: str
    opening_hours: str
    cost: str
    eligibility: str
    referral_route: str
    languages: tuple[str, ...]
    source: str
    verified: bool
    checked_on: date | None
    minimum_age: int | None
    maximum_age: int | None
    gender: Literal["any", "women", "men"]
    attending: tuple[str, ...]
    capacity: Literal["open", "waiting", "full", "unknown"]
    waiting: str
    hours_note: str
    address: str
    postcode: str
    latitude: float | None
    longitude: float | None
    masked: bool
    accessibility: tuple[str, ...]
    alert: str
    status: str
    cells: dict[str, str]

    @classmethod
    def of(cls, cells: dict[str, str]) -> StarterRow:
        """The row of cells that have passed the checks."""
        full = {column: cells.get(column, "") for column in (*COLUMNS, *OPTIONAL_COLUMNS)}
        masked = full["address"].casefold() == MASKED or (is_refuge(full) and bool(full["postcode"]))
        lists = {
            column: parts(full[column]) for column in ("needs", "areas", "languages", "attending", "accessibility")
        }
        ages = {column: int(full[column]) if full[column] else None for column in ("minimum_age", "maximum_age")}
        point = {column: float(full[column]) if full[column] else None for column in ("latitude", "longitude")}
        known = {
            "address": "" if masked else full["address"],
            "gender": full["gender"] or "any",
            "capacity": full["capacity"] or "unknown",
            "status": full["status"] or "active",
            "verified": full["verified"] == "yes",
            "checked_on": read_date(full["checked_on"], "checked_on"),
            "masked": masked,
            "cells": {column: cell for column, cell in full.items() if cell},
        }
        return cls(**{**full, **lists, **ages, **point, **known})  # type: ignore[arg-type]


@dataclass
class Reading:
    """What a file holds: the rows to use (those whose `verified` is not `no`; they are checked all the same), everything
    that is wrong, and notes on what was mended. With problems there, the rows are not to be used."""

    rows: list[StarterRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def read(content: bytes, codes: NeedCodes, today: date | None = None) -> Reading:
    """Read and check the bytes of a file, whatever spreadsheet saved it (see `csv_table.read_table`). Never raises.
    With `today`, a `checked_on` after it is a mistake."""
    table = read_table(content, COLUMNS, OPTIONAL_COLUMNS)
    reading = Reading(problems=list(table.problems))
    if any(problem.row <= 1 for problem in table.problems):
        return reading  # with a column missing, every row would be wrong
    seen: dict[str, int] = {}
    for number, given in table.rows:
        cells = dict.fromkeys((*COLUMNS, *OPTIONAL_COLUMNS), "")
        for column, cell in given.items():
            cells[column], note = mend(column, cell)
            if note:
                reading.notes.append(Problem(number, column, note))
        found = problems_of(cells, codes, today)
        if cells["id"] and (first := seen.setdefault(cells["id"], number)) != number:
            found.append(("id", f"the same as in row {first}"))
        reading.problems += [Problem(number, column, what) for column, what in found]
        if not found and cells["verified"] != "no":
            reading.rows.append(StarterRow.of(cells))
    return reading


def read_starter(csv_path: Path, codes: NeedCodes) -> list[StarterRow]:
    """The rows of the file at `csv_path` that may be loaded. Raises LocalDataError listing the mistakes, each as
    "row N, column C: what is wrong"."""
    try:
        reading = read(csv_path.read_bytes(), codes)
    except FileNotFoundError:
        raise LocalDataError(f"{csv_path}: the file is missing") from None
    if reading.problems:
        lines = [f"{csv_path.name}: {problem}" for problem in reading.problems[:_MOST_SHOWN]]
        if (more := len(reading.problems) - _MOST_SHOWN) > 0:
            lines.append(f"... and {more} more")
        raise LocalDataError("\n".join(lines))
    return reading.rows
