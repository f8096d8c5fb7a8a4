"""What is wrong with a record: a code from one list, where, and a few words of it."""

from __future__ import annotations

from dataclasses import dataclass, field

ERROR, WARNING = "error", "warning"

# Codes that keep a record from residents until a person has looked at it.
QUARANTINE = frozenset(
    (
        "no_name",
        "placeholder",
        "nothing_known",
        "unreadable",
        "not_an_object",
        "too_deep",
        "too_long",
        "cut_off",
        "failed",
    )
)
# Codes by which a value of the publisher's was lost.
_LOST = frozenset(
    (
        "bad_email",
        "bad_url",
        "bad_phone",
        "bad_postcode",
        "bad_coordinates",
        "bad_time",
        "bad_age",
        "bad_date",
        "bad_amount",
    )
)


@dataclass(frozen=True)
class Finding:
    code: str
    path: str = ""
    excerpt: str = ""

    @property
    def severity(self) -> str:
        return ERROR if self.code in QUARANTINE or self.code in _LOST else WARNING


@dataclass
class Findings:
    """Collects findings, each once."""

    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, path: str = "", excerpt: object = "") -> None:
        finding = Finding(code, path[:300], " ".join(str(excerpt).split())[:200])
        if finding not in self.found and len(self.found) < 100:
            self.found.append(finding)

    def has(self, code: str) -> bool:
        return any(finding.code == code for finding in self.found)
