"""Errors in the files that local people maintain name the file, the row and what is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from common.local_data import LocalDataError, read_csv, read_date, read_yaml


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_yaml_is_read(tmp_path: Path) -> None:
    """Keys and values, with letters of any language."""
    assert read_yaml(write(tmp_path / "a.yml", "name: Café\nlist: [1, two]\n")) == {"name": "Café", "list": [1, "two"]}


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "just text", "7", "# only a comment\n"])
def test_yaml_without_keys_is_an_error(tmp_path: Path, content: str) -> None:
    """A list, a text or nothing cannot be used."""
    with pytest.raises(LocalDataError, match=r"a\.yml: expected keys and values"):
        read_yaml(write(tmp_path / "a.yml", content))


@pytest.mark.parametrize("content", ["a: [1, 2", "a: 1\n\tb: 2", "a: b: c", "a: !!python/object/apply:os.getcwd []"])
def test_broken_yaml_names_file_and_line(tmp_path: Path, content: str) -> None:
    """Whoever wrote it can find the line; nothing in it is ever run."""
    with pytest.raises(LocalDataError, match=r"(?s)a\.yml: .*line \d"):
        read_yaml(write(tmp_path / "a.yml", content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """For both kinds of file."""
    with pytest.raises(LocalDataError, match=r"none\.yml: the file is missing"):
        read_yaml(tmp_path / "none.yml")
    with pytest.raises(LocalDataError, match=r"none\.csv: the file is missing"):
        read_csv(tmp_path / "none.csv", ())


def test_csv_is_read(tmp_path: Path) -> None:
    """Rows as dictionaries of stripped text; a spreadsheet's byte-order mark and quoted commas are fine."""
    path = tmp_path / "a.csv"
    path.write_text('name,area\n Hose , Melton \n"Ashby, the town",\n', encoding="utf-8-sig")
    assert read_csv(path, ("name", "area")) == [
        {"name": "Hose", "area": "Melton"},
        {"name": "Ashby, the town", "area": ""},
    ]


def test_csv_with_only_its_first_line_is_empty(tmp_path: Path) -> None:
    """A list may be empty."""
    assert read_csv(write(tmp_path / "a.csv", "name,area\n"), ("name",)) == []


@pytest.mark.parametrize("content", ["", "name\nHose\n", "Name,Area\nHose,Melton\n"])
def test_missing_columns_are_named(tmp_path: Path, content: str) -> None:
    """All of them at once."""
    with pytest.raises(LocalDataError, match=r"a\.csv: columns missing: .*area"):
        read_csv(write(tmp_path / "a.csv", content), ("name", "area"))


@pytest.mark.parametrize("row", ["Hose", "Hose,Melton,more", "Ashby, the town, North West"])
def test_a_row_of_another_length_is_named(tmp_path: Path, row: str) -> None:
    """Usually a comma too few or too many; the first line counts as row 1, as in a spreadsheet."""
    with pytest.raises(LocalDataError, match=r"a\.csv: row 3 "):
        read_csv(write(tmp_path / "a.csv", f"name,area\nWigston,Oadby\n{row}\n"), ("name",))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2026-11-21", date(2026, 11, 21)), (date(2026, 11, 21), date(2026, 11, 21)), ("", None), (None, None)],
)
def test_dates_are_read(value: str | date | None, expected: date | None) -> None:
    """As text, as YAML's own date, or not given."""
    assert read_date(value, "row 1") == expected


@pytest.mark.parametrize("value", ["21/11/2026", "21 November 2026", "2026-13-01", "2026-02-30", "soon"])
def test_other_dates_are_refused(value: str) -> None:
    """The message says where, what was written and how a date looks."""
    with pytest.raises(LocalDataError, match=r"contacts\.yml, samaritans: .* is not a date like 2026-11-21"):
        read_date(value, "contacts.yml, samaritans")
