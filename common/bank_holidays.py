"""Bank holidays of England: the usual ones from the `holidays` package (the calendar inside opening-hours-py lacks New Year,
Easter Monday and the summer one, because it keeps only the days that England, Scotland and Northern Ireland share), with
what the government declared beside them from DATA_DIR/bank_holidays.yml."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import holidays

from common.local_data import LocalDataError, read_date, read_yaml

_SHIPPED = Path(__file__).resolve().parents[1] / "data" / "leicestershire"
_FILE = "bank_holidays.yml"
_WARN_AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Declared:
    """What people have compared with the published list: until which day, and the days that differ from the usual ones."""

    compared_through: date
    extra_days: frozenset[date] = frozenset()
    moved_away: frozenset[date] = frozenset()

    @classmethod
    def load(cls, data_dir: Path) -> Declared:
        """Raises LocalDataError naming file and key."""
        path = data_dir / _FILE
        content = read_yaml(path)
        compared = read_date(content.get("compared_through"), f"{path}: compared_through")
        if compared is None:
            raise LocalDataError(f"{path}: compared_through must not be empty")
        return cls(compared, _days(path, content, "extra_days"), _days(path, content, "moved_away"))

    def warnings(self, today: date) -> list[str]:
        """A sentence for staff when the list runs out within three months, or has run out; else nothing."""
        if today + _WARN_AHEAD <= self.compared_through:
            return []
        return [f"{_FILE}: compared with gov.uk only through {self.compared_through}; compare the years after it"]


def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of one year in England, as published: a Christmas Day, Boxing Day or New Year's Day on a
    Saturday or Sunday is replaced by its substitute day."""
    return frozenset(day for day in public_holidays(year) if day.weekday() < 5)


def public_holidays(year: int) -> frozenset[date]:
    """The days that "PH" stands for in opening hours: the bank holidays, and also the Christmas Day, Boxing Day or New
    Year's Day that a substitute day stands in for. Those are no bank holidays, but offices are shut on them too."""
    return _public_holidays(year, declared())


def is_public_holiday(day: date) -> bool:
    return day in public_holidays(day.year)


def declared() -> Declared:
    """What DATA_DIR's file says; where there is none, the shipped one. Each is read once. Raises LocalDataError."""
    return _read(os.environ.get("DATA_DIR") or str(_SHIPPED))


@lru_cache(maxsize=16)
def _read(data_dir: str) -> Declared:
    folder = Path(data_dir)
    return Declared.load(folder if (folder / _FILE).exists() else _SHIPPED)


@lru_cache(maxsize=256)
def _public_holidays(year: int, declared: Declared) -> frozenset[date]:
    usual = frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
    return (usual - declared.moved_away) | {day for day in declared.extra_days if day.year == year}


def _days(path: Path, content: dict[str, object], key: str) -> frozenset[date]:
    entries = content.get(key) or []
    if not isinstance(entries, list):
        raise LocalDataError(f"{path}: {key}: expected a list of days")
    found = set()
    for number, entry in enumerate(entries, start=1):
        where = f"{path}: {key}, entry {number}"
        if not isinstance(entry, dict) or set(entry) - {"day", "why"} or not entry.get("why"):
            raise LocalDataError(f"{where}: expected day and why")
        day = read_date(entry.get("day"), where)
        if day is None:
            raise LocalDataError(f"{where}: day must not be empty")
        found.add(day)
    return frozenset(found)
