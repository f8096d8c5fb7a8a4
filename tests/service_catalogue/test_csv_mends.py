"""What spreadsheets do to cells by themselves is undone where one reading is possible, with a note where it matters."""

from __future__ import annotations

import pytest

from service_catalogue.csv_mends import mend
from service_catalogue.csv_table import write_table
from service_catalogue.local import local_data
from service_catalogue.starter_file import COLUMNS, Reading, read
from tests.service_catalogue.conftest import row


@pytest.mark.parametrize(
    ("column", "cell", "meant", "noted"),
    [
        ("phone", "1163050004", "0116 305 0004", True),  # Excel took the first 0
        ("phone", "1163050004.0", "0116 305 0004", True),
        ("phone", "441163050004", "0116 305 0004", True),  # ... or the plus
        ("phone", "8001111", "0800 1111", True),
        ("phone", "0116 305 0004", "0116 305 0004", False),
        ("phone", "116 123", "116 123", False),
        ("phone", "116123", "116123", False),
        ("phone", "999", "999", False),
        ("phone", "1163", "1163", False),
        ("phone", "3050004", "3050004", False),  # no area code: nobody can know it
        ("checked_on", "2026-11-21", "2026-11-21", False),
        ("checked_on", "21/11/2026", "2026-11-21", False),
        ("checked_on", "03/04/2026", "2026-04-03", False),  # day first
        ("checked_on", "1/2/26", "2026-02-01", False),
        ("checked_on", "21-Nov-26", "2026-11-21", False),
        ("checked_on", "21 November 2026", "2026-11-21", False),
        ("checked_on", "2026-11-21 00:00:00", "2026-11-21", False),
        ("checked_on", "46347", "2026-11-21", True),  # Excel's own number of the day
        ("checked_on", "11/21/2026", "11/21/2026", False),
        ("opening_hours", "24-Jul", "24/7", True),
        ("opening_hours", "24/07/2026", "24/7", True),
        ("opening_hours", "24/7", "24/7", False),
        ("opening_hours", "Mo–Fr 09:00–17:00 “ring first”", 'Mo-Fr 09:00-17:00 "ring first"', False),
        ("verified", "TRUE", "yes", True),
        ("verified", "Yes", "yes", False),
        ("cost", "Free", "free", False),
        ("minimum_age", "18.0", "18", False),
        ("latitude", "52,6369", "52.6369", False),
        ("longitude", "−1.1398", "-1.1398", False),
        ("postcode", "le3  8ra", "LE3 8RA", False),
        ("postcode", "le3", "LE3", False),
        ("name", "Men’s “Shed” – TRUE", "Men’s “Shed” – TRUE", False),  # words stay as they are typed
    ],
)
def test_a_cell_is_read_as_it_was_meant(column: str, cell: str, meant: str, noted: bool) -> None:
    assert mend(column, cell)[0] == meant
    assert bool(mend(column, cell)[1]) == noted


def reading(*rows: dict[str, str]) -> Reading:
    return read(write_table(COLUMNS, rows), local_data().needs)


def test_a_mended_cell_is_said_with_its_row_and_column() -> None:
    (note,) = reading(row("walk"), row("tea", phone="1164960001")).notes
    assert (note.row, note.column) == (3, "phone") and "0116 496 0001" in note.what


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("phone", "1.16305E+09", "shortened"),
        ("phone", "3050004", "not one whole UK phone number"),
        ("verified", "FALSE", "unverified"),
        ("checked_on", "11/21/2026", "21/11/2026"),
    ],
)
def test_what_could_mean_two_things_is_refused_in_plain_words(column: str, cell: str, words: str) -> None:
    (problem,) = reading(row("tea", **{column: cell})).problems
    assert (problem.row, problem.column) == (2, column) and words in problem.what


def test_every_mistake_of_every_row_is_named_at_once() -> None:
    found = reading(row("tea", cost="cheap", email="x", phone="1"), row("tea", needs=""), row("walk", url="x"))
    assert {(problem.row, problem.column) for problem in found.problems} == {
        (2, "cost"), (2, "email"), (2, "phone"), (3, "id"), (3, "needs"), (4, "url"),
    }  # fmt: skip
