"""What the desk asks of staff who work on a referral, and the words they choose from (desk_rules.yml)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from referrals.lookup import MATCHING
from referrals.words import ReferralWords

FILE = "desk_rules.yml"
_LONGEST_CODE = 40


@dataclass(frozen=True)
class CaseRules:
    """`unreachable` is the outcome that needs `attempts` that reached nobody on `days` different days (London). `duplicate_by`
    are kinds of `referrals.lookup`. `methods`, `results` and `reopen_reasons` are labels by code; `reached` are the results
    that mean somebody was spoken to. `longest_note` is in characters.
    """

    unreachable: str
    attempts: int
    days: int
    duplicate_within: timedelta
    duplicate_by: tuple[str, ...]
    longest_note: int
    methods: dict[str, str]
    results: dict[str, str]
    reached: frozenset[str]
    reopen_reasons: dict[str, str]

    @classmethod
    def load(cls, data_dir: Path) -> CaseRules:
        """Raises LocalDataError naming file and key for what is missing or makes no sense."""
        path = data_dir / FILE
        raw = read_yaml(path)
        unreachable, duplicates = _part(path, raw, "could_not_contact"), _part(path, raw, "duplicates")
        outcome, kinds = unreachable.get("outcome"), duplicates.get("by")
        if outcome not in ReferralWords.load(data_dir).outcomes:
            raise LocalDataError(f"{path}: could_not_contact.outcome must be an outcome of referral_words.yml")
        if not isinstance(kinds, list) or not set(kinds) <= set(MATCHING):
            raise LocalDataError(f"{path}: duplicates.by must be a list of {', '.join(MATCHING)}")
        results = raw.get("results")
        labels = _labels(path, "results", results)
        return cls(
            unreachable=str(outcome),
            attempts=_number(path, "could_not_contact", unreachable, "attempts", 1, 20),
            days=_number(path, "could_not_contact", unreachable, "days", 1, 20),
            duplicate_within=timedelta(days=_number(path, "duplicates", duplicates, "within_days", 0, 730)),
            duplicate_by=tuple(kinds),
            longest_note=_number(path, "", raw, "longest_note", 100, 10_000),
            methods=_labels(path, "methods", raw.get("methods")),
            results=labels,
            reached=frozenset(entry["code"] for entry in results or () if entry.get("reached") is True),
            reopen_reasons=_labels(path, "reopen_reasons", raw.get("reopen_reasons")),
        )


def _part(path: Path, raw: dict[str, Any], key: str) -> dict[str, Any]:
    part = raw.get(key)
    if not isinstance(part, dict):
        raise LocalDataError(f"{path}: {key} must hold keys and values")
    return part


def _number(path: Path, group: str, part: dict[str, Any], key: str, least: int, most: int) -> int:
    value = part.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        where = f"{group}.{key}" if group else key
        raise LocalDataError(f"{path}: {where} must be a whole number from {least} to {most}")
    return value


def _labels(path: Path, key: str, entries: Any) -> dict[str, str]:
    if not isinstance(entries, list) or not entries:
        raise LocalDataError(f"{path}: {key} must be a list")
    found: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        code = entry.get("code") if isinstance(entry, dict) else None
        if not isinstance(code, str) or not code.isidentifier() or len(code) > _LONGEST_CODE or not entry.get("label"):
            raise LocalDataError(f"{path}: {key}: entry {number} needs a code (a short word) and a label")
        if code in found:
            raise LocalDataError(f"{path}: {key}: {code} stands there twice")
        found[code] = str(entry["label"])
    return found
