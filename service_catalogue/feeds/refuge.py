"""Places where people hide from somebody who would harm them: nothing finer than the outward postcode is ever kept."""

from __future__ import annotations

import re
from typing import Any

_REFUGE = re.compile(
    r"\b(?:women'?s\s+)?refuges?\b|\bsafe\s*-?\s*houses?\b|\bsafe accommodation\b|\bsanctuary scheme\b", re.IGNORECASE
)
_NOT_ONE = re.compile(r"\b(?:wildlife|animal|bird|mountain|nature|donkey|horse|tidal)\s+refuges?\b", re.IGNORECASE)
_ABUSE = re.compile(
    r"\b(?:domestic|sexual|family|honou?r[- ]based)\s+(?:abuse|violence)\b|\bforced marriage\b|\bwomen'?s aid\b|\bcoercive control\b"
    r"|\bmodern slavery\b|\bhuman trafficking\b|\bsurvivors? of abuse\b",
    re.IGNORECASE,
)
_ROOF = re.compile(
    r"\b(?:accommodation|housing|hous(?:e|es)|hostels?|shelter|a safe place to (?:stay|live)|bedspaces?)\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*[0-9OI][A-Z]{2}\b", re.IGNORECASE)
_STREET = re.compile(
    r"\b(?:(?:flat|unit|no\.?)\s*)?\d{1,4}[a-z]?(?:\s*-\s*\d{1,4}[a-z]?)?,?\s+(?:[A-Z][\w'’.-]*\s+){1,4}"
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Drive|Way|Court|Crescent|Place|Terrace|Gardens|Grove|Hill|Square|Walk|Row|Parade|Mews)\b\.?"
)
_EXACT_KEYS = frozenset(
    ("address_1", "address_2", "address_3", "address1", "address2", "street", "attention", "latitude", "longitude", "lat", "lng", "lon",
     "geometry", "coordinates", "extent", "uprn", "external_identifier", "what3words", "transportation", "google_place_id")
)  # fmt: skip
_POSTCODE_KEYS = frozenset(("postal_code", "postcode", "post_code", "zip"))


def is_hiding_place(*texts: str) -> bool:
    """True when the texts of a service speak of a refuge, or of abuse and of a roof over one's head together."""
    said = "\n".join(text.replace("’", "'") for text in texts)
    if _REFUGE.search(_NOT_ONE.sub(" ", said)):
        return True
    return bool(_ABUSE.search(said) and _ROOF.search(said))


def coarse(said: str, instead: str) -> str:
    """Running text without streets, and with postcodes cut to their first half."""
    return _STREET.sub(instead, _POSTCODE.sub(lambda found: found[1].upper(), said))


def withheld(value: Any, *, prose: bool) -> Any:
    """A raw record without anything finer than an outward postcode. `prose`: also in running text."""
    if isinstance(value, dict):
        return {
            key: None
            if str(key).casefold() in _EXACT_KEYS
            else outward(inner)
            if str(key).casefold() in _POSTCODE_KEYS
            else withheld(inner, prose=prose)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [withheld(inner, prose=prose) for inner in value]
    return coarse(value, "") if prose and isinstance(value, str) else value


def outward(value: Any) -> str:
    """The first half of a postcode, "" when there is none to be seen."""
    found = (
        re.match(r"\s*([A-Z]{1,2}\d[A-Z\d]?)(?:\s*[0-9OI][A-Z]{2})?\s*$", value, re.IGNORECASE)
        if isinstance(value, str)
        else None
    )
    return found[1].upper() if found else ""
