"""The row of a spreadsheet: one row under its headings, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from referrals.exports.csv_row import COLUMNS, as_csv, safe
from tests.referrals.export_support import WORDS, record_of

START = re.compile(r"\s*[=+\-@\uff0b\uff0d\uff1d\uff20]")
ATTACKS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "a;=cmd|' /C calc'!A0",
    "a\t@x",
    "a\n+44",
    "＝1+1",
    "\u00a0=1",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_d8_no_cell_can_start_a_formula(attack: str):
    """Wherever a resident types it, also where a spreadsheet of another country would see a new cell."""
    fields = (
        "own_words",
        "name",
        "safe_note",
        "best_time",
        "place",
        "language",
        "access_needs",
        "what_matters",
        "what_tried",
    )
    record = record_of(
        **dict.fromkeys(fields, attack), services_shown=(attack,), reasons=(attack,), answers=((attack, attack),)
    )
    row = next(iter(list(csv.reader(io.StringIO(as_csv(record, WORDS).decode("utf-8-sig"), newline="")))[1:]))
    for cell in row:
        assert not any(START.match(part) for part in re.split(r"[;\t\r\n|]", cell)), cell
        assert cell[:1] not in ("\t", "\r", "\n")


@settings(max_examples=300, deadline=None)
@for_any(st.text(alphabet=st.sampled_from(list("=+-@;|\t\n\r, 'a\"\u00a0＝")), max_size=12))
def test_d8_guarding_adds_apostrophes_and_takes_nothing(text: str):
    """For any mixture of dangerous characters; taken off again, the text is as it was."""
    guarded = safe(text)
    assert not any(START.match(part) for part in re.split(r"[;\t\r\n|]", guarded))
    assert guarded.replace("'", "") == text.replace("'", "")


def test_a_heading_row_and_one_row_all_quoted():
    """The first row names every column, the second holds the referral, also with quotes and line ends in it."""
    words = 'she said "no",\nthen; left'
    content = as_csv(record_of(own_words=words), WORDS)
    assert content.startswith(b'\xef\xbb\xbf"format_version","reference"') and content.endswith(b'"\r\n')
    heading, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert tuple(heading) == COLUMNS and len(set(COLUMNS)) == len(COLUMNS)
    assert dict(zip(heading, row, strict=True))["own_words"] == words


def test_a_number_is_written_as_people_read_it():
    """With its first nought, and not as a sum."""
    heading, row = csv.reader(io.StringIO(as_csv(record_of(), WORDS).decode("utf-8-sig"), newline=""))
    assert dict(zip(heading, row, strict=True))["contact"] == "07700 900123"
