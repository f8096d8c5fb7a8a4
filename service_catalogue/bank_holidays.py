"""Bank holidays of England (the `holidays` package; the calendar inside opening-hours-py lacks New Year, Easter Monday
and the summer one, because it keeps only the days that England, Scotland and Northern Ireland share)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of one year in England, as published: a Christmas Day, Boxing Day or New Year's Day on a
    Saturday or Sunday is replaced by its substitute day."""
    days = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return frozenset(day for day in days if day.weekday() < 5)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The days that "PH" stands for in opening hours: the bank holidays, and also the Christmas Day, Boxing Day or New
    Year's Day that a substitute day stands in for. Those are no bank holidays, but offices are shut on them too."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_public_holiday(day: date) -> bool:
    return day in public_holidays(day.year)
