"""The reviewed replies to people who write in another language, from languages.yml under DATA_DIR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from safety.contacts import Contacts
from safety.data import SafetyDataError
from safety.sms import room, septets
from safety.wording import Wording

FILE = "languages.yml"
CODES = ("ar", "gu", "hi", "pa", "pl", "pt", "ro", "sk", "so", "uk", "ur", "zh")  # those that the bot can notice
SMS_SEGMENTS = 3
_PART = 67  # UTF-16 units in each part of a text outside the GSM alphabet (3GPP TS 23.040)
_TEXTS = ("web", "sms", "again_web", "again_sms")
_KEYS = frozenset(["name", "english", "direction", "reviewed_by", *_TEXTS])


@dataclass(frozen=True)
class Tongue:
    """One language. `texts`: by name (web, sms, again_web, again_sms), numbers filled in. `reviewed_by`: a native speaker, or ""."""

    code: str
    name: str
    english: str
    direction: str
    reviewed_by: str
    texts: Mapping[str, str]

    def says(self, channel: str, again: bool = False) -> str:
        """The reply on a channel: in full, or `again` for what is said afterwards."""
        return self.texts[("again_" if again else "") + ("sms" if channel == "sms" else "web")]


class Tongues:
    """languages.yml."""

    def __init__(self, tongues: Mapping[str, Tongue]) -> None:
        self._tongues = dict(tongues)

    @classmethod
    def load(cls, data_dir: Path, contacts: Contacts) -> Tongues:
        """Read `data_dir`/languages.yml. Raises LocalDataError naming the language: an entry that is missing or unknown, a wording that is
        missing or too long for three texts, a number typed in, a contact that is missing or not verified."""
        path = data_dir / FILE
        entries = read_yaml(path).get("languages")
        if not isinstance(entries, dict) or sorted(map(str, entries)) != sorted(CODES):
            raise LocalDataError(f"{path}: languages must be {', '.join(CODES)}")
        wording = Wording({}, contacts)
        try:
            return cls({code: _tongue(code, entry, wording) for code, entry in entries.items()})
        except (LocalDataError, SafetyDataError) as error:
            raise LocalDataError(f"{path}: {error}") from None

    def __iter__(self) -> Iterator[Tongue]:
        return iter(self._tongues.values())

    def get(self, code: str) -> Tongue:
        """The language of this code. KeyError for another."""
        return self._tongues[code]

    def warnings(self) -> list[str]:
        """One line for each language whose words no native speaker has read: they must be read before go-live."""
        return [
            f"{FILE}: {tongue.code}: no native speaker of {tongue.english} has read it yet (reviewed_by is empty)"
            for tongue in self
            if not tongue.reviewed_by
        ]


def _tongue(code: str, entry: Any, wording: Wording) -> Tongue:
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        raise LocalDataError(f"{code}: needs exactly {', '.join(sorted(_KEYS))}")
    if entry["direction"] not in ("ltr", "rtl"):
        raise LocalDataError(f"{code}: direction must be ltr or rtl")
    if entry["reviewed_by"] is not None and not isinstance(entry["reviewed_by"], str):
        raise LocalDataError(f"{code}: reviewed_by must be a name or null")
    texts = {key: wording.fill(entry[key], f"{code}.{key}") for key in _TEXTS}
    for key in ("name", "english", *_TEXTS):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise LocalDataError(f"{code}: {key} must be text")
    for key in ("sms", "again_sms"):
        if not fits(texts[key]):
            raise LocalDataError(f"{code}: {key} is longer than {SMS_SEGMENTS} texts")
    return Tongue(
        code, entry["name"], entry["english"], entry["direction"], (entry["reviewed_by"] or "").strip(), texts
    )


def fits(text: str, segments: int = SMS_SEGMENTS) -> bool:
    """Whether a text can be sent in so many texts: in plain letters, else in UTF-16 units."""
    size = septets(text)
    return size <= room(segments) if size is not None else len(text.encode("utf-16-le")) // 2 <= _PART * segments
