"""Where places and postcodes lie on the map, and how far apart two of them are (points.csv under DATA_DIR; see points.md)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, isfinite, radians, sin, sqrt
from pathlib import Path
from typing import Literal

from common.local_data import LocalDataError, read_csv

Precision = Literal["place", "sector", "outcode"]

EARTH_RADIUS_KM = 6371.0088
KM_PER_MILE = 1.609344
_COLUMNS = ("kind", "name", "area", "latitude", "longitude", "source")
_PRECISIONS: dict[str, Precision] = {"place": "place", "sector": "sector", "outcode": "outcode"}
_LATITUDES, _LONGITUDES = (49.0, 61.0), (-9.0, 2.0)  # the United Kingdom
_WRITTEN = {"outcode": re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?"), "sector": re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]")}
# Outcode, then perhaps the sector's digit and up to two letters; in the second half O and 0, I and 1 are often swapped.
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)\s*(?:([0-9OI])\s*[A-Z01]{0,2})?")
_DIGIT = str.maketrans("OI", "01")


@dataclass(frozen=True)
class Point:
    """A point in degrees; `precision` says what it stands for: a town or village, a postcode sector or a whole outcode."""

    latitude: float
    longitude: float
    precision: Precision


def miles(a: Point, b: Point) -> float:
    """How far two points lie apart in miles, as the crow flies (haversine on a globe)."""
    north_a, north_b = radians(a.latitude), radians(b.latitude)
    half = sin((north_b - north_a) / 2) ** 2
    half += cos(north_a) * cos(north_b) * sin(radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half))) / KM_PER_MILE


class Points:
    """Every point of points.csv, read once; places also by the aliases that places.csv gives them."""

    def __init__(self, places: Mapping[str, Mapping[str, Point]], codes: Mapping[str, Point]) -> None:
        self._places = places  # place as looked up -> area as looked up -> point
        self._codes = codes  # "LE11" or "LE11 3" -> point

    @classmethod
    def load(cls, data_dir: Path) -> Points:
        """Reads points.csv and the aliases in places.csv. Raises LocalDataError naming file and row."""
        places: dict[str, dict[str, Point]] = {}
        codes: dict[str, Point] = {}
        path = data_dir / "points.csv"
        for number, row in enumerate(read_csv(path, _COLUMNS), start=2):
            where = f"{path}: row {number}"
            point = _point(row, where)
            known = places.setdefault(_key(row["name"]), {}) if point.precision == "place" else codes
            key = _key(row["area"]) if point.precision == "place" else row["name"]
            if key in known:
                raise LocalDataError(f"{where}: {row['name']!r} has a point already")
            known[key] = point
        _add_aliases(places, data_dir / "places.csv")
        return cls(places, codes)

    def of_place(self, name: str, area: str | None = None) -> Point | None:
        """
        The point of a place or alias, in any capitals; None when it is not known.

        `area` (district, city or county, as in places.csv) tells two places of one name apart; without it such a name has no point.
        """
        areas = self._places.get(_key(name), {})
        if area is not None:
            return areas.get(_key(area))
        return next(iter(areas.values())) if len(areas) == 1 else None

    def of_postcode(self, text: str) -> Point | None:
        """The most precise point known for a postcode, a sector ("LE11 3") or an outcode; None when none is known."""
        found = _POSTCODE.fullmatch(" ".join(text.upper().split()))
        if not found:
            return None
        outcode, sector = found[1], found[2]
        if sector and (point := self._codes.get(f"{outcode} {sector.translate(_DIGIT)}")):
            return point
        return self._codes.get(outcode)


def _point(row: Mapping[str, str], where: str) -> Point:
    """The point of one row of points.csv. Raises LocalDataError naming `where`."""
    precision = _PRECISIONS.get(row["kind"])
    if precision is None:
        raise LocalDataError(f"{where}: kind {row['kind']!r} is not one of {', '.join(_PRECISIONS)}")
    for field in ("name", "source"):
        if not row[field]:
            raise LocalDataError(f"{where}: {field} is empty")
    if precision == "place":
        if not row["area"]:
            raise LocalDataError(f"{where}: area is empty")
    elif not _WRITTEN[precision].fullmatch(row["name"]):
        raise LocalDataError(f"{where}: {row['name']!r} is no {precision}, like 'LE11' or 'LE11 3'")
    latitude = _degrees(row, "latitude", _LATITUDES, where)
    return Point(latitude, _degrees(row, "longitude", _LONGITUDES, where), precision)


def _degrees(row: Mapping[str, str], field: str, limits: tuple[float, float], where: str) -> float:
    """A number of degrees within the United Kingdom. Raises LocalDataError naming `where` and the field."""
    try:
        degrees = float(row[field])
    except ValueError:
        raise LocalDataError(f"{where}: {field} {row[field]!r} is not a number") from None
    if not isfinite(degrees) or not limits[0] <= degrees <= limits[1]:
        raise LocalDataError(f"{where}: {field} {row[field]!r} is outside the United Kingdom")
    return degrees


def _add_aliases(places: dict[str, dict[str, Point]], path: Path) -> None:
    """Gives the aliases in places.csv the point of their place; a name of its own in points.csv comes before an alias."""
    named = set(places)
    for row in read_csv(path, ("name", "area", "aliases")):
        area = _key(row["area"])
        point = places.get(_key(row["name"]), {}).get(area)
        for alias in (_key(alias) for alias in row["aliases"].split(";")):
            if point and alias and alias not in named:
                places.setdefault(alias, {})[area] = point


def _key(text: str) -> str:
    """A name as it is looked up: small letters, no accents or apostrophes, `&` as "and", anything else one space."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`]", "", plain.replace("&", " and "))).strip()
