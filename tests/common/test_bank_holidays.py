"""England's bank holidays against a table written by hand for 2026 to 2030, and what is declared beside them."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path

import pytest

from common.bank_holidays import Declared, bank_holidays, is_public_holiday
from common.local_data import LocalDataError
from tests.service_catalogue.conftest import ROOT

TABLE = {
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2029: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2030: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
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


def test_a_day_that_the_government_declares_counts_and_one_that_it_moves_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No new version of any package is needed for an extra day; hours with "PH off" are shut on it."""
    (tmp_path / "bank_holidays.yml").write_text(
        "compared_through: 2027-12-31\n"
        "extra_days: [{day: 2027-06-04, why: a jubilee}]\n"
        "moved_away: [{day: 2027-05-31, why: moved for it}]\n"
    )
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert is_public_holiday(date(2027, 6, 4)) and not is_public_holiday(date(2027, 5, 31))
    assert is_public_holiday(date(2027, 12, 27)) and not is_public_holiday(date(2028, 6, 4))


@pytest.mark.parametrize(
    "text",
    [
        "extra_days: []",
        "compared_through: soon",
        "compared_through: 2027-12-31\nextra_days: [2027-06-04]",
        "compared_through: 2027-12-31\nextra_days: [{day: 2027-06-04}]",
        "compared_through: 2027-12-31\nextra_days: 2027-06-04",
        "compared_through: 2027-12-31\nmoved_away: [{why: x}]",
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bank_holidays.yml").write_text(text)
    with pytest.raises(LocalDataError, match=r"bank_holidays\.yml"):
        Declared.load(tmp_path)


def test_a_data_folder_without_the_file_falls_back_to_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening hours are worked out in the middle of a conversation: a file from before must not break one."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert is_public_holiday(date(2026, 12, 25))


def test_staff_are_told_three_months_before_the_list_runs_out() -> None:
    known = Declared(date(2027, 12, 31))
    assert known.warnings(date(2027, 10, 2)) == []
    assert "2027-12-31" in known.warnings(date(2027, 10, 3))[0]
    assert known.warnings(date(2028, 5, 1))


def test_the_shipped_list_has_not_run_out() -> None:
    """Warns, and does not fail: a build must not break on a day because of the day."""
    for sentence in Declared.load(ROOT / "data" / "leicestershire").warnings(date.today()):
        warnings.warn(sentence, stacklevel=1)
    assert Declared.load(ROOT / "data" / "leicestershire").compared_through >= date(2027, 12, 31)
