"""The 26 needs: how they are spoken of, which matters first, and which belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml


@dataclass(frozen=True)
class Need:
    """One need. `say` and `say_other` follow "help with"; `urgency` 1 comes first."""

    slug: str
    say: str
    say_other: str
    short: str
    family: str
    urgency: int


class Needs:
    """All needs, by slug."""

    def __init__(self, content: dict[str, Any], where: str) -> None:
        self._needs: dict[str, Need] = {}
        for slug, entry in content["needs"].items():
            missing = {"say", "short", "family", "urgency"} - set(entry)
            if missing:
                raise LocalDataError(f"{where}: {slug}: missing {', '.join(sorted(missing))}")
            say_other = entry.get("say_other", entry["say"])
            self._needs[slug] = Need(slug, entry["say"], say_other, entry["short"], entry["family"], entry["urgency"])
        self._joining = content["joining"]

    @classmethod
    def load(cls, data_dir: Path) -> Needs:
        """Reads needs.yml. Raises LocalDataError naming the need that cannot be used."""
        path = data_dir / "needs.yml"
        return cls(read_yaml(path), str(path))

    def __iter__(self) -> Iterator[Need]:
        return iter(self._needs.values())

    def __contains__(self, slug: object) -> bool:
        return slug in self._needs

    def get(self, slug: str) -> Need:
        """One need. Raises KeyError for a slug that needs.yml does not have."""
        return self._needs[slug]

    def order(self, slugs: Iterable[str]) -> list[str]:
        """The known slugs, each once, the most urgent first."""
        return sorted({slug for slug in slugs if slug in self._needs}, key=lambda slug: self._needs[slug].urgency)

    def families(self, slugs: Iterable[str]) -> set[str]:
        """The families these needs belong to; related needs count once."""
        return {self._needs[slug].family for slug in slugs if slug in self._needs}

    def reflect(self, slugs: Iterable[str], other: bool = False) -> str:
        """
        The needs as one phrase after "help with": "feeling lonely, money worries and getting to places".

        Most urgent first, at most five spoken and the rest counted; empty text for no known need. `other`: somebody else is meant.
        """
        spoken = [self._needs[slug].say_other if other else self._needs[slug].say for slug in self.order(slugs)]
        most = self._joining["spoken_at_most"]
        if len(spoken) > most:
            return ", ".join(spoken[:most]) + self._joining["more"].format(count=len(spoken) - most)
        return self._joining["last"].join([", ".join(spoken[:-1]), spoken[-1]]) if len(spoken) > 1 else "".join(spoken)
