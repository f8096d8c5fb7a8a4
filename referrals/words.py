"""The wording around a referral, read from referral_words.yml and checked once so that nothing fails in mid-referral."""

from __future__ import annotations

import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from referrals.packet_words import PacketWords

FILE = "referral_words.yml"
_ALLOWED = {
    "promise": {"undated": {"team"}, "dated": {"team", "day", "time"}},
    "contact_line": {"unconfirmed": {"team", "website"}, "confirmed": {"team", "website", "phone", "hours"}},
    "notice": {
        "subject": {"reference", "priority", "due"},
        "body": {"reference", "priority", "due", "link"},
        "gone_subject": {"reference"},
        "gone_body": {"reference", "link"},
    },
}


@dataclass(frozen=True)
class ReferralWords:
    """Templates by name (`str.format` with the places named in the file) and the outcomes staff choose from; `packet`: those of the packet."""

    promise: dict[str, str]
    contact_line: dict[str, str]
    notice: dict[str, str]
    priorities: dict[str, str]
    outcomes: dict[str, str]
    packet: PacketWords

    @classmethod
    def load(cls, data_dir: Path) -> ReferralWords:
        """Read the file. Raises LocalDataError when words are missing or ask for a fact they may not hold."""
        path = data_dir / FILE
        raw = read_yaml(path)
        groups = {
            group: {name: _template(path, raw, group, name, places) for name, places in names.items()}
            for group, names in _ALLOWED.items()
        }
        priorities = (raw.get("notice") or {}).get("priority")
        if not isinstance(priorities, dict) or {"urgent", "routine"} - priorities.keys():
            raise LocalDataError(f"{path}: notice.priority needs words for urgent and routine")
        return cls(
            promise=groups["promise"],
            contact_line=groups["contact_line"],
            notice=groups["notice"],
            priorities={str(key): str(value) for key, value in priorities.items()},
            outcomes=_outcomes(path, raw.get("outcomes")),
            packet=PacketWords.read(path, raw),
        )


def _template(path: Path, raw: dict[str, Any], group: str, name: str, places: set[str]) -> str:
    where = f"{path}: {group}.{name}"
    text = (raw.get(group) or {}).get(name)
    if not isinstance(text, str) or not text.strip():
        raise LocalDataError(f"{where} is missing")
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise LocalDataError(f"{where}: {error}") from None
    if strange := used - places:
        raise LocalDataError(f"{where} may not use {', '.join(sorted('{' + name + '}' for name in strange))}")
    return text.strip()


def _outcomes(path: Path, entries: Any) -> dict[str, str]:
    if not isinstance(entries, list) or not entries:
        raise LocalDataError(f"{path}: outcomes must be a list")
    outcomes: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not entry.get("code") or not entry.get("label"):
            raise LocalDataError(f"{path}: outcome {number} needs a code and a label")
        outcomes[str(entry["code"])] = str(entry["label"])
    return outcomes
