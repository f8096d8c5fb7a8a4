"""Postcodes as residents type them, and what the first half of one says about where they live."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assessment.gazetteer import word_set
from common.local_data import LocalDataError, read_csv

VERDICTS = frozenset({"one district", "likely district", "ambiguous", "city", "rutland", "outside", "not_residential"})
# Every postcode area of the United Kingdom: keeps "a4" or "b12" in ordinary text from being mistaken for one elsewhere.
AREAS = word_set(
    "AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP "
    "HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG "
    "SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
_FULL = re.compile(r"\b([A-Z]{1,2})\s?(\d{1,2}[A-Z]?)[\s-]*([\dO][ABD-HJLNP-UW-Z]{2})\b")
_OUTCODE = re.compile(r"\b([A-Z]{1,2})\s?(\d{1,2}[A-Z]?)\b")
_WHOLE_OUTCODE = re.compile(r"(?:.*\bPOST ?CODE(?: IS|'S|S)?:? )?([A-Z]{1,2})\s?(\d{1,2}[A-Z]?)[.!,]?")


@dataclass(frozen=True)
class Postcode:
    """`outcode` such as "LE8"; `full` such as "LE8 5AB", or None when only the first half was given."""

    outcode: str
    full: str | None

    def __str__(self) -> str:
        return self.full or self.outcode

    @property
    def sector(self) -> str:
        """ "LE8 5", some thousand homes, where the postcode is whole; otherwise the outcode."""
        return self.full[:-2] if self.full else self.outcode


@dataclass(frozen=True)
class Outcode:
    """One row of postcode_districts.csv: possible areas, the likeliest first, and a few places in each to show as a hint."""

    outcode: str
    verdict: str
    areas: tuple[str, ...]
    hints: dict[str, str]


def load_outcodes(path: Path) -> dict[str, Outcode]:
    """All rows of postcode_districts.csv by outcode. Raises LocalDataError naming the row."""
    table: dict[str, Outcode] = {}
    for number, row in enumerate(read_csv(path, ("outcode", "verdict", "options", "places")), start=2):
        areas = tuple(part for part in row["options"].split(";") if part)
        if row["verdict"] not in VERDICTS:
            raise LocalDataError(
                f"{path}: row {number}: verdict {row['verdict']!r} is not one of {', '.join(sorted(VERDICTS))}"
            )
        if not areas and row["verdict"] != "not_residential":
            raise LocalDataError(f"{path}: row {number}: options are empty")
        hints = dict(part.split("=", 1) for part in row["places"].split(";") if "=" in part)
        table[row["outcode"]] = Outcode(row["outcode"], row["verdict"], areas, hints)
    return table


def parse_postcode(text: str, known: frozenset[str] | set[str] = frozenset()) -> Postcode | None:
    """
    The first postcode in a text: spaced or not, any case, an O for a nought forgiven.

    The first half alone counts anywhere when it is in `known`, otherwise only when it is the whole text or follows "postcode".
    """
    upper = " ".join(text.upper().split())
    for match in _FULL.finditer(upper):
        if match[1] in AREAS:
            outcode = match[1] + match[2]
            return Postcode(outcode, f"{outcode} {match[3].replace('O', '0', 1) if match[3][0] == 'O' else match[3]}")
    whole = _WHOLE_OUTCODE.fullmatch(upper)
    if whole and whole[1] in AREAS:
        return Postcode(whole[1] + whole[2], None)
    for match in _OUTCODE.finditer(upper):
        if match[1] + match[2] in known:
            return Postcode(match[1] + match[2], None)
    return None
