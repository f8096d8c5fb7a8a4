"""The place names of the county and its neighbours, as local people maintain them: reading and looking up."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_csv, read_yaml

KINDS = frozenset({"place", "city", "rutland", "outside"})


@dataclass(frozen=True)
class Candidate:
    """One place a name may mean. `area`: a district, Leicester, Rutland or another county. `label`: what the resident reads."""

    name: str
    area: str
    kind: str
    label: str

    @property
    def value(self) -> str:
        """The settled form, "name@area", which resolves to exactly this."""
        return f"{self.name}@{self.area}"


@dataclass(frozen=True)
class Mention:
    """What a name said by a resident may mean; `confirm` when the one meaning should be asked before it counts."""

    said: str
    candidates: tuple[Candidate, ...]
    confirm: bool = False
    also_word: bool = False


def normalise(text: str) -> str:
    """Lower case, no accents, apostrophes dropped, `&` as "and", anything else that is no letter or digit as one space."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`]", "", plain.replace("&", " and "))).strip()


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for lists that read better as prose than as a column of quotes."""
    return frozenset(text.split())


class Gazetteer:
    """Names and aliases of places.csv and ambiguous_places.yml, looked up by normalised text."""

    def __init__(self, rows: list[dict[str, str]], ambiguous: dict[str, Any], where: Path) -> None:
        self.where = where
        self.words: dict[str, str] = ambiguous["words"]
        self.postal_towns = frozenset(normalise(name) for name in ambiguous["postal_towns"])
        self.mistyped: tuple[tuple[str, ...], ...] = tuple(
            tuple(normalise(name) for name in group) for group in ambiguous["easily_mistyped"]
        )
        self.areas: dict[str, str] = {}
        self._index: dict[str, Mention] = {}
        for number, row in enumerate(rows, start=2):
            self._add_row(row, f"{where}/places.csv: row {number}")
        for entry in ambiguous["names"]:
            self._add_ambiguous(entry)
        self.longest = max(len(key.split()) for key in self._index)

    @classmethod
    def load(cls, data_dir: Path) -> Gazetteer:
        """Reads both files. Raises LocalDataError naming the row or name that cannot be used."""
        rows = read_csv(
            data_dir / "places.csv", ("name", "kind", "area", "district", "confirmed", "also_word", "aliases", "source")
        )
        return cls(rows, read_yaml(data_dir / "ambiguous_places.yml"), data_dir)

    def label(self, name: str, area: str) -> str:
        """What a resident reads for one option, such as "Groby, in Hinckley and Bosworth"."""
        words = self.words["option_same"] if name in ("", area) else self.words["option"]
        return words.format(place=name, area=area)

    def candidate(self, name: str, area: str, label: str | None = None) -> Candidate:
        """One place in one area. Raises LocalDataError when no place is in that area."""
        kind = self.areas.get(area)
        if kind is None:
            raise LocalDataError(f"{self.where}: {name}@{area}: no place in places.csv is in {area!r}")
        return Candidate(name, area, kind, label or self.label(name, area))

    def settled(self, text: str) -> Candidate | None:
        """The place behind "name@area", one of the values of an earlier question; None for any other text."""
        name, at, area = text.partition("@")
        return self.candidate(name, area) if at and area in self.areas else None

    def get(self, text: str) -> Mention | None:
        """What a name means, exactly or by an alias; None when it is not known."""
        return self._index.get(normalise(text))

    def names(self) -> list[str]:
        """Every normalised name and alias."""
        return list(self._index)

    def _add_row(self, row: dict[str, str], where: str) -> None:
        if row["kind"] not in KINDS or not row["name"] or not row["area"]:
            raise LocalDataError(f"{where}: needs a name, an area and a kind out of {', '.join(sorted(KINDS))}")
        if (row["kind"] == "place") != bool(row["district"]):
            raise LocalDataError(f"{where}: a district belongs to places in the county and to no others")
        if self.areas.setdefault(row["area"], row["kind"]) != row["kind"]:
            raise LocalDataError(f"{where}: {row['area']} has more than one kind")
        mention = Mention(row["name"], (self.candidate(row["name"], row["area"]),), also_word=row["also_word"] == "yes")
        for name in (row["name"], *filter(None, row["aliases"].split(";"))):
            if self._index.get(normalise(name), mention) is not mention:
                raise LocalDataError(f"{where}: {name!r} is there twice; put it in ambiguous_places.yml instead")
            self._index[normalise(name)] = mention

    def _add_ambiguous(self, entry: dict[str, Any]) -> None:
        candidates = []
        for option in entry["options"]:
            value, label = (option, None) if isinstance(option, str) else (option["value"], option["label"])
            name, at, area = value.partition("@")
            if not at:
                raise LocalDataError(f"{self.where}/ambiguous_places.yml: {entry['name']}: {value!r} is not place@area")
            candidates.append(self.candidate(name, area, label))
        single = self._index.get(normalise(entry["name"]))
        mention = Mention(
            entry["name"], tuple(candidates), entry.get("ask") == "confirm", single is None or single.also_word
        )
        for name in (entry["name"], *entry.get("aliases", ())):
            self._index[normalise(name)] = mention
