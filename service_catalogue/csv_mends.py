"""What spreadsheets do to cells by themselves, undone where only one reading is possible and refused where not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from common import phone

_EXCEL_DAY_ZERO = date(1899, 12, 30)
_WRITTEN_DATES = (
    "%d/%m/%Y",
    "%d/%m/%y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B, %Y",
)
_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?$")
# Excel takes "24/7" for the 24th of July.
_JULY_24 = re.compile(
    r"24[-/. ](?:0?7|jul|july)(?:[-/. ](?:\d\d|\d{4}))?(?: 00:00(?::00)?)?|\d{4}-07-24(?: 00:00:00)?", re.I
)
_FLAT_QUOTES = str.maketrans("‘’“”–—−", "''\"\"---")
_BOOLEANS = {"true": "yes", "wahr": "yes", "vrai": "yes"}

Mended = tuple[str, str]  # the cell as it is meant, and what was done to it, in words ("" when nothing worth saying)


def mend(column: str, cell: str) -> Mended:
    """The cell as it was meant. A cell that is fine, or past mending, comes back as it is."""
    return _MENDS.get(column, _as_it_is)(cell) if cell else (cell, "")


def _as_it_is(cell: str) -> Mended:
    return cell, ""


def _plain_marks(cell: str) -> Mended:
    """Curly quotes and long dashes, which spreadsheets put in while one types, in a cell that has a grammar."""
    return cell.translate(_FLAT_QUOTES), ""


def _choice(cell: str) -> Mended:
    return cell.casefold().translate(_FLAT_QUOTES), ""


def _verified(cell: str) -> Mended:
    # FALSE is left to be refused: it could mean "unverified" or "no".
    meant = _BOOLEANS.get(cell.casefold())
    return (meant, f"{cell} was read as yes") if meant else _choice(cell)


def _phone(cell: str) -> Mended:
    """A number whose leading nought or plus the spreadsheet took away: mended when the rest makes a real UK number."""
    digits = re.sub(r"[ .]0$", "", cell).replace(" ", "")
    if not re.fullmatch(r"[1-9]\d{6,11}", digits) or re.fullmatch(r"116\d{3}", digits):
        return cell.translate(_FLAT_QUOTES), ""
    found = phone.normalise(f"+{digits}" if digits.startswith("44") and len(digits) > 10 else f"0{digits}", True)
    if found is None:
        return cell, ""
    number = phone.national(found)
    return number, f"{cell} was read as {number}: spreadsheets take the first 0 away"


def _day(cell: str) -> Mended:
    """A date as people and spreadsheets write it in Britain, day first."""
    text = _MIDNIGHT.sub("", cell)
    for form in ("%Y-%m-%d", *_WRITTEN_DATES):
        try:
            return datetime.strptime(text, form).date().isoformat(), ""
        except ValueError:
            continue
    if re.fullmatch(r"[2-7]\d{4}(?:\.0)?", text):
        meant = (_EXCEL_DAY_ZERO + timedelta(days=int(float(text)))).isoformat()
        return meant, f"{cell} was read as {meant}, the way spreadsheets number days"
    return cell, ""


def _hours(cell: str) -> Mended:
    if cell != "24/7" and _JULY_24.fullmatch(cell):
        return "24/7", f"{cell} was read as 24/7: spreadsheets take it for a date"
    return _plain_marks(cell)


def _whole_number(cell: str) -> Mended:
    return re.sub(r"\.0+$", "", cell), ""


def _number(cell: str) -> Mended:
    """A decimal comma, as some spreadsheets write it."""
    return re.sub(r"^(-?\d+),(\d+)$", r"\1.\2", cell.translate(_FLAT_QUOTES)), ""


def _postcode(cell: str) -> Mended:
    text = re.sub(r"\s+", "", cell).upper()
    return (f"{text[:-3]} {text[-3:]}" if re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", text) else text), ""


_MENDS: dict[str, Callable[[str], Mended]] = {
    "id": _plain_marks,
    "needs": _choice,
    "areas": _plain_marks,
    "phone": _phone,
    "phone_kind": _choice,
    "opening_hours": _hours,
    "cost": _choice,
    "referral_route": _choice,
    "verified": _verified,
    "checked_on": _day,
    "minimum_age": _whole_number,
    "maximum_age": _whole_number,
    "gender": _choice,
    "attending": _choice,
    "capacity": _choice,
    "postcode": _postcode,
    "latitude": _number,
    "longitude": _number,
    "accessibility": _choice,
    "status": _choice,
}
