"""What the PDF can print, and what it does with the rest."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st
from pypdf import PdfReader

from referrals.exports.letters import shown
from referrals.exports.pdf import FONTS, as_pdf, letters_of_font
from tests.referrals.export_support import KINDS, WORDS, record_of


def test_the_font_has_all_latin_letters():
    """Latin, its supplements and extensions A, B and Additional: every language of Europe, Vietnamese and Welsh too."""
    latin = [c for c in (*range(0x250), *range(0x1E00, 0x1F00)) if unicodedata.name(chr(c), "").startswith("LATIN")]
    mediaeval = set(range(0x1EFC, 0x1F00))  # Middle Welsh: read as descriptions
    assert set(latin) - letters_of_font() == mediaeval
    assert "licence" in (FONTS / "LICENCE.txt").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Żółć, naïve, Ştefan, Đặng, Ŵyn – “fine” €5", None),
        ("મને મદદ જોઈએ છે, please", "[Gujarati: 12 letters], please"),
        ("help 🙂", "help [slightly smiling face]"),
        ("我需要 帮助 now", "[Chinese: 5 letters] now"),
        ("السلام", "[Arabic: 6 letters]"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("zero\u200bwidth", "zero\u200bwidth"),
    ],
)
def test_letters_the_font_lacks_are_named(text: str, printed: str | None):
    """A run of another script by its name and length, a picture by its own name; what the font has is untouched."""
    result, replaced = shown(text, letters_of_font())
    if "\u200b" in text:
        assert result.replace("\u200b", "") == "zerowidth" and not replaced
    else:
        assert result == (printed or text)
        assert replaced is ("[" in result)


@settings(max_examples=300, deadline=None)
@for_any(st.text(max_size=40))
def test_nothing_that_can_be_seen_vanishes(text: str):
    """For any text, what is printed is printable; where a letter with a look of its own was replaced, it says so."""
    result, replaced = shown(text, letters_of_font())
    assert all(ord(letter) in letters_of_font() or letter in "\n\t" for letter in result)
    composed = unicodedata.normalize("NFC", text)
    lacking = [c for c in composed if ord(c) not in letters_of_font() and unicodedata.category(c)[0] in "LNS"]
    assert replaced or not lacking


def test_a_short_packet_is_one_page_and_a_long_one_is_all_there():
    """A4; long words run on to further pages with a number on each."""
    assert len(PdfReader(io.BytesIO(as_pdf(record_of(**KINDS["maximal"]), WORDS))).pages) == 1
    long = PdfReader(io.BytesIO(as_pdf(record_of(**KINDS["ten thousand letters"]), WORDS)))
    assert len(long.pages) > 1
    for number, page in enumerate(long.pages, start=1):
        assert f"Page {number} of {len(long.pages)}" in page.extract_text()


def test_the_pdf_tells_nothing_in_its_properties():
    """The title is the reference; no name, no need."""
    pdf = PdfReader(io.BytesIO(as_pdf(record_of(), WORDS)))
    assert pdf.metadata is not None and pdf.metadata.title == "K7M-4PR"
    assert "Test Resident" not in str(dict(pdf.metadata))
