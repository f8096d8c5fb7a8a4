"""Reading and checking data/catalogue/services.csv. Every mistake names its row and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from common.local_data import LocalDataError, read_csv, read_date
from service_catalogue.identity import slug
from service_catalogue.local import AREAS, NeedCodes
from service_catalogue.osm_hours import HoursError, check

COLUMNS = (
    "id",
    "name",
    "organisation",
    "summary",
    "needs",
    "areas",
    "phone",
    "phone_kind",
    "email",
    "url",
    "opening_hours",
    "cost",
    "eligibility",
    "referral_route",
    "languages",
    "source",
    "verified",
    "checked_on",
)

_PHONE = re.compile(r"(?:\+44 ?|0)\d[\d ]{7,13}|\d{3,5}|116 ?\d{3}")
_NUMBER_IN_TEXT = re.compile(r"\b(?:\+44|0)[\d ]{8,14}\d\b")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOST_SHOWN = 20


@dataclass(frozen=True)
class StarterRow:
    """One service of the starter file, checked. Empty text means not known."""

    id: str
    name: str
    organisation: str
    summary: str
    needs: tuple[str, ...]
    areas: tuple[str, ...]
    phone: str
    phone_kind: str
    email: str
    url: str
    opening_hours: str
    cost: str
    eligibility: str
    referral_route: str
    languages: tuple[str, ...]
    source: str
    verified: bool
    checked_on: date | None


def read_starter(csv_path: Path, codes: NeedCodes) -> list[StarterRow]:
    """The rows that may be loaded: those whose `verified` is not `no` (they are checked all the same).

    Raises LocalDataError listing every mistake, each as "row N, column C: what is wrong".
    """
    raw = read_csv(csv_path, COLUMNS)
    problems: list[str] = []
    rows: list[StarterRow] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(raw, start=2):
        found = _problems(cells, codes)
        if not found and (first := seen.setdefault(cells["id"], number)) != number:
            found = [("id", f"the same as in row {first}")]
        problems += [f"{csv_path.name}: row {number}, column {column}: {what}" for column, what in found]
        if not found and cells["verified"] != "no":
            rows.append(_row(cells))
    if problems:
        more = f"\n... and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        raise LocalDataError("\n".join(problems[:_MOST_SHOWN]) + more)
    return rows


def _problems(cells: dict[str, str], codes: NeedCodes) -> list[tuple[str, str]]:
    checks: list[tuple[str, Callable[[str], str]]] = [
        ("id", lambda text: "" if text and slug(text) == text else "expected small letters, digits and hyphens"),
        *((column, _filled) for column in ("name", "organisation", "summary", "source")),
        ("needs", lambda text: _all_known(text, codes.known)),
        ("areas", lambda text: _all_known(text, AREAS)),
        ("phone", lambda text: "" if not text or _PHONE.fullmatch(text) else "expected one UK phone number"),
        ("phone_kind", lambda text: _one_of(text, "", "text")),
        ("email", lambda text: "" if not text or _EMAIL.fullmatch(text) else "expected an email address"),
        ("url", _web_address),
        ("opening_hours", _hours),
        ("cost", lambda text: _one_of(text, "free", "paid", "unknown")),
        ("referral_route", lambda text: _one_of(text, "self", "professional", "both")),
        ("verified", lambda text: _one_of(text, "yes", "unverified", "no")),
        ("checked_on", _day),
    ]
    found = [(column, what) for column, check_cell in checks if (what := check_cell(cells[column]))]
    if cells["verified"] != "yes":
        # A number in running text cannot be held back, so an unverified one may stand only in its own column.
        for column in ("name", "summary", "eligibility", "organisation"):
            if _NUMBER_IN_TEXT.search(cells[column]):
                found.append((column, "a phone number that is not verified belongs in the column phone"))
    return found


def _row(cells: dict[str, str]) -> StarterRow:
    return StarterRow(
        **{key: cells[key] for key in COLUMNS if key not in ("needs", "areas", "languages", "verified", "checked_on")},
        needs=_list(cells["needs"]),
        areas=_list(cells["areas"]),
        languages=_list(cells["languages"]),
        verified=cells["verified"] == "yes",
        checked_on=read_date(cells["checked_on"], "checked_on"),
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _filled(text: str) -> str:
    return "" if text else "must not be empty"


def _one_of(text: str, *allowed: str) -> str:
    return "" if text in allowed else f"{text!r} is none of {', '.join(repr(word) for word in allowed)}"


def _all_known(text: str, known: frozenset[str]) -> str:
    unknown = [part for part in _list(text) if part not in known]
    if unknown:
        return f"unknown: {', '.join(unknown)}"
    return _filled("".join(_list(text)))


def _web_address(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return "not a web address"
    good = parts.scheme in ("http", "https") and "." in parts.netloc and not re.search(r"\s", text)
    return "" if good else "a web address starts with https:// or http://"


def _hours(text: str) -> str:
    try:
        check(text)
    except HoursError as error:
        return str(error)
    return ""


def _day(text: str) -> str:
    try:
        read_date(text, "checked_on")
    except LocalDataError:
        return f"{text!r} is not a date like 2026-11-21"
    return ""
