"""PDF, for a printed file or a case system that takes documents; made by fpdf2 with a font of our own (fonts/LICENCE.txt)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from referrals.exports.letters import shown
from referrals.exports.record import ExportRecord, head, moment
from referrals.exports.text import as_text
from referrals.packet import Section
from referrals.packet_sections import sections
from referrals.packet_words import PacketWords

FONTS = Path(__file__).with_name("fonts")
_FAMILY = "DejaVu"
_SIZE, _SMALL, _TITLE, _HEAD = 9.5, 8.0, 10.5, 14.0  # points
_LINE = 4.5  # millimetres
_LABEL = 42.0  # millimetres: the column of labels
_QUESTION = 70.0  # millimetres: a label that is a question


@dataclass(frozen=True)
class Printed:
    """What is printed: `head` (the first pair is the title), a note above everything, the parts, a line at the foot of each
    page, and the same as plain text, which travels in the file."""

    reference: str
    made_at: datetime
    head: Sequence[tuple[str, str]]
    parts: Sequence[Section]
    foot: str
    text: bytes
    note: str = ""


def as_pdf(record: ExportRecord, words: PacketWords) -> bytes:
    """The whole packet on A4, nothing folded. The plain text travels in it as an attached file, letter for letter."""
    by = words.say("exported", who=record.exported_by, when=moment(record.exported_at))
    return print_pdf(
        Printed(
            reference=record.reference,
            made_at=record.exported_at,
            head=head(record, words),
            parts=[*sections(record.packet, words), *record.own],
            foot=f"{by} {words.say('keep_safe')}",
            text=as_text(record, words),
            note=words.say("hidden") if record.contact_hidden else "",
        ),
        words,
    )


def print_pdf(printed: Printed, words: PacketWords) -> bytes:
    """The file. What the font lacks (scripts other than Latin, Greek and Cyrillic; pictures) is printed as its description in
    square brackets (`letters.shown`), and the page then says so.
    """
    page = _Page(printed, words)
    page.put_head()
    for section in printed.parts:
        page.put_section(section)
    if page.replaced:
        page.put_note(words.say("missing_letters"))
    page.embed_file(bytes=printed.text, basename=f"{printed.reference}.txt", mime_type="text/plain")
    return bytes(page.output())


@cache
def letters_of_font() -> frozenset[int]:
    """The code points that both faces can print."""
    faces = [TTFont(path, lazy=True).getBestCmap() for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset(faces[0]).intersection(*faces[1:])


class _Page(FPDF):
    """One document. `replaced`: something was printed as a description."""

    def __init__(self, printed: Printed, words: PacketWords) -> None:
        super().__init__(format="A4")
        self.replaced = False
        self._printed, self._words = printed, words
        self.add_font(_FAMILY, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(_FAMILY, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_margins(15, 12, 15)
        self.set_auto_page_break(True, margin=16)
        self.set_title(printed.reference)
        self.set_lang("en-GB")
        self.set_creation_date(printed.made_at)
        self.alias_nb_pages(f"<{printed.reference}/pages>")  # not fpdf2's usual sign: a resident could have typed that
        self.add_page()

    def footer(self) -> None:
        words, printed = self._words, self._printed
        self.set_y(-12)
        number = words.say("page", number=self.page_no(), of=self.str_alias_nb_pages)
        self._font(_SMALL)
        self.cell(0, 4, f"{printed.reference}   {self._seen(printed.foot)}")
        self.set_x(self.l_margin)
        self.cell(0, 4, number, align="R")

    def put_head(self) -> None:
        known = self._printed.head
        self._font(_HEAD, "B")
        self._write(" ".join(known[0]), 7)
        self._font(_SIZE)
        self._pairs(known[1:], _LABEL)
        if self._printed.note:
            self.put_note(self._printed.note)

    def put_section(self, section: Section) -> None:
        self.ln(1.5)
        if self.will_page_break(4 * _LINE):  # a title does not stay behind alone
            self.add_page()
        self._font(_TITLE, "B")
        self._write(section.title, 5)
        self._font(_SIZE)
        for line in section.lines:
            self._write(f"\u2022 {line}" if len(section.lines) > 1 else line)
        self._pairs(section.pairs, _QUESTION if section.key in ("told", "not_asked") else _LABEL)

    def put_note(self, text: str) -> None:
        self.ln(1.5)
        self._font(_SIZE, "B")
        self._write(text)

    def _pairs(self, pairs: Sequence[tuple[str, str]], column: float) -> None:
        for label, value in pairs:
            if self.will_page_break(2 * _LINE):
                self.add_page()
            top, page = self.get_y(), self.page_no()
            self._font(_SIZE, "B")
            self.multi_cell(column - 2, _LINE, self._seen(label), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            below, page_below = self.get_y(), self.page_no()
            if page_below != page:
                top = below
            self.set_xy(self.l_margin + column, top)
            self._font(_SIZE)
            self.multi_cell(0, _LINE, self._seen(value) or "\u2013", align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            if self.page_no() == page_below:
                self.set_y(max(below, self.get_y()))

    def _write(self, text: str, height: float = _LINE) -> None:
        self.multi_cell(0, height, self._seen(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _seen(self, text: str) -> str:
        printed, replaced = shown(text, letters_of_font())
        self.replaced = self.replaced or replaced
        return printed.replace("\t", "    ")

    def _font(self, size: float, style: str = "") -> None:
        self.set_font(_FAMILY, style, size)
