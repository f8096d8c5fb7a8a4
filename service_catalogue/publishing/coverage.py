"""Which of our areas a postcode may lie in: from the postcode districts that local people maintain."""

from __future__ import annotations

from pathlib import Path

from common.local_data import read_csv
from service_catalogue.local import AREAS, COUNTY, DISTRICTS, NATIONAL


class Coverage:
    """A postcode's first half often spans several districts; then each of them may be meant."""

    def __init__(self, places: dict[str, tuple[str, ...]]) -> None:
        self._places = places

    @staticmethod
    def load(data_dir: Path) -> Coverage:
        """Raises LocalDataError when the file is missing or broken."""
        rows = read_csv(data_dir / "postcode_districts.csv", ("outcode", "options"))
        return Coverage({row["outcode"]: tuple(part.strip() for part in row["options"].split(";")) for row in rows})

    def areas(self, outcode: str) -> set[str]:
        """The names of areas whose services take in people from there; always the whole country."""
        found = {place for place in self._places.get(outcode, ()) if place in AREAS}
        return found | ({COUNTY} if found.intersection(DISTRICTS) else set()) | {NATIONAL}
