"""Ages and audience, read from the plain words of "who it is for".

Only what the text says plainly counts. A missing or vague word never shuts anyone out: ages are used to order services
and to warn, and absence of a word is not ineligibility.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Audience = Literal["any", "adult", "young"]

ADULT = 18
_VAGUE = re.compile(r"\b(?:varies|usually|some|check)\b", re.IGNORECASE)
_FROM = re.compile(r"(?<![\d-])(\d{1,3})\+")
_UNDER = re.compile(r"under[ -](\d{1,3})s?\b", re.IGNORECASE)
_UP_TO_BIRTHDAY = re.compile(r"up to (\d{1,3})(?:st|nd|rd|th) birthday", re.IGNORECASE)
_YOUNG = re.compile(r"(?:children|young people)\b", re.IGNORECASE)
_ADULTS = re.compile(r"adults?\b", re.IGNORECASE)
_GROWN_UPS_TOO = re.compile(r"\b(?:adults?|parents?|famil(?:y|ies)|carers|anyone|worried)\b", re.IGNORECASE)
_CHILDREN_TOO = re.compile(r"\b(?:children|young people|all ages|any age)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Eligibility:
    """Ages in whole years, both ends included; None means no plain limit."""

    minimum_age: int | None = None
    maximum_age: int | None = None
    audience: Audience = "any"


def read_eligibility(text: str) -> Eligibility:
    """ "18+ living in the county" -> from 18, adult; "Under 18s with a caring role" -> to 17, young; "Anyone" -> no limit."""
    if _VAGUE.search(text):
        return Eligibility()
    minimum, maximum = _first(_FROM, text), None
    if not _GROWN_UPS_TOO.search(text):
        under, birthday = _UNDER.match(text), _UP_TO_BIRTHDAY.match(text)
        found = under or birthday
        maximum = int(found[1]) - 1 if found else None
    return Eligibility(minimum, maximum, _audience(text, minimum, maximum))


def _audience(text: str, minimum: int | None, maximum: int | None) -> Audience:
    if minimum is not None and minimum >= ADULT:
        return "adult"
    if maximum is not None and maximum < 26:
        return "young"
    if _YOUNG.match(text) and not _GROWN_UPS_TOO.search(text):
        return "young"
    if _ADULTS.match(text) and not _CHILDREN_TOO.search(text):
        return "adult"
    return "any"


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return int(match[1]) if match else None
