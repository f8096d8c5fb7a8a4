"""What a run of an import has to tell: to the person at the terminal, to the desk, and to VAR_DIR/import-report.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from service_catalogue.feeds.normalise import Facts

MOST_ISSUES = 2_000  # in the report; the table of issues keeps all of them
_AGES = ((90, "3 months"), (365, "12 months"), (730, "2 years"), (1825, "5 years"))


@dataclass
class ImportReport:
    """`records`: as the feed lists them. `seen`: different services among them; `merged`: further copies of one, so
    records == seen + merged. seen == new + changed + unchanged + quarantined. `withdrawn`: gone from the feed.

    `issues`: {"id", "severity", "code", "path", "excerpt"}, id "" for the feed as a whole. `coverage`: how many of the services
    seen say something in a field. `freshness`: how many were checked by their publisher, by how long ago.
    """

    feed: str
    source: str = ""
    dialect: str = ""
    run: str = ""
    complete: bool = False
    records: int = 0
    seen: int = 0
    merged: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    error: str = ""
    issues: list[dict[str, str]] = field(default_factory=list)
    issues_by_code: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    freshness: Counter[str] = field(default_factory=Counter)
    dialects: Counter[str] = field(default_factory=Counter)

    def note(self, id: str, severity: str, code: str, path: str, excerpt: str) -> None:
        self.issues_by_code[code] += 1
        if len(self.issues) < MOST_ISSUES:
            self.issues.append({"id": id, "severity": severity, "code": code, "path": path, "excerpt": excerpt})

    def count_facts(self, facts: Facts, today: date) -> None:
        """Adds one service to coverage, freshness and dialects."""
        self.dialects[facts.dialect] += 1
        said: Mapping[str, Any] = {
            **{
                name: facts.values[name]
                for name in ("name", "description", "url", "email", "eligibility_text", "opening_hours", "attending")
            },
            **facts.children,
            "organization": not (
                facts.findings.has("no_organization") or facts.findings.has("organization_without_name")
            ),
            "ages": facts.values["minimum_age"] is not None or facts.values["maximum_age"] is not None,
            "cost": facts.values["cost"] != "unknown",
            "referral_route": facts.values["referral_route"] != "unknown",
            "assured_date": facts.values["assured_on"],
            "postcode": any(row["postcode"] for row in facts.children["locations"]),
            "coordinates": any(row["precision"] == "exact" for row in facts.children["locations"]),
        }
        for name, value in said.items():
            self.coverage[name] += bool(value)
        self.freshness[_age(facts.values["assured_on"], today)] += 1

    def as_dict(self) -> dict[str, Any]:
        content = {
            key: dict(value) if isinstance(value, Counter) else value
            for key, value in vars(self).items()
            if key != "error" or value
        }
        return {**content, "not_listed": max(0, sum(self.issues_by_code.values()) - len(self.issues))}

    def write(self, var_dir: Path) -> Path:
        path = var_dir / "import-report.json"
        var_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(
            json.dumps(self.as_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8", errors="replace"
        )
        draft.replace(path)
        return path

    def in_words(self) -> str:
        """For the terminal. Names no record."""
        if self.error:
            return f"error: {self.error}"
        counts = ", ".join(
            f"{getattr(self, key)} {key}" for key in ("new", "changed", "unchanged", "withdrawn", "quarantined")
        )
        lines = [
            f"source: {self.source} ({self.dialect or 'no records'})",
            f"seen: {self.seen} services in {self.records} records: {counts}",
            f"complete: {'yes' if self.complete else 'no, so nothing counts as missing'}",
            f"time: {self.seconds:.1f} s",
        ]
        lines += [f"issue: {code}: {count}" for code, count in self.issues_by_code.most_common()]
        return "\n".join(lines)


def _age(assured: date | None, today: date) -> str:
    if assured is None:
        return "not stated"
    days = (today - assured).days
    if days < 0:
        return "in the future"
    return next((f"within {name}" for most, name in _AGES if days <= most), "older than 5 years")
