"""The reviewed patterns of red_flags.yml as objects ready to match."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safety.data import SafetyDataError, lines_of, read_mapping, text_of
from safety.phrases import Language, Phrase, PhraseError
from safety.second_look import REASONS, SecondLook
from safety.spelling import Spelling

FLAGS = (
    "suicide_self_harm",
    "medical_emergency",
    "abuse_now",
    "child_at_risk",
    "adult_safeguarding",
    "fire_gas",
    "homeless_tonight",
    "threat_to_others",
)
FILE = "red_flags.yml"
_KEYS = frozenset(
    [
        "id",
        "flag",
        "why",
        "says",
        "together_with",
        "unless",
        "unless_anywhere",
        "direct",
        "history",
        "silenced_by",
        "fires",
        "silent",
        "source",
    ]
)


@dataclass(frozen=True)
class Pattern:
    """One reviewed entry: a message that `says` one of its phrases raises `flag`.

    `together_with`: the message must hold one of these too. `unless`: not when the same sentence holds one of these;
    `unless_anywhere`: not when the message does. `fires` and `silent`: examples that must and must not raise it.
    """

    id: str
    flag: str
    says: tuple[Phrase, ...]
    together_with: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    unless_anywhere: re.Pattern[str] | None
    direct: bool
    history: bool
    silenced_by: frozenset[str]
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """Everything that red_flags.yml says: how to spell, what to look for, figures of speech, the second look,
    and ordinary messages that must raise nothing."""

    spelling: Spelling
    patterns: tuple[Pattern, ...]
    idioms: re.Pattern[str] | None
    second_look: SecondLook
    ordinary: tuple[str, ...]


def load_rulebook(data_dir: Path) -> Rulebook:
    """Read red_flags.yml in `data_dir`. Raises SafetyDataError naming the entry that cannot be used."""
    path = data_dir / FILE
    content = read_mapping(path)
    try:
        spelling = _spelling(content)
        language = Language(_lists(content.get("lists"), "lists"), spelling.plain)
        policies = content.get("policies")
        if not isinstance(policies, dict):
            raise SafetyDataError("there are no policies")
        patterns = tuple(_pattern(entry, language, frozenset(policies)) for entry in content.get("patterns") or ())
        ids = [pattern.id for pattern in patterns]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice or not patterns:
            raise SafetyDataError(f"ids used twice: {', '.join(twice)}" if twice else "there are no patterns")
        second = _lists(content.get("second_look"), "second_look")
        return Rulebook(
            spelling=spelling,
            patterns=patterns,
            idioms=_either(content.get("idioms"), language, "idioms"),
            second_look=SecondLook(second, language),
            ordinary=tuple(lines_of(content.get("ordinary"), "ordinary")),
        )
    except (SafetyDataError, PhraseError, ValueError) as error:
        raise SafetyDataError(f"{path}: {error}") from None


def _lists(value: object, where: str) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise SafetyDataError(f"{where}: expected names with words")
    return {
        name: [item.strip() for item in re.split(r"[,\n]", text_of(words, f"{where}.{name}")) if item.strip()]
        for name, words in value.items()
    }


def _spelling(content: Mapping[str, Any]) -> Spelling:
    variants: dict[str, str] = {}
    for plain, typed in _lists(content.get("spellings"), "spellings").items():
        for item in typed:
            if variants.setdefault(item, str(plain)) != str(plain):
                raise SafetyDataError(f"spellings: {item!r} is written for two words")
    misspelt = [word for item in _lists(content.get("misspelt"), "misspelt").values() for word in item]
    loose = Spelling(variants, (), ())
    language = Language(_lists(content.get("lists"), "lists"), loose.plain)
    known = {word for plain in variants.values() for word in plain.split()}
    known.update(_lists(content.get("real_words"), "real_words").get("never_corrected", []))
    for entry in content.get("patterns") or ():
        try:
            known.update(*(language.words(phrase) for phrase in lines_of(entry.get("says"), "says")))
        except PhraseError as error:
            raise SafetyDataError(f"patterns: {entry.get('id')}: {error}") from None
    return Spelling(variants, known, misspelt)


def _either(value: object, language: Language, where: str) -> re.Pattern[str] | None:
    phrases = [language.translate(line).regex.pattern for line in lines_of(value, where)]
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases)) if phrases else None


def _pattern(entry: Mapping[str, Any], language: Language, policies: frozenset[str]) -> Pattern:
    name = text_of(entry.get("id"), "a pattern's id")
    try:
        unknown = sorted(set(entry) - _KEYS)
        if unknown:
            raise SafetyDataError(f"unknown keys {', '.join(unknown)}")
        if entry.get("flag") not in FLAGS:
            raise SafetyDataError(f"{entry.get('flag')!r} is not a flag")
        silenced_by = entry.get("silenced_by", list(REASONS))
        if not set(silenced_by) <= set(REASONS):
            raise SafetyDataError(f"silenced_by may hold {', '.join(REASONS)}")
        fires = tuple(lines_of(entry.get("fires"), "fires"))
        silent = tuple(lines_of(entry.get("silent"), "silent"))
        says = tuple(language.translate(line) for line in lines_of(entry.get("says"), "says"))
        if not (name and says and fires and silent):
            raise SafetyDataError("needs id, says, fires and silent")
        if entry.get("source") not in policies:
            raise SafetyDataError(f"source {entry.get('source')!r} is not one of the policies")
        return Pattern(
            id=name,
            flag=str(entry["flag"]),
            says=says,
            together_with=_either(entry.get("together_with"), language, "together_with"),
            unless=_either(entry.get("unless"), language, "unless"),
            unless_anywhere=_either(entry.get("unless_anywhere"), language, "unless_anywhere"),
            direct=bool(entry.get("direct", False)),
            history=bool(entry.get("history", False)),
            silenced_by=frozenset(silenced_by),
            fires=fires,
            silent=silent,
        )
    except (SafetyDataError, PhraseError) as error:
        raise SafetyDataError(f"patterns: {name}: {error}") from None
