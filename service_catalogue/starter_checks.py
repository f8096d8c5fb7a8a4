"""What each column of the catalogue's spreadsheet may hold, in words for whoever edits it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from common.local_data import LocalDataError, read_date
from service_catalogue.identity import slug
from service_catalogue.local import AREAS, NeedCodes
from service_catalogue.osm_hours import HoursError, check

ATTENDING = ("venue", "online", "phone", "home")
ACCESSIBILITY = (
    "step_free",
    "accessible_toilet",
    "hearing_loop",
    "parking",
    "blue_badge_parking",
    "public_transport",
)
MASKED = "masked"
_LONGEST = {"id": 200, "name": 300, "organisation": 300, "phone": 40, "email": 320, "url": 500, "opening_hours": 500}
_LONGEST_TEXT = 8000
_LONGEST_NAME_OF_LANGUAGE = 100
_LONGEST_ADDRESS = 500
_PHONE = re.compile(r"(?:\+44 ?|0)\d[\d ]{7,13}|0800 ?1111|\d{3,5}|116 ?\d{3}")
# A number in running text, however it is spaced, and a short one that the text says to ring or text.
_NUMBER_IN_TEXT = re.compile(
    r"(?<!\w)(?!\d\d[.\-]\d\d[.\-]\d{2,4}\b)(?!\d{4}[\-–]\d{4}\b)(?:\+ ?44|\(?0)(?:[ ().\-–]{0,3}\d){6,12}\b"
    r"|\b(?:text(?: \w+ to)?|ring|rings|call|dial|phone|number is)(?: us)?(?: on)? \d{3} ?\d{0,3}\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_OUTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?")
_POSTCODE = re.compile(rf"{_OUTCODE.pattern}(?: \d[A-Z]{{2}})?")
_REFUGE = re.compile(r"\brefuges?\b|\bsafe (?:accommodation|house|home)", re.IGNORECASE)
_BRITAIN = {"latitude": (49.8, 60.9), "longitude": (-8.7, 1.8)}
_RUNNING_TEXT = ("name", "summary", "eligibility", "organisation", "waiting", "hours_note", "address", "alert")

Found = list[tuple[str, str]]  # column, what is wrong


def problems_of(cells: dict[str, str], codes: NeedCodes, today: date | None) -> Found:
    """Everything wrong in one row; `cells` has every column, "" where the file has none. `today`: the latest day on which
    somebody can have checked something."""
    checks: list[tuple[str, Callable[[str], str]]] = [
        ("id", lambda text: "" if text and slug(text) == text else "expected small letters, digits and hyphens"),
        *((column, _filled) for column in ("name", "organisation", "summary", "source")),
        ("organisation", lambda text: "" if slug(text) or not text else "expected a name in letters or digits"),
        ("needs", lambda text: _filled(text) or _all_of(text, codes.known)),
        ("areas", lambda text: _filled(text) or _all_of(text, AREAS)),
        ("phone", _phone),
        ("phone_kind", lambda text: _one_of(text, "", "text")),
        ("email", lambda text: "" if not text or _EMAIL.fullmatch(text) else "expected an email address"),
        ("url", _web_address),
        ("opening_hours", _hours),
        ("cost", lambda text: _one_of(text, "free", "paid", "unknown")),
        ("referral_route", lambda text: _one_of(text, "self", "professional", "both")),
        ("languages", _languages),
        ("verified", _verified),
        ("checked_on", lambda text: _day(text, today)),
        ("minimum_age", _age),
        ("maximum_age", _age),
        ("gender", lambda text: _one_of(text, "", "any", "women", "men")),
        ("attending", lambda text: _all_of(text, frozenset(ATTENDING))),
        ("capacity", lambda text: _one_of(text, "", "open", "waiting", "full", "unknown")),
        ("postcode", lambda text: "" if not text or _POSTCODE.fullmatch(text) else "expected a postcode, like LE3 8RA"),
        ("latitude", lambda text: _coordinate("latitude", text)),
        ("longitude", lambda text: _coordinate("longitude", text)),
        ("accessibility", lambda text: _all_of(text, frozenset(ACCESSIBILITY))),
        ("status", lambda text: _one_of(text, "", "active", "inactive", "defunct", "temporarily closed")),
    ]
    found = [(column, what) for column, check_cell in checks if (what := check_cell(cells[column]))]
    return found + _between_columns(cells) + _too_long(cells)


def is_refuge(cells: dict[str, str]) -> bool:
    """True when an address here could lead to people in hiding (a refuge or other safe accommodation)."""
    abuse = "domestic_abuse" in parts(cells["needs"])
    return abuse and bool(_REFUGE.search(f"{cells['name']} {cells['summary']}"))


def parts(text: str) -> tuple[str, ...]:
    """ "a; b" -> ("a", "b"), each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _between_columns(cells: dict[str, str]) -> Found:
    found = []
    if cells["verified"] != "yes":
        # A number in running text cannot be held back, so an unverified one may stand only in its own column.
        found += [
            (column, "a phone number that is not verified belongs in the column phone")
            for column in _RUNNING_TEXT
            if _NUMBER_IN_TEXT.search(cells[column])
        ]
    low, high = cells["minimum_age"], cells["maximum_age"]
    if low.isdecimal() and high.isdecimal() and int(low) > int(high):
        found.append(("maximum_age", f"{high} is below the minimum_age {low}"))
    if bool(cells["latitude"]) != bool(cells["longitude"]):
        found.append(("longitude", "latitude and longitude are filled together or not at all"))
    if is_refuge(cells) or cells["address"].casefold() == MASKED:
        if cells["address"].casefold() not in ("", MASKED):
            found.append(("address", f"the address of a refuge is never kept here; write {MASKED}"))
        if cells["latitude"]:
            found.append(("latitude", "where a refuge is, is never kept here; leave latitude and longitude empty"))
        if cells["postcode"] and not _OUTCODE.fullmatch(cells["postcode"]):
            found.append(("postcode", "of a refuge's postcode only the first half may stand here, like LE3"))
    return found


def _too_long(cells: dict[str, str]) -> Found:
    limits = {column: _LONGEST.get(column, _LONGEST_TEXT) for column in cells} | {"address": _LONGEST_ADDRESS}
    return [
        (column, f"longer than {limits[column]} characters")
        for column, text in cells.items()
        if len(text) > limits[column]
    ]


def _filled(text: str) -> str:
    return "" if text.strip("; ") else "must not be empty"


def _one_of(text: str, *allowed: str) -> str:
    return "" if text in allowed else f"{text!r} is none of {', '.join(repr(word) for word in allowed)}"


def _all_of(text: str, known: frozenset[str]) -> str:
    unknown = [part for part in parts(text) if part not in known]
    return f"unknown: {', '.join(unknown)}" if unknown else ""


def _phone(text: str) -> str:
    if re.search(r"\d[eE]\+?\d", text):
        return f"the spreadsheet has shortened the number to {text}; type it again with a space in it"
    return "" if not text or _PHONE.fullmatch(text) else f"{text!r} is not one whole UK phone number"


def _verified(text: str) -> str:
    if text == "false":
        return "FALSE is not clear enough: write unverified (kept, its number not shown) or no (not used)"
    return _one_of(text, "yes", "unverified", "no")


def _languages(text: str) -> str:
    return "" if all(len(name) <= _LONGEST_NAME_OF_LANGUAGE for name in parts(text)) else "separate languages with ;"


def _web_address(text: str) -> str:
    if not text:
        return ""
    try:
        address = urlsplit(text)
    except ValueError:
        return "not a web address"
    good = address.scheme in ("http", "https") and "." in address.netloc and not re.search(r"\s", text)
    return "" if good else "a web address starts with https:// or http://"


def _hours(text: str) -> str:
    try:
        check(text)
    except HoursError as error:
        return str(error)
    return ""


def _day(text: str, today: date | None) -> str:
    try:
        day = read_date(text, "checked_on")
    except LocalDataError:
        return f"{text!r} is not a date like 2026-11-21 or 21/11/2026"
    return "this day is still to come" if day and today and day > today else ""


def _age(text: str) -> str:
    return "" if not text or re.fullmatch(r"1[01]\d|120|\d{1,2}", text) else f"{text!r} is not an age in whole years"


def _coordinate(column: str, text: str) -> str:
    low, high = _BRITAIN[column]
    if not text or (re.fullmatch(r"-?\d{1,2}(?:\.\d+)?", text) and low <= float(text) <= high):
        return ""
    return f"{text!r} is not a {column} in Britain, like {'52.6369' if column == 'latitude' else '-1.1398'}"
