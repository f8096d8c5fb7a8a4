"""Which team takes people in a place today, from dated coverage that somebody has checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assessment.gazetteer import normalise
from common.local_data import LocalDataError, read_csv, read_date, read_yaml

COLUMNS = ("place", "team", "role", "from", "to", "checked_on", "source")  # and, where wanted, "fallback"


@dataclass(frozen=True)
class CoverageRow:
    """
    One row of lac_coverage.csv.

    `destination` is "lac" or "locality_team", read from the words of `role`. `fallback` names the team (of another row) that
    takes people when this row does not count today, or the county team; empty: the district's team, then the county's.
    """

    place: str
    team: str
    role: str
    destination: str
    starts: date | None
    ends: date | None
    fallback: str
    checked_on: date | None
    source: str


class Coverage:
    """The rows of lac_coverage.csv, in the order of the file."""

    def __init__(self, rows: list[CoverageRow], valid_months: int) -> None:
        self.rows = rows
        self.valid_months = valid_months

    @classmethod
    def load(cls, data_dir: Path) -> Coverage:
        """Reads lac_coverage.csv and what routing.yml says of roles. Raises LocalDataError naming the row that cannot be used."""
        path = data_dir / "lac_coverage.csv"
        rules = read_yaml(data_dir / "routing.yml")
        others = [normalise(word) for word in rules["other_roles"]]
        rows = []
        for number, row in enumerate(read_csv(path, COLUMNS), start=2):
            where = f"{path}: row {number}"
            if not row["place"] or not (row["team"] or row["role"]):
                raise LocalDataError(f"{where}: needs a place, and a team or a role")
            destination = "locality_team" if any(word in normalise(row["role"]) for word in others) else "lac"
            starts, ends, checked = (read_date(row[name], f"{where}: {name}") for name in ("from", "to", "checked_on"))
            rows.append(
                CoverageRow(
                    row["place"],
                    row["team"] or row["role"],
                    row["role"],
                    destination,
                    starts,
                    ends,
                    row.get("fallback", ""),
                    checked,
                    row["source"],
                )
            )
        county = rules["team_names"]["first_contact_plus"]
        teams = {row.team for row in rows} | {county}
        for number, known in enumerate(rows, start=2):
            if known.fallback and known.fallback not in teams:
                raise LocalDataError(f"{path}: row {number}: fallback: no row has a team {known.fallback!r}")
        return cls(rows, rules["coverage_valid_months"])

    def counts(self, row: CoverageRow, today: date) -> bool:
        """True when the row was checked within the valid months, not in the future, and covers today."""
        if row.checked_on is None or not _months_back(today, self.valid_months) <= row.checked_on <= today:
            return False
        return (row.starts is None or row.starts <= today) and (row.ends is None or today <= row.ends)

    def team_for(self, place: str, district: str | None, today: date) -> CoverageRow | None:
        """
        Who takes people of this place today, or None for the county team.

        A row of the place itself comes first, then the fallback its rows name, then a row of its district and that one's fallback; a coordinator
        comes before another team. A fallback has to count today too: nobody is sent to a team that nobody checked.
        """
        for name in filter(None, (place, district)):
            rows = [row for row in self.rows if normalise(row.place) == normalise(name)]
            if counting := [row for row in rows if self.counts(row, today)]:
                return min(counting, key=lambda row: row.destination != "lac")
            if named := [row for row in rows if row.fallback]:
                return self._fallback(named[0], today, set())
        return None

    def _fallback(self, row: CoverageRow, today: date, tried: set[str]) -> CoverageRow | None:
        """The first team along the chain of fallbacks that counts today; None when it ends with the county team, or in a ring."""
        if not row.fallback or row.fallback in tried:
            return None
        others = [other for other in self.rows if other.team == row.fallback]
        counting = [other for other in others if self.counts(other, today)]
        if counting or not others:
            return counting[0] if counting else None
        return self._fallback(others[0], today, tried | {row.fallback})


def _months_back(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    year, month = divmod(month, 12)
    for last in (day.day, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("day 28 exists in every month")
