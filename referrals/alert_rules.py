"""When the lead is told of a referral, and in which words (alerts.yml)."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from referrals.model import ALERTS

FILE = "alerts.yml"
_SUBJECT = frozenset({"reference", "priority", "due"})
_BODY = _SUBJECT | {"link", "says"}


@dataclass(frozen=True)
class AlertRules:
    """`unopened` and `nearing` are lengths of office time; the words are templates by kind of alert."""

    unopened: timedelta
    nearing: timedelta
    subject: dict[str, str]
    says: dict[str, str]
    body: str

    @classmethod
    def load(cls, data_dir: Path) -> AlertRules:
        """Raises LocalDataError naming file and key for what is missing, makes no sense or asks for a fact it may not hold."""
        path = data_dir / FILE
        raw = read_yaml(path)
        alerts = raw.get("alerts")
        if not isinstance(alerts, dict) or set(alerts) != set(ALERTS):
            raise LocalDataError(f"{path}: alerts must have exactly {', '.join(ALERTS)}")
        return cls(
            unopened=_hours(path, raw, "unopened_working_hours"),
            nearing=_hours(path, raw, "nearing_working_hours"),
            subject={kind: template(path, f"alerts.{kind}.subject", entry, _SUBJECT) for kind, entry in alerts.items()},
            says={kind: template(path, f"alerts.{kind}.says", entry, frozenset()) for kind, entry in alerts.items()},
            body=template(path, "body", raw, _BODY),
        )


def template(path: Path, key: str, entry: Any, places: frozenset[str]) -> str:
    """The text under the last part of `key` in `entry`, if it uses only `places` as {places}. Raises LocalDataError."""
    text = entry.get(key.rpartition(".")[2]) if isinstance(entry, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise LocalDataError(f"{path}: {key} must be text")
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise LocalDataError(f"{path}: {key}: {error}") from None
    if strange := used - places:
        raise LocalDataError(f"{path}: {key} may not use {', '.join(sorted('{' + name + '}' for name in strange))}")
    return text.strip()


def _hours(path: Path, raw: dict[str, Any], key: str) -> timedelta:
    value = raw.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 40:
        raise LocalDataError(f"{path}: {key} must be a number of hours above 0, up to 40")
    return timedelta(hours=value)
