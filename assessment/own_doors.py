"""The right door for people this service cannot refer: the city, Rutland, other counties, and anyone under 18."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml

_ONE_COUNCIL = {"city": "Leicester", "rutland": "Rutland"}
DOORS = ("city", "rutland", "outside", "under_18")
PHONE = re.compile(r"\{phone:([a-z0-9_]+)\}")


def area_of(area_kind: str | None, area: str | None) -> str:
    """The name of the council area outside the county where somebody lives; empty when it is not known."""
    return _ONE_COUNCIL.get(area_kind or "") or (area or "")


@dataclass(frozen=True)
class Door:
    """What to say, sentence by sentence; `{phone:id}` still stands in it. `contacts` are the ids it needs, in order."""

    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    @property
    def contacts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(PHONE.findall(self.text)))


class Doors:
    """other_doors.yml."""

    def __init__(self, doors: dict[str, Any], area_names: dict[str, str] | None = None, offer: str = "") -> None:
        self._doors = doors
        self._offer = offer
        self._area_names = area_names or {}

    @classmethod
    def load(cls, data_dir: Path) -> Doors:
        """Reads other_doors.yml. Raises LocalDataError when a door or its wording is missing."""
        path = data_dir / "other_doors.yml"
        content = read_yaml(path)
        doors = content["doors"]
        for door in DOORS:
            missing = {"text", "text_other", "after"} - set(doors.get(door, {}))
            if missing:
                raise LocalDataError(f"{path}: {door}: missing {', '.join(sorted(missing))}")
        if "{team}" not in (offer := str(content.get("offer") or "")):
            raise LocalDataError(f"{path}: offer must be text that names {{team}}")
        return cls(doors, content.get("area_names"), offer)

    def offer(self, team: str) -> str:
        """The question whether to pass this on to `team` of their own council."""
        return self._offer.replace("{team}", team)

    def door(self, kind: str, *, area: str | None = None, needs: Collection[str] = (), other: bool = False) -> Door:
        """
        The words for "city", "rutland", "outside" or "under_18" (KeyError for another kind).

        `area`: the other county, when it is known. It and `needs` add the sentences that fit them. `other`: somebody else lives there.
        """
        entry = self._doors[kind]
        name = "text_other" if other else "text"
        if kind == "outside" and not area:
            name = "text_unknown_other" if other else "text_unknown"
        near = [item["text"] for item in entry.get("by_area", ()) if area in item["areas"]]
        extra = [item["text"] for item in entry.get("by_need", ()) if set(needs) & set(item["needs"])]
        return Door(
            (entry[name].replace("{area}", self._area_names.get(area or "", area or "")), *near, *extra, entry["after"])
        )
