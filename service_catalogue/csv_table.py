"""A table as spreadsheets save it: read whatever Excel or LibreOffice made of it, and write one that they open unharmed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

_MOST_BYTES = 20_000_000
_TEXT_MARK = "'"
# What makes a spreadsheet take a cell for a formula (the full-width signs count for Excel too). A plain number may stay.
_FORMULA = re.compile(rf"{_TEXT_MARK}*[=+\-@\t\r＝＋－＠]")
_MARKED = re.compile(rf"{_TEXT_MARK}+[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BROKEN = re.compile(r"#(?:REF!|NAME\?|VALUE!|N/A|DIV/0!|NULL!|NUM!|SPILL!|#+)")
_SEPARATORS = (",", ";", "\t")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell, as staff read it. `row` counts as the spreadsheet does (1 is the line of column names,
    0 the whole file); `column` is empty when it is the row as a whole."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        where = [f"row {self.row}"] if self.row else []
        where += [f"column {self.column}"] if self.column else []
        return f"{', '.join(where)}: {self.what}" if where else self.what


@dataclass
class Table:
    """The rows of a file by column name, each with its row number in the spreadsheet. Cells are stripped."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_table(content: bytes, required: Sequence[str], optional: Sequence[str]) -> Table:
    """Read a file that a spreadsheet saved: UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs, columns in any
    order, empty rows and columns left over. Never raises: what cannot be read is a problem."""
    if content.startswith(_WORKBOOKS):
        return _refused("this is a workbook. In the spreadsheet choose Save as, and CSV UTF-8")
    if len(content) > _MOST_BYTES:
        return _refused(f"the file is larger than {_MOST_BYTES // 1_000_000} MB")
    text = _decoded(content)
    if text is None:
        return _refused("the letters of this file cannot be read. Save it again as CSV UTF-8")
    separator, text = _separator(text, {*required, *optional})
    csv.field_size_limit(_MOST_BYTES)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        return _refused(f"a quotation mark is opened and not closed, or text stands after a closing one ({error})")
    return _table([[_cleaned(cell) for cell in record] for record in records], required, optional)


def write_table(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> bytes:
    """A CSV file that a spreadsheet opens with its letters right (a byte-order mark) and that runs no formula: a cell that
    could be one gets an apostrophe in front, which `read_table` takes away again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_marked(row.get(column, "")) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _marked(cell: str) -> str:
    return _TEXT_MARK + cell if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _cleaned(cell: str) -> str:
    cell = cell.replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n").strip()
    return cell[1:] if _MARKED.match(cell) else cell


def _refused(what: str) -> Table:
    return Table(problems=[Problem(0, "", what)])


def _decoded(content: bytes) -> str | None:
    """The text, or None. Windows-1252 is what Excel writes when it is not told otherwise."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _separator(text: str, known: set[str]) -> tuple[str, str]:
    """What stands between the cells, and the text without Excel's own line that says so ("sep=;")."""
    first, _, rest = text.partition("\n")
    if said := re.fullmatch(r'"?sep=([,;\t])"?\r?', first):
        return said[1], rest
    return max(_SEPARATORS, key=lambda mark: sum(_name(cell) in known for cell in first.split(mark))), text


def _name(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip().strip('"').strip().casefold())


def _table(records: list[list[str]], required: Sequence[str], optional: Sequence[str]) -> Table:
    table = Table()
    if not records or not any(records[0]):
        return _refused("the first row must hold the names of the columns")
    names = [_name(cell) for cell in records[0]]
    table.problems += _header_problems(names, required, optional)
    for number, record in enumerate(records[1:], start=2):
        if not any(record):
            continue
        # Spreadsheets leave out empty cells at the end of a row, or add some.
        cells = record + [""] * (len(names) - len(record))
        if any(cell and (at >= len(names) or not names[at]) for at, cell in enumerate(cells)):
            table.problems.append(Problem(number, "", "there is text right of the last column that has a name"))
        table.problems += [
            Problem(number, name, f"the spreadsheet shows an error here ({cell})")
            for name, cell in zip(names, cells, strict=False)
            if _BROKEN.fullmatch(cell)
        ]
        table.rows.append((number, {name: cell for name, cell in zip(names, cells, strict=False) if name}))
    return table


def _header_problems(names: list[str], required: Sequence[str], optional: Sequence[str]) -> list[Problem]:
    known = [*required, *optional]
    problems = [Problem(1, name, "this column is missing") for name in required if name not in names]
    for name in dict.fromkeys(filter(None, names)):
        if names.count(name) > 1:
            problems.append(Problem(1, name, "this column is there twice"))
        if name not in known:
            close = get_close_matches(name, known, 1, 0.75)
            hint = f"; did you mean {close[0]}?" if close else "; take it out, nothing here reads it"
            problems.append(Problem(1, name, f"this column is not known{hint}"))
    return problems
