"""The exact words a resident agrees to, and the record that they did."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml

FILE = "consent.yml"
FIRST_CONTACT_PLUS = "first_contact_plus"
ONLY_BY_AGREEMENT = ("other_council", "provider")  # receive nothing before somebody confirmed that they want it
RECEIVERS = (FIRST_CONTACT_PLUS, "lac", "locality_team", *ONLY_BY_AGREEMENT)


def fingerprint(text: str) -> str:
    """SHA-256, in hex, of the words as shown (UTF-8)."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class ConsentText:
    """Words to show, for one receiver and one purpose. `sha256` is the fingerprint of `text`."""

    text: str
    version: str
    sha256: str
    destination: str
    team: str
    about_other: bool
    purpose: str


@dataclass(frozen=True)
class GivenConsent:
    """A resident's yes to `words`, and its withdrawal if there was one (aware times)."""

    words: ConsentText
    given_at: datetime
    withdrawn_at: datetime | None = None

    def covers(self, destination: str, team: str, about_other: bool) -> bool:
        """True when this consent was given for exactly this receiver, in unchanged words, and is not withdrawn. No clock is asked:
        one that is set back must not take a yes away, nor give one back.
        """
        words = self.words
        return (
            (words.destination, words.team, words.about_other) == (destination, team, about_other)
            and words.sha256 == fingerprint(words.text)
            and self.withdrawn_at is None
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe, for a slot; `from_dict` is the reverse."""
        return {
            "words": vars(self.words).copy(),
            "given_at": self.given_at.isoformat(),
            "withdrawn_at": self.withdrawn_at.isoformat() if self.withdrawn_at else None,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> GivenConsent:
        withdrawn = raw.get("withdrawn_at")
        return cls(
            ConsentText(**raw["words"]),
            datetime.fromisoformat(raw["given_at"]),
            datetime.fromisoformat(withdrawn) if withdrawn else None,
        )


@dataclass(frozen=True)
class ConsentWording:
    """All consent wording of one data directory."""

    version: str
    purpose: str
    receivers: dict[str, dict[str, str]]

    @classmethod
    def load(cls, data_dir: Path) -> ConsentWording:
        """Read consent.yml. Raises LocalDataError when words for a receiver are missing or do not name the team."""
        path = data_dir / FILE
        raw = read_yaml(path)
        for key in ("version", "purpose"):
            if not isinstance(raw.get(key), str) or not raw[key].strip():
                raise LocalDataError(f"{path}: {key} must be text (in quotes)")
        receivers = raw.get("receivers")
        if not isinstance(receivers, dict):
            raise LocalDataError(f"{path}: receivers is missing")
        for receiver in RECEIVERS:
            for kind in ("self", "other"):
                text = (receivers.get(receiver) or {}).get(kind)
                if not isinstance(text, str) or "{team}" not in text:
                    raise LocalDataError(f"{path}: receivers.{receiver}.{kind} must be text that names {{team}}")
        return cls(raw["version"].strip(), raw["purpose"].strip(), receivers)

    def words(self, destination: str, team: str, about_other: bool) -> ConsentText:
        """The words to show before a referral to `team`. Raises KeyError for a destination that receives no referrals."""
        text = self.receivers[destination]["other" if about_other else "self"].strip().replace("{team}", team)
        return ConsentText(text, self.version, fingerprint(text), destination, team, about_other, self.purpose)
