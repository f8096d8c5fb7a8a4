"""England's bank holidays against the published table for 2026 to 2028."""

from __future__ import annotations

from datetime import date

import pytest

from service_catalogue.bank_holidays import bank_holidays, is_public_holiday

TABLE = {
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}


@pytest.mark.parametrize("year", TABLE)
def test_bank_holidays_are_the_published_ones_with_their_substitute_days(year: int) -> None:
    expected = {date.fromisoformat(f"{year}-{day}") for day in TABLE[year].split()}
    assert bank_holidays(year) == expected


@pytest.mark.parametrize("day", ["2026-12-26", "2027-12-25", "2027-12-26", "2028-01-01"])
def test_a_weekend_original_is_no_bank_holiday_but_offices_are_shut_all_the_same(day: str) -> None:
    original = date.fromisoformat(day)
    assert original not in bank_holidays(original.year)
    assert is_public_holiday(original)
