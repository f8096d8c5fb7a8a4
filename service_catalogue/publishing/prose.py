"""Phone numbers in running text. One that nobody has confirmed never goes out, in whichever field it stands."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import phonenumbers

_MAYBE = re.compile(r"(?:0|\+)[\d\s().–-]{6,}\d")
_WEB_AND_POST = ("id", "url", "email", "website", "term_uri", "postal_code", "number")
_TIMES = ("last_modified", "assured_date", "valid_from", "valid_to", "dtstart", "until", "opens_at", "closes_at")
_NO_PROSE = frozenset((*_WEB_AND_POST, *_TIMES, "byday", "bymonthday", "opening_hours"))


def held_back(record: Any, confirmed: Collection[str], instead: str) -> Any:
    """A JSON record, list or text with every UK phone number in its texts replaced by `instead`, except those in
    `confirmed` (as people write them). Ids, addresses on the web, dates and times stay as they are."""
    if isinstance(record, str):
        return _text(record, {_digits(number) for number in confirmed}, instead) if _MAYBE.search(record) else record
    if isinstance(record, list):
        return [held_back(item, confirmed, instead) for item in record]
    if isinstance(record, dict):
        return {
            key: value if key in _NO_PROSE or key.endswith("_id") else held_back(value, confirmed, instead)
            for key, value in record.items()
        }
    return record


def _text(text: str, confirmed: set[str], instead: str) -> str:
    pieces, done = [], 0
    for match in phonenumbers.PhoneNumberMatcher(text, "GB", phonenumbers.Leniency.POSSIBLE):
        # Charity and company numbers look like local numbers; a phone number in prose starts with 0 or +.
        if match.raw_string.lstrip("( ").startswith(("0", "+")) and _digits(match.raw_string) not in confirmed:
            pieces += [text[done : match.start], instead]
            done = match.end
    return "".join([*pieces, text[done:]])


def _digits(number: str) -> str:
    """Digits as dialled within the country: "+44 (0)116 496 0001" -> 01164960001."""
    digits = re.sub(r"\D", "", number)
    return re.sub(r"^44(?=\d{9})0?", "0", digits)
