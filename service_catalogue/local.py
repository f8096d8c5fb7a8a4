"""The catalogue's own local data: need codes, groups of people and the words on a card (YAML under DATA_DIR)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from service_catalogue.thesaurus import Thesaurus

_SHIPPED = Path(__file__).resolve().parents[1] / "data" / "leicestershire"

DISTRICTS = (
    "Blaby",
    "Charnwood",
    "Harborough",
    "Hinckley and Bosworth",
    "Melton",
    "North West Leicestershire",
    "Oadby and Wigston",
)
_GROUP_FIELDS = ("first_code", "eligibility", "named", "needs", "words")
COUNTY = "Leicestershire"
NATIONAL = "England"
NEIGHBOURS = ("Leicester", "Rutland")
AREAS = frozenset((*DISTRICTS, COUNTY, NATIONAL, *NEIGHBOURS))


@dataclass(frozen=True)
class NeedCodes:
    """Which codes of a service answer which need, and which codes play another part."""

    codes: Mapping[str, frozenset[str]]  # need -> codes
    loose: Mapping[str, frozenset[str]]  # need -> codes that answer it only loosely
    crisis: frozenset[str]
    hand_off: frozenset[str]
    known: frozenset[str]
    own_doors: frozenset[str] = frozenset()  # names of services that the assistant itself leads to

    def codes_for(self, need: str) -> frozenset[str]:
        """The codes of `need`. Raises ValueError for a need that the vocabulary does not have."""
        try:
            return self.codes[need]
        except KeyError:
            raise ValueError(f"unknown need {need!r}") from None


@dataclass(frozen=True)
class Group:
    """A group of people that some services are for; see catalogue_groups.yml for what each field means."""

    name: str
    first_code: frozenset[str]
    eligibility: tuple[str, ...]
    named: tuple[str, ...]
    needs: frozenset[str]
    words: tuple[str, ...]


class Words:
    """The words of cards: `words("reach", "phone", phone="...")`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sections = read_yaml(path)

    def __call__(self, section: str, key: str, **facts: str) -> str:
        """The filled-in sentence. Raises LocalDataError naming file and key when it is missing or asks for an unknown fact."""
        try:
            return str(self._sections[section][key]).format(**facts)
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise LocalDataError(f"{self._path}: {section}.{key}: {error!r}") from None


@dataclass(frozen=True)
class LocalCatalogueData:
    needs: NeedCodes
    groups: tuple[Group, ...]
    words: Words
    thesaurus: Thesaurus


def local_data(data_dir: Path | None = None) -> LocalCatalogueData:
    """The local data of `data_dir`, else of DATA_DIR, else as shipped; each folder is read once.

    Raises LocalDataError when a file is missing or malformed.
    """
    return _read(data_dir_of(data_dir))


def data_dir_of(data_dir: Path | None) -> Path:
    """The folder that is meant: the one given, else DATA_DIR, else the shipped one."""
    return _resolved(data_dir or Path(os.environ.get("DATA_DIR") or _SHIPPED))


@lru_cache(maxsize=16)
def _resolved(path: Path) -> Path:
    return path.resolve()


@lru_cache(maxsize=16)
def _read(data_dir: Path) -> LocalCatalogueData:
    words = Words(data_dir / "catalogue_words.yml")
    needs = _need_codes(data_dir / "need_codes.yml")
    for need in needs.codes:
        words("need_labels", need)
    return LocalCatalogueData(needs, _groups(data_dir / "catalogue_groups.yml", needs), words, Thesaurus.load(data_dir))


def _need_codes(path: Path) -> NeedCodes:
    content = read_yaml(path)

    def mapping(key: str) -> dict[str, frozenset[str]]:
        value = content.get(key) or {}
        if not isinstance(value, dict):
            raise LocalDataError(f"{path}: {key}: expected names with lists of codes")
        return {name: _texts(path, f"{key}.{name}", codes) for name, codes in value.items()}

    needs, loose = mapping("needs"), mapping("loose_codes")
    crisis = _texts(path, "crisis_codes", content.get("crisis_codes"))
    hand_off = _texts(path, "hand_off_codes", content.get("hand_off_codes"))
    groups = _texts(path, "group_codes", content.get("group_codes"))
    for need, codes in loose.items():
        if not codes <= needs.get(need, frozenset()):
            raise LocalDataError(f"{path}: loose_codes.{need}: each code must also stand under needs.{need}")
    known = crisis | hand_off | groups | frozenset().union(*needs.values())
    own_doors = _texts(path, "own_doors", content.get("own_doors"))
    return NeedCodes(needs, loose, crisis, hand_off, known, own_doors)


def _groups(path: Path, needs: NeedCodes) -> tuple[Group, ...]:
    groups = []
    for name, entry in (read_yaml(path).get("groups") or {}).items():
        if not isinstance(entry, dict) or set(entry) - set(_GROUP_FIELDS):
            raise LocalDataError(
                f"{path}: groups.{name}: expected first_code, eligibility, named, needs and words only"
            )
        field = {key: _texts(path, f"groups.{name}.{key}", entry.get(key)) for key in _GROUP_FIELDS}
        strange = (field["needs"] - set(needs.codes)) | (field["first_code"] - needs.known)
        if strange:
            raise LocalDataError(f"{path}: groups.{name}: unknown {', '.join(sorted(strange))}")
        groups.append(
            Group(
                name,
                field["first_code"],
                tuple(sorted(field["eligibility"])),
                tuple(sorted(field["named"])),
                field["needs"],
                tuple(sorted(field["words"])),
            )
        )
    return tuple(groups)


def _texts(path: Path, where: str, value: Any) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise LocalDataError(f"{path}: {where}: expected a list of words")
    return frozenset(value)
