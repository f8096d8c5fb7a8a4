"""Whatever a spreadsheet made of the file is read as what was meant; what goes out runs no formula and comes back the same."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_catalogue.csv_table import Problem, read_table, write_table

PLAIN = [{"id": "tea-club", "name": "Tea Club"}, {"id": "cafe", "name": "Café “Nôtre” – Men’s"}]
TEXT = "id,name\ntea-club,Tea Club\ncafe,Café “Nôtre” – Men’s\n"


def cells(content: bytes, optional: tuple[str, ...] = ()) -> list[dict[str, str]]:
    table = read_table(content, ("id", "name"), optional)
    assert not table.problems
    return [row for _, row in table.rows]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        TEXT.replace("\n", "\r").encode(),
        TEXT.encode("cp1252"),
        TEXT.replace(",", ";").encode("cp1252"),
        ("sep=;\r\n" + TEXT.replace(",", ";")).encode(),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace("id,name", "ID, Name ").encode(),
        (TEXT + "\n,\n,,,\n\n").encode(),
        TEXT.replace("\n", ",,\n").encode(),
    ],
)
def test_every_way_of_saving_the_same_table_is_read_alike(content: bytes) -> None:
    assert cells(content) == PLAIN


def test_columns_may_stand_in_any_order_and_empty_cells_at_the_end_may_be_left_out() -> None:
    """Excel leaves out empty cells at the end of long stretches of rows."""
    content = b"name,alert,id,phone\nTea Club,,tea-club\n"
    assert cells(content, ("alert", "phone")) == [{"id": "tea-club", "name": "Tea Club", "alert": "", "phone": ""}]


def test_rows_are_numbered_as_the_spreadsheet_numbers_them() -> None:
    """Empty rows count, and a cell of two lines is one row."""
    table = read_table(b'id,name\n\na,"Tea\nClub"\n,\nb,Walk\n', ("id", "name"), ())
    assert [(number, row["id"]) for number, row in table.rows] == [(3, "a"), (5, "b")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem(0, "", "the first row must hold the names of the columns")),
        (b"id\na\n", Problem(1, "name", "this column is missing")),
        (b"id,name,name\n", Problem(1, "name", "this column is there twice")),
        (b"id,name,capcity\n", Problem(1, "capcity", "this column is not known; did you mean capacity?")),
        (b"id,name,colour\n", Problem(1, "colour", "this column is not known; take it out, nothing here reads it")),
        (b"id,name\na,b,c\n", Problem(2, "", "there is text right of the last column that has a name")),
        (b"id,name\na,#REF!\n", Problem(2, "name", "the spreadsheet shows an error here (#REF!)")),
        (b"id,name\na,####\n", Problem(2, "name", "the spreadsheet shows an error here (####)")),
    ],
)
def test_a_table_that_cannot_be_right_says_where_and_why(content: bytes, problem: Problem) -> None:
    assert problem in read_table(content, ("id", "name"), ("capacity",)).problems


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04....", "workbook"),
        (b"id,name\na,\x81\x8d\n", "letters"),
        (b"id,name\0\n", "letters"),
        (b'id,name\na,"tea\n', "quotation mark"),
    ],
)
def test_what_is_no_csv_file_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    (problem,) = read_table(content, ("id", "name"), ()).problems
    assert words in problem.what and problem.row == 0


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    read_table(content, ("id", "name"), ())
    read_table(b"id,name\n" + content, ("id", "name"), ())


# What the reader keeps: text without spaces at its ends and with plain line ends.
written = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\u00a0"), max_size=30).map(
    str.strip
)


@given(st.lists(st.tuples(st.one_of(written, written.map(lambda text: "=" + text)), written), max_size=5))
def test_what_is_written_comes_back_the_same_and_no_cell_of_it_is_a_formula(rows: list[tuple[str, str]]) -> None:
    given_rows = [{"id": id, "name": name} for id, name in rows]
    content = write_table(("id", "name"), given_rows)
    table = read_table(content, ("id", "name"), ())
    shown = [row for row in given_rows if any(row.values())]
    errors = [problem for problem in table.problems if not problem.what.startswith("the spreadsheet shows an error")]
    assert [row for _, row in table.rows] == shown and not errors
    for record in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        assert not [cell for cell in record if cell.startswith(("=", "+", "-", "@")) and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("cell", ["=1+1", "+44 116 305 0004", "-2+3", "@SUM(A1)", "'=1", "''+1", "-tea", "＝1"])
def test_a_cell_that_could_be_a_formula_is_guarded_on_the_way_out(cell: str) -> None:
    content = write_table(("id", "name"), [{"id": "a", "name": cell}])
    assert f",'{cell}\r\n".encode() in content
    assert cells(content) == [{"id": "a", "name": cell}]


def test_a_plain_number_below_nought_needs_no_guard() -> None:
    assert b",-1.1398\r\n" in write_table(("id", "name"), [{"id": "a", "name": "-1.1398"}])
