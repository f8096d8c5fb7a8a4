"""What staff must do with safety entries, by when, and the words of the alerts (safety_rules.yml)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from front_door.safeguarding.model import LATE, RAISED, SafetyCase
from referrals.alert_rules import template
from referrals.working_time import WorkingTime
from safety.patterns import FLAGS

FILE = "safety_rules.yml"
CONTACT = ("by_text", "on_the_web", "no_texts", "abuse", "withdrawn")


@dataclass(frozen=True)
class Outcome:
    """One way to close an entry."""

    label: str
    needs_reason: bool = False
    false_alarm: bool = False


@dataclass(frozen=True)
class SafetyRules:
    """`same_day`: the flags that need an outcome the same working day. `seen_within`: working days for all others."""

    same_day: frozenset[str]
    seen_within: int
    outcomes: dict[str, Outcome]
    contact: dict[str, str]
    subject: dict[str, str]
    says: dict[str, str]
    body: str

    @classmethod
    def load(cls, data_dir: Path) -> SafetyRules:
        """Raises LocalDataError naming file and key for what is missing or makes no sense."""
        path = data_dir / FILE
        raw = read_yaml(path)
        same_day = raw.get("outcome_same_working_day")
        if not isinstance(same_day, list) or not set(same_day) <= set(FLAGS):
            raise LocalDataError(f"{path}: outcome_same_working_day must be a list of red flags")
        days = raw.get("seen_within_working_days")
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 10:
            raise LocalDataError(f"{path}: seen_within_working_days must be a whole number from 0 to 10")
        alerts = raw.get("alerts")
        if not isinstance(alerts, dict) or set(alerts) != {RAISED, LATE}:
            raise LocalDataError(f"{path}: alerts must have exactly {RAISED} and {LATE}")
        contact = raw.get("contact")
        if not isinstance(contact, dict) or set(contact) != set(CONTACT):
            raise LocalDataError(f"{path}: contact must have exactly {', '.join(CONTACT)}")
        nothing: frozenset[str] = frozenset()
        return cls(
            frozenset(same_day),
            days,
            _outcomes(path, raw.get("outcomes")),
            {key: template(path, f"contact.{key}", contact, nothing) for key in CONTACT},
            {kind: template(path, f"alerts.{kind}.subject", entry, nothing) for kind, entry in alerts.items()},
            {kind: template(path, f"alerts.{kind}.says", entry, nothing) for kind, entry in alerts.items()},
            template(path, "body", raw, frozenset({"says", "link"})),
        )

    def due_at(self, case: SafetyCase, office: WorkingTime) -> datetime | None:
        """By when (aware, UTC) staff must have done what the flag asks for; None when they have.

        An outcome: the end of the working day on which it came. To be seen: the end of a later working day, from the first
        message that nobody has looked at.
        """
        if not case.open:
            return None
        if case.flag in self.same_day:
            due = office.due(case.opened_at, 0)
        elif case.unseen_since is not None:
            due = office.due(case.unseen_since, self.seen_within)
        else:
            return None
        return due.astimezone(timezone.utc)

    def is_late(self, case: SafetyCase, office: WorkingTime, now: datetime) -> bool:
        due = self.due_at(case, office)
        return due is not None and due < now


def _outcomes(path: Path, raw: Any) -> dict[str, Outcome]:
    if not isinstance(raw, dict) or not raw:
        raise LocalDataError(f"{path}: outcomes must hold codes with a label each")
    found = {}
    for code, entry in raw.items():
        label = entry.get("label") if isinstance(entry, dict) else None
        if not isinstance(label, str) or not label.strip() or not isinstance(code, str) or len(code) > 40:
            raise LocalDataError(f"{path}: outcomes.{code} needs a label, and a code of 40 letters at most")
        if (reason := entry.get("reason")) not in (None, "needed"):
            raise LocalDataError(f"{path}: outcomes.{code}.reason can only be 'needed', not {reason!r}")
        found[code] = Outcome(label.strip(), reason == "needed", entry.get("false_alarm") is True)
    return found
