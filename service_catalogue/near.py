"""How far a service is from a person, in miles, as the crow flies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from service_catalogue.entry import Entry, Venue
from service_catalogue.points import EARTH_RADIUS_KM, KM_PER_MILE, Point, miles

WALKING, NEAR = 1.5, 5.0  # miles


def point_of(venue: Venue) -> Point | None:
    """The point of a venue; None when it is not known."""
    if venue.latitude is None or venue.longitude is None:
        return None
    return Point(venue.latitude, venue.longitude, "place")


def nearest(entry: Entry, place: Point | None) -> tuple[float, Venue] | None:
    """The nearest venue with its distance in miles; None when the person's place or every venue's is not known."""
    if place is None or not entry.venues:
        return None
    found = [(miles(place, point), venue) for venue in entry.venues if (point := point_of(venue)) is not None]
    return min(found, key=lambda one: one[0], default=None)


class Distances:
    """The venues of many services at once; `of` is `nearest` for all of them."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._size = len(entries)
        known = [(n, point) for n, entry in enumerate(entries) for venue in entry.venues if (point := point_of(venue))]
        self._places = np.array([place for place, _ in known], dtype=np.int64)
        degrees = [(point.latitude, point.longitude) for _, point in known]
        self._north, self._east = np.radians(np.array(degrees, dtype=np.float64).reshape(-1, 2)).T

    def of(self, place: Point) -> npt.NDArray[np.float64]:
        """Miles to each service's nearest venue, in the order of the services; nan where none is known."""
        north, east = np.radians((place.latitude, place.longitude))
        half = np.sin((self._north - north) / 2) ** 2
        half += np.cos(self._north) * np.cos(north) * np.sin((self._east - east) / 2) ** 2
        found = np.full(self._size, np.inf)
        np.minimum.at(
            found, self._places, 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))) / KM_PER_MILE
        )
        found[np.isinf(found)] = np.nan
        return found
