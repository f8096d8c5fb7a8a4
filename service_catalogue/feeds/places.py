"""Where a service takes place: addresses, postcodes, coordinates, how one gets in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.html_text import plain
from service_catalogue.feeds.refuge import outward
from service_catalogue.feeds.values import Json, as_list, first_of, number, objects, text, truth, whole_id
from service_catalogue.points import Points

Row = dict[str, Any]
_LATITUDES, _LONGITUDES = (49.8, 60.9), (-8.7, 1.8)  # Great Britain
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9OI])([A-Z01]{2})")
_STRICT = re.compile(r"(?:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2})")
_OUTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_KINDS = ("physical", "postal", "virtual")
_MOST = 50
_NOT = re.compile(r"\b(?:no|not|without|isn't|cannot|limited|sorry|unfortunately|un)\b|\binaccessible", re.IGNORECASE)
_ACCESS = {
    "step_free": r"step[- ]?free|wheelchair (?:access|user)|level access|\bramp|accessible entrance|lift (?:access|to)|fully accessible|ground floor access",
    "accessible_toilet": r"(?:accessible|disabled|wheelchair)[^.;]{0,20}(?:toilet|\bwc\b)|changing place|toilets? (?:adapted|for disabled)",
    "hearing_loop": r"hearing loop|induction loop|loop system",
    "blue_badge_parking": r"blue badge(?: (?:parking|bays?|spaces?|holders?))?|(?:disabled|accessible)[^.;]{0,12}parking|parking for (?:disabled|blue)",
    "parking": r"car park|\bparking\b",
    "public_transport": r"\bbus (?:stop|route|service)|public transport|train station|railway station|near(?:by)? (?:a )?(?:bus|station)",
}
_ACCESS_PATTERNS = {code: re.compile(pattern, re.IGNORECASE) for code, pattern in _ACCESS.items()}


def places_of(record: Json, findings: Findings, points: Points, *, hidden: bool) -> list[Row]:
    """The places of a service. `hidden`: it is one whose address must not be known."""
    rows: dict[str, Row] = {}
    for place, path in _found(record):
        row = _place(place, path, findings, points, hidden)
        if row:
            rows.setdefault(str(sorted((key, str(value)) for key, value in row.items())), row)
    return list(rows.values())[:_MOST]


def postcode_of(value: Any, points: Points) -> tuple[str, str]:
    """("LE11 3TU", "full"), ("LE11", "outward") or ("", "bad" or "none"). O and 0, I and 1 are put right in the second
    half only when there is a point for the sector that then comes out."""
    said = re.sub(r"[^A-Z0-9]", "", text(value, 40).upper())
    if not said:
        return "", "none"
    found = _POSTCODE.fullmatch(said)
    if found:
        written = f"{found[1]} {found[2]}{found[3]}"
        if _STRICT.fullmatch(written):
            return written, "full"
        mended = (
            f"{found[1]} {found[2].translate(str.maketrans('OI', '01'))}{found[3].translate(str.maketrans('01', 'OI'))}"
        )
        point = points.of_postcode(mended)
        if _STRICT.fullmatch(mended) and point is not None and point.precision == "sector":
            return mended, "full"
    if _OUTCODE.fullmatch(said) and len(said) <= 4:
        return said, "outward"
    return "", "bad"


def _found(record: Json) -> Iterator[tuple[Json, str]]:
    for where in objects(record.get("service_at_locations")):
        for place in objects(where.get("location")):
            yield place, "service_at_locations.location"
    for key in ("locations", "location"):
        for place in objects(record.get(key)):
            yield place, key


def _place(place: Json, path: str, findings: Findings, points: Points, hidden: bool) -> Row:
    address = _address(place)
    masked = hidden or truth(place.get("mask_exact_address")) is True
    kind = text(place.get("location_type"), 20).casefold()
    postcode, quality = postcode_of(first_of(address, "postal_code", "postcode"), points)
    if quality == "bad":
        findings.add("bad_postcode", f"{path}.postal_code", "" if masked else address.get("postal_code", ""))
    access = " ; ".join(_access_texts(place))
    row: Row = {
        "external_id": whole_id(place.get("id")),
        "kind": kind if kind in _KINDS else "physical",
        "name": text(place.get("name"), 300),
        "street": ", ".join(
            part for key in ("address_1", "address_2", "attention_line") if (part := text(address.get(key), 300))
        )[:500],
        "town": text(first_of(address, "city", "town"), 200),
        "county": text(first_of(address, "state_province", "county"), 200),
        "postcode": postcode,
        "accessibility": accessibility_in(access),
        "accessibility_text": access[:2_000],
        "masked": masked,
        **_coordinates(place, postcode, path, findings, points),
    }
    if masked:
        row |= {
            "name": "",
            "street": "",
            "postcode": outward(postcode),
            "latitude": None,
            "longitude": None,
            "precision": "none",
        }
        if re.search(r"\d", row["town"]):
            row["town"] = ""
    said = (
        any(row[key] for key in ("name", "street", "town", "postcode", "accessibility_text"))
        or row["latitude"] is not None
    )
    return row if said or row["kind"] == "virtual" else {}


def _address(place: Json) -> Json:
    addresses = [
        *objects(place.get("addresses")),
        *objects(place.get("physical_addresses")),
        *objects(place.get("address")),
    ]
    physical = [one for one in addresses if text(one.get("address_type"), 20).casefold() in ("", "physical")]
    return next(iter(physical or addresses), place)


def _coordinates(place: Json, postcode: str, path: str, findings: Findings, points: Points) -> Row:
    north, east = number(first_of(place, "latitude", "lat")), number(first_of(place, "longitude", "lng", "lon"))
    for geometry in objects(place.get("geometry")):
        pair = as_list(geometry.get("coordinates"))
        if len(pair) >= 2:  # GeoJSON: longitude first
            east, north = number(pair[0]), number(pair[1])
    if north is not None and east is not None:
        if _LATITUDES[0] <= north <= _LATITUDES[1] and _LONGITUDES[0] <= east <= _LONGITUDES[1]:
            return {"latitude": round(north, 6), "longitude": round(east, 6), "precision": "exact"}
        findings.add("bad_coordinates", path, f"{north}, {east}")
    point = points.of_postcode(postcode) if postcode else None
    if point is None:
        return {"latitude": None, "longitude": None, "precision": "none"}
    return {"latitude": point.latitude, "longitude": point.longitude, "precision": point.precision}


def _access_texts(place: Json) -> Iterator[str]:
    for key in ("accessibility", "accessibilities", "accessibility_for_disabilities"):
        for entry in as_list(place.get(key)):
            if isinstance(entry, dict):
                parts = (
                    plain(entry.get(name))[0].replace("\n", " ")
                    for name in ("name", "description", "accessibility", "details")
                )
                yield ". ".join(dict.fromkeys(part for part in parts if part))
            else:
                yield text(entry, 500)


def accessibility_in(said: str) -> list[str]:
    """Our codes for what a text plainly says is there. A sentence with a "no" or "not" in it says nothing plainly."""
    plainly = [part for part in re.split(r"[.;\n]", said) if not _NOT.search(part)]
    codes = [code for code, pattern in _ACCESS_PATTERNS.items() if any(pattern.search(part) for part in plainly)]
    if "blue_badge_parking" in codes and not any(
        _ACCESS_PATTERNS["parking"].search(_ACCESS_PATTERNS["blue_badge_parking"].sub("", part)) for part in plainly
    ):
        codes = [code for code in codes if code != "parking"]
    return codes
