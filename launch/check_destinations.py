"""Whether the names in destinations.yml are ones that the conversation knows: a misspelt one would never be offered to anybody."""

from __future__ import annotations

from pathlib import Path

from assessment.gazetteer import Gazetteer
from assessment.needs import Needs
from common.local_data import LocalDataError
from referrals.destinations import FILE, OTHER_COUNCIL, PROVIDER, Destinations


def check_destinations(data_dir: Path) -> Destinations:
    """The receivers of the file. Raises LocalDataError naming the team and what is not known: a need that needs.yml has not, an
    area that places.csv has not, or a confirmed council without areas or provider without needs."""
    found, needs = Destinations.load(data_dir), Needs.load(data_dir)
    areas = set(Gazetteer.load(data_dir).areas)
    for one in found.receivers.values():
        where = f"{data_dir / FILE}: {one.team}"
        if unknown := sorted(need for need in one.needs if need not in needs):
            raise LocalDataError(f"{where}: needs: {', '.join(unknown)} is not in needs.yml")
        if unknown := sorted(set(one.areas) - areas):
            raise LocalDataError(f"{where}: areas: {', '.join(unknown)} is not in places.csv")
        if one.confirmed_by and one.destination == OTHER_COUNCIL and not one.areas:
            raise LocalDataError(f"{where}: areas: say whose people it takes")
        if one.confirmed_by and one.destination == PROVIDER and not one.needs:
            raise LocalDataError(f"{where}: needs: say what it helps with")
    return found
