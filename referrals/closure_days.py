"""Single days on which an office is shut beside its usual days off, as local people write them down."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_date, read_yaml

FILE = "closure_days.yml"
LONGEST = timedelta(days=60)  # of one entry; more is a slip of the pen


def load_closure_days(data_dir: Path) -> frozenset[date]:
    """Every single day of closure_days.yml. Raises LocalDataError naming the entry that cannot be read."""
    path = data_dir / FILE
    return read_closure_days(read_yaml(path).get("closure_days"), str(path))


def read_closure_days(entries: Any, where: str) -> frozenset[date]:
    """The days of a list of {from, to}; `where` is said before the number of an entry that cannot be read (LocalDataError)."""
    if not isinstance(entries, list):
        raise LocalDataError(f"{where}: closure_days must be a list")
    closed: set[date] = set()
    for number, entry in enumerate(entries, start=1):
        here = f"{where}: entry {number}"
        if not isinstance(entry, dict):
            raise LocalDataError(f"{here} must have from and to")
        first = read_date(entry.get("from"), f"{here}: from")
        last = read_date(entry.get("to"), f"{here}: to") or first
        if first is None or last is None or not timedelta() <= last - first <= LONGEST:
            raise LocalDataError(f"{here}: from must be a date and to the same day or up to {LONGEST.days} days later")
        closed.update(first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return frozenset(closed)
