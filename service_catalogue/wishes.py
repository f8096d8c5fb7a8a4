"""The conditions that a resident puts on help ("nothing that costs", "after work", "not Tuesdays"), from catalogue_wishes.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from service_catalogue.local import data_dir_of
from service_catalogue.text import tokens
from service_catalogue.thesaurus import ages_said

ACCESS = ("step_free", "accessible_toilet", "hearing_loop", "parking", "blue_badge_parking", "public_transport")
PLAIN = ("free", "evening", "weekend", "remote", "in_person", "near", *ACCESS)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = rf"({'|'.join(DAYS)})s?"
_NOT_ON = re.compile(
    rf"\b(?:not(?: on)?(?: a)?|but(?: not)?|except|cant do|cant make|no good on|busy(?: on)?) {_DAY}\b"
)
_ON = re.compile(rf"\b(?:on(?: a)?|every|only|just|any) {_DAY}\b|\b({'|'.join(DAYS)})s\b")
_WINDOW = re.compile(
    r"\b(after|before) (\d{1,2})(?: ?(am|pm))?(?! (?:year|week|month|day|hour|minute|mile|pound|quid))\b"
)
_SPEAKS = r"\b(?:in|speak|speaks|speaking|talk|talks|only speaks) {0}\b|\b{0} (?:speaking|speaker|interpreter)\b"


@dataclass(frozen=True)
class Wishes:
    """What is asked of a service beside the need. `days`, `not_days`: 0 is Monday. `after`, `before`: minutes of the day by
    the wall clock in London. `access`: codes of `ACCESS`. `language`: ISO 639 code. `gender`: "women", "men" or None for
    not told. `age`: in years, as told in words; None for not told."""

    free: bool = False
    evening: bool = False
    weekend: bool = False
    days: frozenset[int] = frozenset()
    not_days: frozenset[int] = frozenset()
    after: int | None = None
    before: int | None = None
    remote: bool = False
    in_person: bool = False
    near: bool = False
    access: frozenset[str] = frozenset()
    language: str | None = None
    gender: str | None = None
    age: int | None = None


NONE = Wishes()


@dataclass(frozen=True)
class WishWords:
    """How wishes are said; see the file."""

    never: re.Pattern[str]
    plain: Mapping[str, re.Pattern[str]]
    gender: Mapping[str, re.Pattern[str]]
    languages: Mapping[str, re.Pattern[str]]

    @classmethod
    def load(cls, data_dir: Path) -> WishWords:
        """Raises LocalDataError naming file and entry."""
        path = data_dir / "catalogue_wishes.yml"
        content = read_yaml(path)
        plain, gender, languages = (_lists(path, key, content.get(key)) for key in ("wishes", "gender", "languages"))
        if strange := (plain.keys() - set(PLAIN)) | (gender.keys() - {"women", "men"}):
            raise LocalDataError(f"{path}: unknown {', '.join(sorted(strange))}")
        never = _lists(path, "never", {"never": content.get("never")})["never"]
        spoken = {code: re.compile("|".join(map(_SPEAKS.format, names))) for code, names in languages.items()}
        return cls(
            _any_of(never),
            {name: _any_of(said) for name, said in plain.items()},
            {name: _any_of(said) for name, said in gender.items()},
            spoken,
        )


def wishes(text: str, data_dir: Path | None = None) -> Wishes:
    """The conditions in a resident's own words; what is not said plainly is left out. Never raises for any text.

    Raises LocalDataError when catalogue_wishes.yml is missing or malformed.
    """
    words = _words(data_dir_of(data_dir))
    said = words.never.sub(" ", " ".join(tokens(re.sub("['’]", "", text))))
    found = {name for name, pattern in words.plain.items() if pattern.search(said)}
    not_days = _days(_NOT_ON, said)
    windows = {kind: _minutes(int(hour), half) for kind, hour, half in _WINDOW.findall(said) if 1 <= int(hour) <= 24}
    ages = set(ages_said(said))
    genders = [name for name, pattern in words.gender.items() if pattern.search(said)]
    if "in_person" in found:
        found.discard("remote")  # "not online" and "not over the phone" hold the words of the other
    return Wishes(
        free="free" in found,
        evening="evening" in found,
        weekend="weekend" in found and not not_days & {5, 6},
        days=_days(_ON, _NOT_ON.sub(" ", said)) - not_days,
        not_days=not_days,
        after=windows.get("after"),
        before=windows.get("before"),
        remote="remote" in found,
        in_person="in_person" in found,
        near="near" in found,
        access=frozenset(found & set(ACCESS)),
        language=next((code for code, pattern in words.languages.items() if pattern.search(said)), None),
        gender=genders[0] if len(genders) == 1 else None,
        age=ages.pop() if len(ages) == 1 else None,
    )


@lru_cache(maxsize=16)
def _words(data_dir: Path) -> WishWords:
    return WishWords.load(data_dir)


def _days(pattern: re.Pattern[str], said: str) -> frozenset[int]:
    return frozenset(DAYS.index(day) for found in pattern.finditer(said) for day in found.groups() if day)


def _minutes(hour: int, half: str) -> int:
    """ "after 5" is five in the afternoon, "after 9" nine in the morning: nobody looks for help at five in the morning."""
    afternoon = half == "pm" or (not half and hour < 8)
    return 60 * (hour % 12 + 12 if afternoon else hour % 24)


def _any_of(said: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(said, key=lambda words: (-len(words), words))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b") if said else re.compile(r"(?!)")


def _lists(path: Path, key: str, value: Any) -> dict[str, frozenset[str]]:
    if not isinstance(value, dict) or not all(
        isinstance(said, list) and all(isinstance(one, str) and one for one in said) for said in value.values()
    ):
        raise LocalDataError(f"{path}: {key}: expected names with lists of words")
    return {str(name): frozenset(said) for name, said in value.items()}
