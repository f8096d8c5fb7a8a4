"""Which places lie within some distance of a postcode."""

from __future__ import annotations

from math import cos, radians

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_catalogue.model import Location
from service_catalogue.points import KM_PER_MILE, Point, Points, miles

_METRES_PER_DEGREE = 111_000  # of latitude; a little short, so that the box is never too small


def within(session: Session, points: Points, postcode: str, metres: int) -> list[str] | None:
    """Ids of the `Location` rows there, None when nobody told us where the postcode is. Masked places are never found by
    distance: that would give away where they are."""
    centre = points.of_postcode(postcode)
    if centre is None:
        return None
    high = metres / _METRES_PER_DEGREE
    wide = high / cos(radians(min(centre.latitude + high, 89)))
    rows = session.execute(
        select(Location.id, Location.latitude, Location.longitude).where(
            Location.masked.is_(False),
            Location.latitude.between(centre.latitude - high, centre.latitude + high),
            Location.longitude.between(centre.longitude - wide, centre.longitude + wide),
        )
    )
    return [
        id
        for id, latitude, longitude in rows
        if latitude is not None and longitude is not None and _metres(centre, latitude, longitude) <= metres
    ]


def _metres(centre: Point, latitude: float, longitude: float) -> float:
    return miles(centre, Point(latitude, longitude, "place")) * KM_PER_MILE * 1000
