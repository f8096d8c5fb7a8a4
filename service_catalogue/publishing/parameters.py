"""The query parameters of the read API, checked. An empty one counts as not given, except page and per_page."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timezone

from service_catalogue.publishing.refusal import Refused, bad

PER_PAGE, MOST_PER_PAGE, MOST_FULL, MOST_MINIMAL = 50, 500, 100, 10_000
MOST_METRES = 200_000
_LONGEST_SEARCH = 200
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)(?:[0-9][A-Z]{2})?")
# A "+" that was not written as %2B arrives as a space.
_LOST_PLUS = re.compile(r"(?<=:[0-9]{2}) (?=[0-9]{2}:?[0-9]{2}$)|(?<=\.[0-9]{3}) (?=[0-9]{2}:?[0-9]{2}$)")


@dataclass(frozen=True)
class Filters:
    """What is asked for. Conditions hold together; None and "" ask for nothing."""

    search: str = ""
    term_id: str = ""
    taxonomy_id: str = ""
    organization_id: str = ""
    modified_after: datetime | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    day: str = ""  # MO to SU
    start_time: str = ""  # 09:00
    end_time: str = ""
    postcode: str = ""  # capitals, no space; whole or its first half
    outcode: str = ""
    proximity: int | None = None  # metres


@dataclass(frozen=True)
class Page:
    """Which part of a list, and how much of each record."""

    number: int = 1
    size: int = PER_PAGE
    full: bool = False
    minimal: bool = False
    lines: bool = False  # all of it, one JSON record a line

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size


Query = Mapping[str, str]


def filters(query: Query) -> Filters:
    """Raises Refused (400) naming the parameter that is wrong."""
    postcode, outcode = _postcode(query)
    proximity = _number(query, "proximity", 0, MOST_METRES)
    if proximity is not None and not postcode:
        raise Refused(400, "bad_parameter", "proximity needs a postcode as well.")
    low, high = _number(query, "minimum_age", 0, 130), _number(query, "maximum_age", 0, 130)
    if low is not None and high is not None and low > high:
        raise bad("minimum_age", "no more than maximum_age")
    return Filters(
        search=search_words(query),
        term_id=identifier(query, "taxonomy_term_id"),
        taxonomy_id=identifier(query, "taxonomy_id"),
        organization_id=identifier(query, "organization_id"),
        modified_after=_moment(query, "modified_after"),
        minimum_age=low,
        maximum_age=high,
        day=_day(query),
        start_time=_time(query, "start_time"),
        end_time=_time(query, "end_time"),
        postcode=postcode,
        outcode=outcode,
        proximity=None if proximity is None else int(proximity),
    )


def page(query: Query) -> Page:
    """Raises Refused (400). `minimal` lists are meant to be read in one go, so their pages may be longer;
    pages of whole records are shorter: making one must not hold up the residents who write meanwhile."""
    minimal, full = flag(query, "minimal"), flag(query, "full") or flag(query, "full_service")
    most = MOST_MINIMAL if minimal else MOST_FULL if full else MOST_PER_PAGE
    return Page(
        number=_whole(query, "page", 1, 10**6),
        size=_whole(query, "per_page", MOST_MINIMAL if minimal else PER_PAGE, most),
        full=full,
        minimal=minimal,
        lines=_choice(query, "format", "json", "ndjson") == "ndjson",
    )


def flag(query: Query, name: str) -> bool:
    return _choice(query, name, "false", "true") == "true"


def search_words(query: Query) -> str:
    """`search`, or `text` as version 1 of the standard called it."""
    text = " ".join((query.get("search", "") or query.get("text", "")).split())
    if len(text) > _LONGEST_SEARCH:
        raise bad("search", f"at most {_LONGEST_SEARCH} letters long")
    return text.replace("\0", "")


def identifier(query: Query, name: str) -> str:
    text = query.get(name, "").strip()
    if not text:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise bad(name, "an id like 5c4d79d7-cc55-470e-9f1f-8cad074e4892") from None


def _choice(query: Query, name: str, default: str, other: str) -> str:
    text = query.get(name, "").strip().casefold() or default
    if text not in (default, other):
        raise bad(name, f"{default} or {other}")
    return text


def _whole(query: Query, name: str, default: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        raise bad(name, f"a whole number from 1 to {most}")
    return int(text)


def _number(query: Query, name: str, least: int, most: int) -> float | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,6})?", text) or not least <= float(text) <= most:
        raise bad(name, f"a number from {least} to {most}")
    return float(text)


def _moment(query: Query, name: str) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise bad(name, "a date or a time like 2026-11-21T09:30:00Z") from None


def _day(query: Query) -> str:
    text = query.get("day", "").strip().upper()
    if text and text[:2] in _DAYS and text in ("", *_DAYS, *_LONG_DAYS):
        return text[:2]
    if text:
        raise bad("day", "one of MO, TU, WE, TH, FR, SA, SU")
    return ""


_LONG_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def _time(query: Query, name: str) -> str:
    text = query.get(name, "").strip()
    if not text:
        return ""
    try:
        return f"{time.fromisoformat(text):%H:%M}"
    except ValueError:
        raise bad(name, "a time like 09:30") from None


def _postcode(query: Query) -> tuple[str, str]:
    text = re.sub(r"\s", "", query.get("postcode", "")).upper()
    if not text:
        return "", ""
    found = _POSTCODE.fullmatch(text)
    if not found:
        raise bad("postcode", "a United Kingdom postcode like LE1 1AA, or its first half")
    return text, found.group(1)
