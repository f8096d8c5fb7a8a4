"""Whom a service is for by where they live, and whether it lies within reach of the county at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from service_catalogue.feeds.values import Json, as_list, key_of, text
from service_catalogue.points import Points

Row = dict[str, Any]
_MOST = 40
_AROUND = re.compile(
    r"^(?:the )?(?:whole|all|across|throughout|entire|anywhere in|residents of|people (?:living )?in)(?: of)?(?: the)?\s+|[ -]?(?:wide|area|only|residents)$",
    re.IGNORECASE,
)
_CODE = re.compile(r"[EKSWN]\d{8}")
_PLACEHOLDER = re.compile(r"^https?://(?:www\.)?example\.", re.IGNORECASE)


def areas_of(record: Json, known: Mapping[str, str]) -> list[str]:
    """The names of areas: ours where the publisher's words or ONS code stand for one of ours, else the publisher's own."""
    names: dict[str, None] = {}
    for area in as_list(record.get("service_areas")):
        if isinstance(area, dict):
            said = text(area.get("name"), 400) or text(area.get("service_area"), 400)
            codes = [
                code
                for key in ("uri", "identifier", "code", "area_code")
                for code in _CODE.findall(text(area.get(key), 300))
            ]
        else:
            said, codes = text(area, 400), []
        ours = [known[key_of(code)] for code in codes if key_of(code) in known] or _ours(said, known)
        for name in ours or ([said[:200]] if said and not _PLACEHOLDER.match(said) else []):
            names.setdefault(name)
    return list(names)[:_MOST]


def _ours(said: str, known: Mapping[str, str]) -> list[str]:
    """All of ours in a list like "Leicester, Leicestershire and Rutland"; none when a part of it is not ours."""
    whole = _one(said, known)
    if whole:
        return [whole]
    parts = [part for part in re.split(r"\s*[,;/&]\s*(?:and\s+)?|\s+and\s+", said) if part]
    found = [_one(part, known) for part in parts]
    if all(found):
        return [name for name in found if name]
    # "Hinckley and Bosworth, Blaby": a name may hold the word that parts the list.
    parts = [part for part in re.split(r"\s*[,;/]\s*(?:and\s+)?", said) if part]
    found = [_one(part, known) for part in parts]
    return [name for name in found if name] if all(found) else []


def _one(said: str, known: Mapping[str, str]) -> str | None:
    name = key_of(said)
    return known.get(name) or known.get(key_of(_AROUND.sub("", _AROUND.sub("", said.strip(" .")))))


def reach_of(areas: Sequence[str], places: Sequence[Row], known: Mapping[str, str], points: Points) -> str:
    """ "stated" when an area says it; else by its places "inside" (in or beside the county, as far as our points go),
    "outside", or "unknown". A mark, not an area: nobody is told that a service covers a place its publisher did not name."""
    if areas:
        return "stated" if any(name in known.values() for name in areas) else "elsewhere"
    physical = [row for row in places if row["kind"] == "physical" and (row["postcode"] or row["latitude"] is not None)]
    if not physical:
        return "unknown"
    return "inside" if any(_near(row, points) for row in physical) else "outside"


def _near(row: Row, points: Points) -> bool:
    if row["postcode"]:
        return points.of_postcode(row["postcode"]) is not None
    return 52.35 <= row["latitude"] <= 53.0 and -1.65 <= row["longitude"] <= -0.4
