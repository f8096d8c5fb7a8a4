"""The 26 needs: how they are spoken of, which matters first, and which belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assessment.gazetteer import normalise
from common.local_data import LocalDataError, read_yaml

_LONGEST_NAME = 4  # words


@dataclass(frozen=True)
class Need:
    """One need. `say` and `say_other` follow "help with"; `urgency` 1 comes first; `words` are plain names of it."""

    slug: str
    say: str
    say_other: str
    short: str
    family: str
    urgency: int
    words: tuple[str, ...] = ()


class Needs:
    """All needs, by slug."""

    def __init__(self, content: dict[str, Any], where: str) -> None:
        self._needs: dict[str, Need] = {}
        for slug, entry in content["needs"].items():
            missing = {"say", "short", "family", "urgency"} - set(entry)
            if missing:
                raise LocalDataError(f"{where}: {slug}: missing {', '.join(sorted(missing))}")
            say_other = entry.get("say_other", entry["say"])
            words = entry.get("words") or []
            if not isinstance(words, list) or not all(isinstance(word, str) and normalise(word) for word in words):
                raise LocalDataError(f"{where}: {slug}: words must be a list of words")
            self._needs[slug] = Need(
                slug, entry["say"], say_other, entry["short"], entry["family"], entry["urgency"], tuple(words)
            )
        self._named = {normalise(word): need.slug for need in self._needs.values() for word in need.words}
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

    def named(self, text: str) -> list[str]:
        """The slugs whose plain names stand in `text`, in its order; of overlapping names the longest counts ("gas bills")."""
        words = normalise(text).split()
        found: list[str] = []
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + _LONGEST_NAME), start, -1):
                if slug := self._named.get(" ".join(words[start:end])):
                    found.append(slug)
                    start = end
                    break
            else:
                start += 1
        return list(dict.fromkeys(found))

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
