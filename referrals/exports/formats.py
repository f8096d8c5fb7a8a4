"""The five forms of an export, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from referrals.exports.csv_row import as_csv
from referrals.exports.fhir import as_fhir
from referrals.exports.json_file import as_json
from referrals.exports.pdf import as_pdf
from referrals.exports.record import ExportRecord
from referrals.exports.text import as_text
from referrals.packet_words import PacketWords


@dataclass(frozen=True)
class Format:
    """`make` gives the bytes of the file; `ending` follows the reference in its name."""

    label: str
    media_type: str
    ending: str
    make: Callable[[ExportRecord, PacketWords], bytes]
    charset: str | None = "utf-8"
    takes_own: bool = False  # whether notes and attempts of the team can go with it


FORMATS: dict[str, Format] = {
    "text": Format("Plain text", "text/plain", "txt", as_text, takes_own=True),
    "pdf": Format("PDF", "application/pdf", "pdf", as_pdf, charset=None, takes_own=True),
    "csv": Format("CSV (spreadsheet)", "text/csv", "csv", as_csv),
    "json": Format("JSON", "application/json", "json", as_json, takes_own=True),
    "fhir": Format("FHIR R4 (UK Core)", "application/fhir+json", "fhir.json", as_fhir),
}
